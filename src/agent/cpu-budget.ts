import { type MonotonicNs, SECOND } from '../base/time.ts'

/** Between two looks: shorter ones would chase single bursts. */
const INTERVAL = SECOND / 2
/** Starting costs CPU of its own: reading /proc, compiling. */
const START = 3 * SECOND
/** What is aimed at when too much was used, as a part of the limit. */
const AIM = 0.9
/** Below this part of the limit more traces are kept again… */
const CALM = 0.75
/** …after so many looks in a row, and by so much. */
const CALM_LOOKS = 10
const GROWTH = 1.15
/** Looks in a row above the limit until traces go; one is enough far above it, and then it is a big step. */
const HIGH_LOOKS = 4
const FAR_ABOVE = 1.5
const BIG_STEP = 0.15
/** At one look the share of connections falls to no less than this part of itself. */
const STEEPEST = 0.3
export const LEAST_SHARE = 1 / 64

/** How much of what happens is looked at. */
export interface Shares {
  /** Traces that are described and exported. */
  readonly traces: number
  /** Connections on which work enters this host that are read at all. */
  readonly connections: number
}

/**
 * Holds the agent to its share of CPU: first by the share of traces that it keeps, which saves what
 * describing and exporting cost; when that is down to the least, by the share of connections that it reads.
 */
export class CpuBudget {
  readonly #limit: number
  #shares: Shares = { traces: 1, connections: 1 }
  #startedAt = -1
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

  get shares(): Shares {
    return this.#shares
  }

  /** `usedUs`: CPU time of the process so far. Returns the shares from now on if they change. */
  look(now: MonotonicNs, usedUs: number): Shares | undefined {
    if (this.#startedAt < 0) this.#startedAt = now
    if (now - this.#startedAt < START) this.#note(now, usedUs)
    if (now - this.#lookedAt < INTERVAL) return undefined
    this.cores = ((usedUs - this.#usedUs) * 1000) / (now - this.#lookedAt)
    this.#note(now, usedUs)
    const shares = this.#next(this.cores / this.#limit)
    if (shares === this.#shares) return undefined
    this.#shares = shares
    return shares
  }

  #note(now: MonotonicNs, usedUs: number): void {
    this.#lookedAt = now
    this.#usedUs = usedUs
  }

  /** `used`: as a part of the limit. */
  #next(used: number): Shares {
    this.#high = used > 1 ? this.#high + 1 : 0
    this.#calm = used < CALM ? this.#calm + 1 : 0
    if (used > FAR_ABOVE) return lessOf(this.#shares, BIG_STEP, Math.max(STEEPEST, AIM / used))
    if (this.#high >= HIGH_LOOKS) return lessOf(this.#shares, AIM / used, AIM / used)
    return this.#calm < CALM_LOOKS ? this.#shares : moreOf(this.#shares)
  }
}

function lessOf(shares: Shares, ofTraces: number, ofConnections: number): Shares {
  const { traces, connections } = shares
  if (traces > LEAST_SHARE) return { traces: Math.max(LEAST_SHARE, traces * ofTraces), connections }
  if (connections === LEAST_SHARE) return shares
  return { traces, connections: Math.max(LEAST_SHARE, connections * ofConnections) }
}

function moreOf(shares: Shares): Shares {
  const { traces, connections } = shares
  if (connections < 1) return { traces, connections: Math.min(1, connections * GROWTH) }
  return traces === 1 ? shares : { traces: Math.min(1, traces * GROWTH), connections }
}
