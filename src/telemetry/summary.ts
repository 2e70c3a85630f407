import type { Counters } from './counters.ts'
import { countersOf, renderStats, withThousands } from './stats.ts'

/** Of each counter, the words that say that something is missing. */
export const AMISS: ReadonlyMap<string, RegExp> = new Map([
  ['underspan.lost', /./],
  ['underspan.transport', /^(?:burst|ring|record|event)-(?:lost|damaged|unknown|malformed)$/],
  ['underspan.dropped', /^(?:too-many-open|too-many-sockets|bug)$/],
  [
    'underspan.spans',
    /^(?:over-cpu-limit|cause-shed|queue-full|refused|retries-exhausted|shutdown)$/,
  ],
  ['underspan.output', /^(?:slow-reader|disk-full|reader-gone|shutdown)$/],
  ['underspan.recording', /^(?!written$)/],
])

/** The end of a run, for a person at a terminal: a line, and the counters of what is missing. */
export function renderSummary(counters: Counters): string {
  const built = counters.spans.get('built')
  const spans = built === 1 ? '1 span was built' : `${withThousands(built)} spans were built`
  const isMissing = (counter: string, word: string) => AMISS.get(counter)?.test(word) === true
  const isWell = countersOf(counters).every((counter) =>
    counter.entries().every(([word, count]) => count === 0 || !isMissing(counter.name, word)),
  )
  if (isWell) return `underspan: ${spans}, nothing was lost; --stats 10 shows all that is counted\n`
  return `underspan: ${spans}; what is missing, and why (docs/counters.md):\n${renderStats(counters, { only: isMissing })}`
}
