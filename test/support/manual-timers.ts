import { MS } from '../../src/base/time.ts'
import type { Timers } from '../../src/ring/timers.ts'
import type { ManualClock } from './manual-clock.ts'

interface Due {
  readonly at: number
  readonly run: () => void
}

/** Timers that fire when the manual clock is moved past them. */
export class ManualTimers implements Timers {
  readonly #clock: ManualClock
  readonly #due = new Set<Due>()
  /** What was asked for, ms. */
  readonly naps: number[] = []

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  after(ms: number, run: () => void): unknown {
    this.naps.push(ms)
    return this.#add(ms, run)
  }

  soon(run: () => void): void {
    this.#add(0, run)
  }

  cancel(timer: unknown): void {
    this.#due.delete(timer as Due)
  }

  get waiting(): number {
    return this.#due.size
  }

  /** Lets time pass, firing what is due on the way. */
  pass(ms: number): void {
    const end = this.#clock.time + ms * MS
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#due.delete(next)
      this.#clock.time = Math.max(this.#clock.time, next.at)
      next.run()
    }
    this.#clock.time = Math.max(this.#clock.time, end)
  }

  #add(ms: number, run: () => void): Due {
    const due = { at: this.#clock.time + ms * MS, run }
    this.#due.add(due)
    return due
  }

  #next(end: number): Due | undefined {
    let next: Due | undefined
    for (const due of this.#due) {
      if (due.at <= end && (next === undefined || due.at < next.at)) next = due
    }
    return next
  }
}
