import { expect, test } from 'vitest'
import { Counters } from '../../src/telemetry/counters.ts'
import { countersOf, renderStats } from '../../src/telemetry/stats.ts'

test('the table shows what was counted, aligned, and leaves out zeros', () => {
  const counters = new Counters()
  counters.spans.add('built', 1234567)
  counters.spans.add('exported', 12)
  counters.gaps.add('unknown', 3)
  expect(renderStats(counters)).toBe(
    [
      'underspan.gaps',
      '  unknown           3',
      'underspan.spans',
      '  built     1,234,567',
      '  exported         12',
      '',
    ].join('\n'),
  )
})

test('the table says so when nothing was counted', () => {
  expect(renderStats(new Counters())).toBe('nothing was counted\n')
})

test('with zeros it has every reason of every counter', () => {
  const counters = new Counters()
  const table = renderStats(counters, { zeros: true })
  for (const counter of countersOf(counters)) {
    expect(table).toContain(counter.name)
    for (const [reason] of counter.entries())
      expect(table).toMatch(new RegExp(` ${reason} +0$`, 'm'))
  }
})
