import { describe, expect, test } from 'vitest'
import { answerOf } from '../../src/export/otlp-answer.ts'
import { retryDelayMs } from '../../src/export/otlp-retry-info.ts'

function failure(code: number, details = '', status?: Uint8Array): Error {
  const metadata = { get: (key: string) => (status && key.endsWith('-bin') ? [status] : []) }
  return Object.assign(new Error(`${code} X: ${details}`), { code, details, metadata })
}

// Status { code 8, details: [RetryInfo { 2 s, 500000000 ns }] }
const DURATION = [0x08, 0x02, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]
const TYPE = [...Buffer.from('type.googleapis.com/google.rpc.RetryInfo')]
const INFO = [0x0a, DURATION.length, ...DURATION]
const ANY = [0x0a, TYPE.length, ...TYPE, 0x12, INFO.length, ...INFO]
const STATUS = Uint8Array.from([0x08, 0x08, 0x12, 0x02, 0x6e, 0x6f, 0x1a, ANY.length, ...ANY])

describe('an answer', () => {
  // https://opentelemetry.io/docs/specs/otlp/#failures
  const retryable = [1, 4, 10, 11, 14, 15]
  for (let code = 1; code <= 16; code++) {
    const kind = retryable.includes(code) ? 'retry' : 'refused'
    test(`of status ${code} means ${kind}`, () => {
      expect(answerOf(failure(code)).kind).toBe(kind)
    })
  }

  test('of RESOURCE_EXHAUSTED with RetryInfo means to wait that long', () => {
    expect(answerOf(failure(8, 'busy', STATUS))).toMatchObject({ kind: 'retry', delayMs: 2500 })
  })

  test('of UNAVAILABLE with RetryInfo too', () => {
    expect(answerOf(failure(14, 'busy', STATUS))).toMatchObject({ kind: 'retry', delayMs: 2500 })
  })

  test('that a message was too large means to cut it', () => {
    const details = 'grpc: received message larger than max (5000000 vs. 4194304)'
    expect(answerOf(failure(8, details)).kind).toBe('cut')
  })

  test('of a connection that broke under the call means to try again', () => {
    const details =
      'Received RST_STREAM with code 2 triggered by internal client error: write EPIPE'
    expect(answerOf(failure(13, details))).toMatchObject({ kind: 'retry', code: 14 })
  })

  test('of trouble before the network means to try again', () => {
    expect(answerOf(new Error('metadata was null'))).toMatchObject({
      kind: 'retry',
      code: undefined,
    })
    expect(answerOf('text')).toMatchObject({ kind: 'retry', message: 'text' })
    expect(answerOf(Object.assign(new Error('x'), { code: 'ENOENT' })).kind).toBe('retry')
  })
})

describe('RetryInfo', () => {
  test('is found behind other details', () => {
    const other = [0x1a, 0x03, 0x0a, 0x01, 0x41]
    expect(retryDelayMs(Uint8Array.from([...other, ...STATUS]))).toBe(2500)
  })

  test('without a delay means at once', () => {
    const any = [0x0a, TYPE.length, ...TYPE]
    expect(retryDelayMs(Uint8Array.from([0x1a, any.length, ...any]))).toBe(0)
  })

  test('cut anywhere is nothing, and never an error', () => {
    for (let length = 0; length < STATUS.length; length++) {
      const delay = retryDelayMs(STATUS.subarray(0, length))
      expect(delay === undefined || delay === 0 || delay === 2500).toBe(true)
    }
  })

  test('of random bytes never throws and always ends', () => {
    let seed = 1
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: round % 60 }, () => {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff
        return seed >> 16
      })
      expect(() => retryDelayMs(bytes)).not.toThrow()
    }
  })
})
