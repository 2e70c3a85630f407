import type { HrTime } from '@opentelemetry/api'
import type { Clock, MonotonicNs } from '../base/time.ts'

/** Wall clock minus monotonic clock, split so that both parts are exact numbers. */
export interface WallOffset {
  readonly seconds: number
  readonly nanoseconds: number
}

/** Steps of the clock remembered; a trace that began before the oldest has that one's offset. */
const MAX_STEPS = 64

interface Step extends WallOffset {
  /** Traces that begin from then on. */
  readonly from: number
  readonly unix: bigint
}

/**
 * The wall clock of each trace: the offset that held when its first span began. All its spans use
 * that one, so that a step of the clock moves traces and never bends them.
 */
export class TraceOffsets {
  readonly #clock: Clock
  /** The latest last. */
  readonly #steps: Step[] = []
  /** When the latest of all traces so far began: none of them may be bent. */
  #latest = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `began`: when the first span of the trace began. */
  of(began: MonotonicNs): WallOffset {
    const steps = this.#steps
    const unix = this.#clock.unix(0 as MonotonicNs)
    if (steps.at(-1)?.unix !== unix) this.#step(unix)
    if (began > this.#latest) this.#latest = began
    let i = steps.length - 1
    while (i > 0 && steps[i]!.from > began) i--
    return steps[i]!
  }

  #step(unix: bigint): void {
    this.#steps.push({
      from: this.#latest + 1,
      unix,
      seconds: Number(unix / 1_000_000_000n),
      nanoseconds: Number(unix % 1_000_000_000n),
    })
    if (this.#steps.length > MAX_STEPS) this.#steps.shift()
  }
}

/** Exact to the nanosecond. */
export function wallTime(at: number, offset: WallOffset): HrTime {
  const whole = Math.floor(at / 1e9)
  const nanoseconds = at - whole * 1e9 + offset.nanoseconds
  const seconds = whole + offset.seconds
  return nanoseconds >= 1e9 ? [seconds + 1, nanoseconds - 1e9] : [seconds, nanoseconds]
}
