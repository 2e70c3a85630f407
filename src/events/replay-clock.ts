import type { Clock, MonotonicNs, UnixNs } from '../base/time.ts'

/** The clock of a recording: it is always as late as the event or tick that was replayed last. */
export class ReplayClock implements Clock {
  #now: number
  #offset: bigint

  constructor(offset: bigint) {
    this.#now = 0
    this.#offset = offset
  }

  now(): MonotonicNs {
    return this.#now as MonotonicNs
  }

  unix(at: MonotonicNs): UnixNs {
    return (BigInt(Math.round(at)) + this.#offset) as UnixNs
  }

  /** Time passes up to here; never back. */
  advance(to: number): void {
    if (to > this.#now) this.#now = to
  }

  setOffset(offset: bigint): void {
    this.#offset = offset
  }
}
