import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, test } from 'vitest'
import { DiagBridge } from '../../src/export/diag-bridge.ts'
import { Log, type LogLevel } from '../../src/telemetry/log.ts'
import { FakeTime } from './fake-time.ts'

let bridge: DiagBridge
afterEach(() => bridge.uninstall())

function install(level: LogLevel = 'warn'): string[] {
  const lines: string[] = []
  bridge = new DiagBridge(new Log({ level, clock: new FakeTime(), write: (l) => lines.push(l) }))
  bridge.install()
  return lines
}

describe('what the OpenTelemetry packages say', () => {
  test('reaches the log with one code', () => {
    const lines = install()
    diag.warn('URL path should not be set')
    diag.error('failed', new Error('because'))
    expect(lines[0]).toMatch(/ warn {2}otel-warning: URL path should not be set\n$/)
    expect(lines[1]).toMatch(/ error otel-warning: failed because\n$/)
  })

  test('is said once, however often a client is made', () => {
    const lines = install()
    for (let i = 0; i < 10; i++) diag.warn('Configuration: bad value')
    expect(lines.length).toBe(1)
  })

  test('in detail is left out unless asked for, and never with whole spans', () => {
    expect(debugOf('warn')).toEqual([])
    expect(debugOf('debug').at(-1)).toMatch(/otel-warning: items to be sent\n$/)
  })

  function debugOf(level: LogLevel): string[] {
    const lines = install(level)
    diag.debug('items to be sent', [{ name: 'GET /' }])
    return lines
  }

  test('about a missing client key is no warning: a CA alone is what most have', () => {
    const lines = install()
    diag.warn('Client key and certificate must both be provided, but one was missing')
    expect(lines).toEqual([])
  })
})

describe('a partial success', () => {
  test('is kept for the batch, once', () => {
    install()
    diag.warn(
      'Received Partial Success response:',
      JSON.stringify({ rejectedSpans: 7, errorMessage: 'no' }),
    )
    expect(bridge.takePartialSuccess()).toEqual({ rejected: 7, message: 'no' })
    expect(bridge.takePartialSuccess()).toEqual({ rejected: 0, message: '' })
  })

  test('that makes no sense rejects nothing', () => {
    install()
    for (const text of ['', '{', 'null', '5', '{"rejectedSpans":"many"}', '{"rejectedSpans":-3}']) {
      diag.warn('Received Partial Success response:', text)
      expect(bridge.takePartialSuccess().rejected).toBe(0)
    }
  })

  test('of fewer spans than none rejects nothing, although the exporter reads it as very many', () => {
    install()
    const rejectedSpans = 2 ** 64 - 1 // -1
    diag.warn('Received Partial Success response:', JSON.stringify({ rejectedSpans }))
    expect(bridge.takePartialSuccess().rejected).toBe(0)
  })
})
