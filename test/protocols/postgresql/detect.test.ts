import { describe, expect, test } from 'vitest'
import { detect } from '../../../src/protocols/postgresql/detect.ts'
import { Random } from '../../support/random.ts'
import {
  BOUND,
  bind,
  COLUMNS,
  complete,
  execute,
  failure,
  message,
  PARSED,
  packet,
  parse,
  query,
  READY,
  row,
  STARTUP,
  SYNC,
} from './messages.ts'

const REQUESTS: [string, Buffer][] = [
  ['a start-up packet', STARTUP],
  ['a wish for TLS', packet(80_877_103)],
  ['a request to cancel', packet(80_877_102, '\0\0\0\x01\0\0\0\x02')],
  ['a query', query('SELECT 1')],
  ['a statement with its Execute', Buffer.concat([parse('SELECT 1'), bind(), execute(), SYNC])],
  ['a statement prepared before', Buffer.concat([bind('s1'), execute(), SYNC])],
  [
    'the beginning of a long query',
    query(`INSERT INTO t VALUES ('${'x'.repeat(9000)}')`).subarray(0, 128),
  ],
]

const RESPONSES: [string, Buffer][] = [
  ['a result', Buffer.concat([COLUMNS, row('1'), complete('SELECT 1'), READY])],
  [
    'the beginning of a long result',
    Buffer.concat([COLUMNS, row('x'.repeat(9000))]).subarray(0, 99),
  ],
  ['a command', Buffer.concat([complete('INSERT 0 1'), READY])],
  ['an error', Buffer.concat([failure('42601'), READY])],
  ['the answer to a Bind', Buffer.concat([BOUND, complete('UPDATE 3'), READY])],
  ['the answer to a Parse', Buffer.concat([PARSED, BOUND, row('1')])],
]

const OTHERS: [string, Buffer | string][] = [
  ['HTTP', 'POST /a HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['settings of HTTP/2', Buffer.from('000012040000000000000300000064', 'hex')],
  ['Redis', '*1\r\n$4\r\nPING\r\n'],
  ['an inline command of Redis', 'PING\r\n'],
  ['TLS', Buffer.from('1603010200010001fc0303', 'hex')],
  ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
  ['the greeting of MySQL', Buffer.from('4a0000000a382e302e333600', 'hex')],
  [
    'a query of MySQL',
    Buffer.concat([Buffer.from([81, 0, 0, 0, 3]), Buffer.from('S'.padEnd(80, 'x'))]),
  ],
  [
    'a prepared query of MySQL',
    Buffer.concat([Buffer.from([81, 0, 0, 0, 22]), Buffer.from('S'.padEnd(80, 'x'))]),
  ],
  ['Kafka', Buffer.from('00000020000300010000000100066170702d31', 'hex')],
  ['MongoDB', Buffer.from('3a0000000100000000000000d407000000000000', 'hex')],
  [
    'DNS over TCP',
    Buffer.from('001d1234010000010000000000000161076578616d706c6503636f6d0000010001', 'hex'),
  ],
  ['the end of a result', Buffer.concat([row('1'), complete('SELECT 1'), READY])],
  ['a Sync alone', message('S')],
]

describe('recognition', () => {
  test.each(REQUESTS)('sees a request in %s', (_, bytes) => {
    expect(detect(bytes)).toBe('request')
  })

  test.each(RESPONSES)('sees a response in %s', (_, bytes) => {
    expect(detect(bytes)).toBe('response')
  })

  test.each(OTHERS)('does not claim %s', (_, bytes) => {
    const head = Buffer.from(bytes as string, 'latin1')
    for (let end = 1; end <= head.length; end++)
      expect(['no', 'need-more']).toContain(detect(head.subarray(0, end)))
  })

  test('waits for the rest of what may become one, at every cut', () => {
    for (const [, bytes] of [...REQUESTS, ...RESPONSES]) {
      for (let end = 0; end < bytes.length; end++)
        expect(detect(bytes.subarray(0, end)), `${end} bytes`).not.toBe('no')
    }
  })

  test('claims nothing of random bytes', () => {
    const random = new Random(11)
    const claimed: string[] = []
    for (let run = 0; run < 50_000; run++) {
      const head = Buffer.from(Array.from({ length: 24 }, () => random.below(256)))
      // Most of them begin like a message.
      if (run % 2) head.set([Buffer.from('QPBDCEF12TZR')[run % 12]!, 0, 0, 0])
      if (detect(head) !== 'no' && detect(head) !== 'need-more') claimed.push(head.toString('hex'))
    }
    expect(claimed).toEqual([])
  })
})
