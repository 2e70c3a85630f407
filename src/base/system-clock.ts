import { uptime } from 'node:os'
import { type Clock, type MonotonicNs, MS, SECOND, type UnixNs } from './time.ts'

/** Where SystemClock gets its times; tests pass their own. */
export interface TimeSource {
  /** CLOCK_MONOTONIC, absolute, ns. */
  monotonic(): bigint
  /** Wall clock, ns since 1970. */
  wall(): bigint
  /** Step in which `wall` counts, ns. */
  readonly wallStep: bigint
}

/** `process.hrtime` is CLOCK_MONOTONIC (libuv); `Date.now` counts whole milliseconds. */
export const NODE_TIME: TimeSource = {
  monotonic: () => process.hrtime.bigint(),
  wall: () => BigInt(Date.now()) * 1_000_000n,
  wallStep: 1_000_000n,
}

const REMEASURE = 1 * SECOND

/** Suspended time below this is the resolution of /proc/uptime (10 ms) and nothing else. */
const SUSPEND_NOISE = 100 * MS

/** More than fit into a millisecond: a wall clock that stands still is not waited for. */
const MOST_READINGS = 100_000

/**
 * The host's clock. The wall offset is measured every second by whoever calls `now`; until it
 * moves by more than the wall clock can resolve, `unix` keeps the very same offset.
 */
export class SystemClock implements Clock {
  /** CLOCK_MONOTONIC at the agent's start, absolute ns: what events are shifted by. */
  readonly origin: bigint
  readonly #source: TimeSource
  readonly #onOffset: (offset: bigint, at: MonotonicNs) => void
  #offset = 0n
  #measured = 0

  /** `onOffset` hears each new offset between `MonotonicNs` and Unix time (a recording keeps them). */
  constructor(
    source: TimeSource = NODE_TIME,
    onOffset: (offset: bigint, at: MonotonicNs) => void = () => {},
  ) {
    this.origin = source.monotonic()
    this.#source = source
    this.#onOffset = onOffset
    this.#offset = this.#offsetAtStep()
    this.#onOffset(this.#offset, 0 as MonotonicNs)
  }

  now(): MonotonicNs {
    const now = Number(this.#source.monotonic() - this.origin)
    if (now - this.#measured >= REMEASURE) this.#measure(now)
    return now as MonotonicNs
  }

  unix(at: MonotonicNs): UnixNs {
    return (BigInt(at) + this.#offset) as UnixNs
  }

  /** Time that the host has slept since boot, ns: CLOCK_BOOTTIME minus CLOCK_MONOTONIC. */
  suspended(): number {
    const asleep = uptime() * SECOND - Number(this.#source.monotonic())
    return asleep > SUSPEND_NOISE ? asleep : 0
  }

  /** The wall clock was between two readings; an offset outside of that has moved. */
  #measure(now: number): void {
    const { origin } = this
    const before = this.#source.monotonic() - origin
    const wall = this.#source.wall()
    const after = this.#source.monotonic() - origin
    this.#measured = now
    const lowest = wall - after
    const highest = wall + this.#source.wallStep - before
    if (this.#offset >= lowest && this.#offset <= highest) return
    this.#offset = this.#offsetAtStep()
    this.#onOffset(this.#offset, now as MonotonicNs)
  }

  /** Waits for the wall clock's next step (1 ms at most): there its reading is exact. */
  #offsetAtStep(): bigint {
    const first = this.#source.wall()
    let wall = first
    let at = this.#source.monotonic()
    for (let i = 0; wall === first && i < MOST_READINGS && this.#source.wallStep > 1n; i++) {
      at = this.#source.monotonic()
      wall = this.#source.wall()
    }
    return wall - (at - this.origin)
  }
}
