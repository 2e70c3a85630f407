import type { Clock, MonotonicNs, UnixNs } from '../../src/base/time.ts'

/** Stands still until it is moved; `step` ns pass at each look. */
export class ManualClock implements Clock {
  time: number
  step: number
  offset: bigint
  /** Called before each look. */
  onLook: () => void

  constructor(time = 0, step = 0) {
    this.time = time
    this.step = step
    this.onLook = () => {}
    this.offset = 1_700_000_000_000_000_000n
  }

  now(): MonotonicNs {
    this.onLook()
    const now = this.time
    this.time += this.step
    return now as MonotonicNs
  }

  unix(at: MonotonicNs): UnixNs {
    return (BigInt(at) + this.offset) as UnixNs
  }
}
