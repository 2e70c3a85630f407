import type { KernelStats, StatsReader } from '../loader/maps.ts'
import { type Counters, LOST } from '../telemetry/counters.ts'

/** What was shed was left out on purpose: that tells the stages nothing that they do not know. */
function lossesOf(counter: Counters['lost']): number {
  let sum = 0
  for (const [word, count] of counter.entries()) if (!word.startsWith('shed.')) sum += count
  return sum
}

/** Asking every program takes a system call for each: once a second is enough for what hardly ever happens. */
const MISSED_EACH = 4

/** Brings the kernel side's own counts, which only ever grow, into the agent's counters. */
export class KernelCounts {
  readonly #reader: StatsReader
  readonly #missedRuns: () => number
  #readings = 0
  readonly #counters: Counters

  /** `missedRuns`: of all programs. */
  constructor(reader: StatsReader, missedRuns: () => number, counters: Counters) {
    this.#reader = reader
    this.#missedRuns = missedRuns
    this.#counters = counters
  }

  /** True: events were lost since the last reading. `atEnd`: nothing may be older than now. */
  read(atEnd = false): boolean {
    const stats = this.#reader.read()
    this.#kernel(stats)
    this.#uncaptured(stats)
    if (atEnd) this.#readings = 0
    return this.#lost(stats)
  }

  #kernel(stats: KernelStats): void {
    const { kernel } = this.#counters
    kernel.set('events', stats.events)
    kernel.set('bursts', stats.bursts)
    kernel.set('direct', stats.direct)
    kernel.set('wakeups', stats.wakeups)
    kernel.set('sockets', stats.sockets)
    kernel.set('sockets-gone', stats.socketsGone)
    kernel.set('threads', stats.threads)
    kernel.set('threads-gone', stats.threadsGone)
    kernel.set('initial-number-conflicts', stats.conflicts)
  }

  /** The first word stands for reason 1: reason 0 is none. */
  #uncaptured({ uncaptured }: KernelStats): void {
    const counter = this.#counters.uncaptured
    counter.entries().forEach(([word], i) => void counter.set(word, uncaptured[i + 1] ?? 0))
  }

  #lost({ lost }: KernelStats): boolean {
    const counter = this.#counters.lost
    const before = lossesOf(counter)
    const counts = lost.flat()
    LOST.forEach((word, i) => void counter.set(word, counts[i] ?? 0))
    if (this.#readings++ % MISSED_EACH === 0) counter.set('missed', this.#missedRuns())
    return lossesOf(counter) > before
  }
}
