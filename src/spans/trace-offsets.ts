import type { HrTime } from '@opentelemetry/api'
import type { Clock, MonotonicNs } from '../base/time.ts'

/** Wall clock minus monotonic clock, split so that both parts are exact numbers. */
export interface WallOffset {
  readonly seconds: number
  readonly nanoseconds: number
}

const GENERATION = 4096

/**
 * The wall clock of each trace: the offset that held when its first span was looked at. All its
 * spans use that one, so that a step of the clock moves traces and never bends them.
 */
export class TraceOffsets {
  readonly #clock: Clock
  #young = new Map<string, WallOffset>()
  #old = new Map<string, WallOffset>()
  #latest: WallOffset = { seconds: 0, nanoseconds: 0 }
  #latestUnix = 0n
  /** Spans of one trace come close together. */
  #lastTrace = ''
  #last: WallOffset = this.#latest

  constructor(clock: Clock) {
    this.#clock = clock
  }

  of(traceId: string): WallOffset {
    if (traceId !== this.#lastTrace) {
      this.#lastTrace = traceId
      this.#last = this.#find(traceId)
    }
    return this.#last
  }

  #find(traceId: string): WallOffset {
    const known = this.#young.get(traceId)
    if (known) return known
    const offset = this.#old.get(traceId) ?? this.#measured()
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(traceId, offset)
    return offset
  }

  #measured(): WallOffset {
    const unix = this.#clock.unix(0 as MonotonicNs)
    if (unix !== this.#latestUnix) {
      this.#latestUnix = unix
      this.#latest = {
        seconds: Number(unix / 1_000_000_000n),
        nanoseconds: Number(unix % 1_000_000_000n),
      }
    }
    return this.#latest
  }
}

/** Exact to the nanosecond. */
export function wallTime(at: number, offset: WallOffset): HrTime {
  const whole = Math.floor(at / 1e9)
  const nanoseconds = at - whole * 1e9 + offset.nanoseconds
  const seconds = whole + offset.seconds
  return nanoseconds >= 1e9 ? [seconds + 1, nanoseconds - 1e9] : [seconds, nanoseconds]
}
