import { type Clock, type MonotonicNs, MS, type UnixNs } from '../../src/base/time.ts'
import type { Timers } from '../../src/export/timers.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** A clock and its timers that move only by `advance`. */
export class FakeTime implements Clock, Timers {
  #now = 0
  #order = 0
  readonly #timers = new Set<Timer>()

  now(): MonotonicNs {
    return this.#now as MonotonicNs
  }

  unix(at: MonotonicNs): UnixNs {
    return (1_795_000_000_000_000_000n + BigInt(Math.round(at))) as UnixNs
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms * MS, order: this.#order++, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  soon(run: () => void): void {
    this.after(0, run)
  }

  get pending(): number {
    return this.#timers.size
  }

  /** Runs what falls due, in its order, with the promises that hang on it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms * MS
    for (let timer = this.#first(end); timer; timer = this.#first(end)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.at)
      timer.run()
      await Promise.resolve()
    }
    this.#now = end
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }

  #first(end: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.at > end) continue
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer
    }
    return first
  }
}
