import { type MonotonicNs, SECOND } from '../base/time.ts'

/** Between two looks: shorter ones would chase single bursts. */
const INTERVAL = SECOND / 2
/**
 * Code is still being compiled for so long after the start: what is handled then is taken at what it
 * costs later.
 */
const START = 3 * SECOND
/** CPU time of an event until its span is sent, once the code is compiled, µs. */
const EVENT_US = 10
/** What is aimed at when too much was used, as a part of what is allowed. */
const AIM = 0.9
/** Below this part of what is allowed more is kept again… */
const CALM = 0.75
/** …after so many looks in a row, and by so much. */
const CALM_LOOKS = 10
const GROWTH = 1.15
/** Looks in a row above until something is given up; one is enough far above. */
const HIGH_LOOKS = 4
const FAR_ABOVE = 1.5
/** Looks after a cut that still see the work of before. */
const SETTLING = 1
/** Of the work that a connection makes, this part is left when none of its traces is kept. */
const READING = 0.15
/** At one look the share of connections falls to no less than this part of itself. */
const STEEPEST = 0.1
export const LEAST_SHARE = 1 / 64

/** This part of the machine stays idle, or else the agent takes no more than… */
const RESERVE = 1 / 20
/** …this part of it. */
const POLITE = 1 / 12
/** How fast it makes room: a core that lacks in the reserve is so many that are not used. */
const YIELD = 4
/** A full ring says that so many times more comes than is read. */
const OVERFLOW = 4

/** How much of what happens is looked at. */
export interface Shares {
  /** Traces that are described and exported. */
  readonly traces: number
  /** Connections on which work enters this host that are read at all. */
  readonly connections: number
}

/** As counted from some time on. */
export interface Usage {
  /** CPU time of this process. */
  readonly usedUs: number
  /** CPU time that nobody on this machine used; and of how many processors. */
  readonly idleUs: number
  readonly processors: number
  /** Events handled. */
  readonly events: number
  /** How full the fullest ring is, 0 to 1: work that waits. */
  readonly waiting: number
}

const NOTHING_USED: Usage = { usedUs: 0, idleUs: 0, processors: 1, events: 0, waiting: 0 }

/**
 * Holds the agent to its share of CPU: first by the share of traces that it keeps, which saves what
 * describing and exporting cost; when that is down to the least, by the share of connections that it
 * reads. The share is the limit while the machine has CPU to spare, and a small part of the machine
 * when it has none.
 */
export class CpuBudget {
  readonly #limit: number
  #shares: Shares = { traces: 1, connections: 1 }
  #startedAt = -1
  #lookedAt = -1
  #before = NOTHING_USED
  #high = 0
  #calm = 0
  #settling = 0
  /** Cores used between the last two looks, and how many were allowed. */
  cores = 0
  allowed = 0
  /** The machine had time to spare. */
  isSpare = false

  /** `limit`: cores, Infinity none. */
  constructor(limit: number) {
    this.#limit = limit
    this.allowed = limit
  }

  get shares(): Shares {
    return this.#shares
  }

  /** Returns the shares from now on if they change. */
  look(now: MonotonicNs, usage: Usage): Shares | undefined {
    if (this.#startedAt < 0) {
      this.#startedAt = now
      this.#note(now, usage)
    }
    if (now - this.#lookedAt < INTERVAL || this.#limit === Number.POSITIVE_INFINITY)
      return undefined
    const demand = this.#demand(now, usage)
    this.#note(now, usage)
    const shares = this.#next(demand / this.allowed)
    if (shares === this.#shares) return undefined
    this.#shares = shares
    return shares
  }

  #note(now: MonotonicNs, usage: Usage): void {
    this.#lookedAt = now
    this.#before = usage
  }

  /** Cores that all the work would take that came since the last look. */
  #demand(now: MonotonicNs, usage: Usage): number {
    const { usedUs, idleUs, events } = this.#before
    const us = (now - this.#lookedAt) / 1000
    const idle = (usage.idleUs - idleUs) / us
    this.cores = (usage.usedUs - usedUs) / us
    this.allowed = this.#allow(idle, usage.processors)
    this.isSpare = idle > RESERVE * usage.processors
    const compiled = now - this.#startedAt >= START
    const later = ((usage.events - events) * EVENT_US) / us
    return (compiled ? this.cores : Math.min(this.cores, later)) * (1 + OVERFLOW * usage.waiting)
  }

  /** `idle`: cores. */
  #allow(idle: number, processors: number): number {
    const spare = this.cores + YIELD * (idle - RESERVE * processors)
    return Math.min(this.#limit, Math.max(POLITE * processors, spare))
  }

  /** `used`: as a part of what is allowed. */
  #next(used: number): Shares {
    this.#high = used > 1 ? this.#high + 1 : 0
    this.#calm = used < CALM ? this.#calm + 1 : 0
    if (this.#settling > 0) this.#settling--
    else if (used > FAR_ABOVE || this.#high >= HIGH_LOOKS) {
      this.#settling = SETTLING
      return lessOf(this.#shares, AIM / used)
    }
    return this.#calm < CALM_LOOKS ? this.#shares : moreOf(this.#shares)
  }
}

/** What all the shares together cost, as a part of what everything would. */
function costOf({ traces, connections }: Shares): number {
  return connections * (READING + (1 - READING) * traces)
}

/** Shares that cost `part` of what these do. */
function lessOf(shares: Shares, part: number): Shares {
  const { connections } = shares
  const traces = ((costOf(shares) * part) / connections - READING) / (1 - READING)
  if (traces >= LEAST_SHARE) return { traces, connections }
  const least = { traces: LEAST_SHARE, connections }
  const rest = (costOf(shares) * part) / costOf(least)
  // What reading costs is not known so well: what a look later may turn out to be enough is tried first.
  if (shares.traces > LEAST_SHARE && rest > 0.5) return least
  if (connections === LEAST_SHARE) return shares.traces > LEAST_SHARE ? least : shares
  const fewer = connections * Math.max(STEEPEST, Math.min(1, rest))
  return { traces: LEAST_SHARE, connections: Math.max(LEAST_SHARE, fewer) }
}

function moreOf(shares: Shares): Shares {
  const { traces, connections } = shares
  if (connections < 1) return { traces, connections: Math.min(1, connections * GROWTH) }
  return traces === 1 ? shares : { traces: Math.min(1, traces * GROWTH), connections }
}
