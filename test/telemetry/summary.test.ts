import { expect, test } from 'vitest'
import { Counters } from '../../src/telemetry/counters.ts'
import { countersOf } from '../../src/telemetry/stats.ts'
import { AMISS, renderSummary } from '../../src/telemetry/summary.ts'

test('a run that lost nothing ends in one line', () => {
  const counters = new Counters()
  counters.kernel.add('events', 5000)
  counters.spans.add('built', 1234)
  counters.spans.add('exported', 1234)
  counters.spans.add('excluded-path', 7)
  counters.dropped.add('unrecognised', 3)
  counters.output.add('shown', 1234)
  expect(renderSummary(counters)).toBe(
    'underspan: 1,234 spans were built, nothing was lost; --stats 10 shows all that is counted\n',
  )
})

test('what is missing is named with its reason, and nothing else', () => {
  const counters = new Counters()
  counters.kernel.add('events', 5000)
  counters.lost.add('ring-full.ingress.server', 12)
  counters.spans.add('built', 1)
  counters.spans.add('queue-full', 3)
  expect(renderSummary(counters)).toBe(
    [
      'underspan: 1 span was built; what is missing, and why (docs/counters.md):',
      'underspan.lost',
      '  ring-full.ingress.server  12',
      'underspan.spans',
      '  queue-full                 3',
      '',
    ].join('\n'),
  )
})

test.each([...AMISS])('%s has words that say so', (name, words) => {
  const counter = countersOf(new Counters()).find((one) => one.name === name)
  expect(counter?.entries().some(([word]) => words.test(word))).toBe(true)
})
