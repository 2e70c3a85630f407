import { describe, expect, test } from 'vitest'
import { Log, type LogLevel } from '../../src/telemetry/log.ts'
import { LOG_CODES } from '../../src/telemetry/log-codes.ts'
import { FakeTime } from '../export/fake-time.ts'

function start(level: LogLevel = 'info') {
  const time = new FakeTime()
  const lines: string[] = []
  return { time, lines, log: new Log({ level, clock: time, write: (line) => lines.push(line) }) }
}

describe('a line of the log', () => {
  test('has time, level, code and message, and nothing but plain text', () => {
    const { log, lines } = start()
    log.warn('export-refused', 'bad token')
    expect(lines).toEqual(['2026-11-18T11:06:40.000Z warn  export-refused: bad token\n'])
  })

  test('is written from its level on', () => {
    const { log, lines } = start('warn')
    log.error('export-refused', 'a')
    log.warn('export-refused', 'b')
    log.info('export-refused', 'c')
    log.debug('export-refused', 'd')
    expect(lines.length).toBe(2)
    expect(log.isEnabled('warn')).toBe(true)
    expect(log.isEnabled('info')).toBe(false)
  })

  test('stays one line without control characters, whatever a peer sent', () => {
    const { log, lines } = start()
    log.warn('export-refused', 'a\nb\u001b[31mred\u202e\u0000')
    expect(lines[0]).toMatch(/: a b \[31mred\n$/)
  })

  test('is cut when it is endless', () => {
    const { log, lines } = start()
    log.warn('export-refused', 'x'.repeat(100_000))
    expect(lines[0]?.length).toBeLessThan(2100)
  })
})

describe('a code that repeats', () => {
  test('is written five times, then once every ten seconds with the number left out', async () => {
    const { log, lines, time } = start()
    for (let i = 0; i < 100; i++) log.warn('export-refused', 'again')
    expect(lines.length).toBe(5)
    await time.advance(10_000)
    log.warn('export-refused', 'again')
    log.warn('export-refused', 'again')
    expect(lines.length).toBe(6)
    expect(lines[5]).toContain('again (95 more like this were not shown)')
  })

  test('does not silence another', () => {
    const { log, lines } = start()
    for (let i = 0; i < 100; i++) log.warn('export-refused', 'again')
    log.warn('export-unavailable', 'other')
    expect(lines.at(-1)).toContain('other')
  })

  test('says at the end what it left out', () => {
    const { log, lines } = start()
    for (let i = 0; i < 6; i++) log.warn('export-refused', 'again')
    log.flush()
    log.flush()
    expect(lines.length).toBe(6)
    expect(lines[5]).toContain('warn  export-refused: 1 more like this was not shown')
  })
})

test('codes are words in lower case', () => {
  for (const code of Object.keys(LOG_CODES)) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
})
