import { type MonotonicNs, SECOND } from '../base/time.ts'

/** Between two looks: shorter ones would chase single bursts. */
const INTERVAL = SECOND
/** What is aimed at when too much was used, as a part of the limit. */
const AIM = 0.9
/** Below this part of the limit more traces are kept again… */
const CALM = 0.75
/** …after so many looks in a row, and by so much. */
const CALM_LOOKS = 5
const GROWTH = 1.3
/** Looks in a row above the limit until traces go; one is enough far above it. */
const HIGH_LOOKS = 2
const FAR_ABOVE = 2
/** At one look the share falls to no less than this part of itself. */
const STEEPEST = 0.1
export const LEAST_SHARE = 1 / 4096

/**
 * Holds the agent to its share of CPU by the share of traces that it keeps. What falls is what
 * describing and exporting cost; reading goes on, so that everything is still counted.
 */
export class CpuBudget {
  readonly #limit: number
  #share = 1
  #lookedAt = -1
  #usedUs = 0
  #high = 0
  #calm = 0
  /** Cores used between the last two looks. */
  cores = 0

  /** `limit`: cores, Infinity none. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** `usedUs`: CPU time of the process so far. Returns the share of traces to keep from now on if that changes. */
  look(now: MonotonicNs, usedUs: number): number | undefined {
    if (this.#lookedAt < 0) this.#note(now, usedUs)
    if (now - this.#lookedAt < INTERVAL) return undefined
    this.cores = ((usedUs - this.#usedUs) * 1000) / (now - this.#lookedAt)
    this.#note(now, usedUs)
    const share = this.#next(this.cores / this.#limit)
    if (share === this.#share) return undefined
    this.#share = share
    return share
  }

  #note(now: MonotonicNs, usedUs: number): void {
    this.#lookedAt = now
    this.#usedUs = usedUs
  }

  /** `used`: as a part of the limit. */
  #next(used: number): number {
    this.#high = used > 1 ? this.#high + 1 : 0
    this.#calm = used < CALM ? this.#calm + 1 : 0
    if (this.#high >= HIGH_LOOKS || used > FAR_ABOVE)
      return Math.max(LEAST_SHARE, this.#share * Math.max(STEEPEST, AIM / used))
    if (this.#calm < CALM_LOOKS) return this.#share
    return Math.min(1, this.#share * GROWTH)
  }
}
