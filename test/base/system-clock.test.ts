import { describe, expect, test } from 'vitest'
import { NODE_TIME, SystemClock, type TimeSource } from '../../src/base/system-clock.ts'
import { type MonotonicNs, SECOND } from '../../src/base/time.ts'

/** A machine whose clocks are moved by hand; each reading takes 50 ns. */
class HandClock implements TimeSource {
  readonly wallStep: bigint = 1_000_000n
  time = 5_000_000_000_123n
  /** Wall minus monotonic. */
  offset = 1_795_000_000_000_456_789n

  monotonic(): bigint {
    this.time += 50n
    return this.time
  }

  wall(): bigint {
    const exact = this.time + this.offset
    return exact - (exact % this.wallStep)
  }

  sleep(ns: number): void {
    this.time += BigInt(ns)
  }
}

const at = (ns: number) => ns as MonotonicNs

describe('system clock', () => {
  test('counts from its own start', () => {
    const hand = new HandClock()
    const clock = new SystemClock(hand)
    const before = clock.now()
    hand.sleep(2 * SECOND)
    expect(clock.now() - before).toBeGreaterThanOrEqual(2 * SECOND)
    expect(clock.origin).toBe(5_000_000_000_173n)
  })

  test('finds the wall clock to the microsecond although it only counts milliseconds', () => {
    const hand = new HandClock()
    const clock = new SystemClock(hand)
    const truth = hand.offset + clock.origin
    expect(Number(clock.unix(at(0)) - truth)).toBeLessThan(1000)
    expect(Number(truth - clock.unix(at(0)))).toBeLessThan(1000)
  })

  test('keeps the same offset as long as the wall clock stays where it was', () => {
    const hand = new HandClock()
    const offsets: bigint[] = []
    const clock = new SystemClock(hand, (offset) => offsets.push(offset))
    for (let i = 0; i < 100; i++) {
      hand.sleep(1.37 * SECOND)
      clock.now()
    }
    expect(offsets).toHaveLength(1)
  })

  test('follows a step of the wall clock within a second, and says so', () => {
    const hand = new HandClock()
    const offsets: bigint[] = []
    const clock = new SystemClock(hand, (offset) => offsets.push(offset))
    const before = clock.unix(at(0))
    hand.offset -= 3_600_000_000_000n
    expect(clock.unix(at(0))).toBe(before)
    hand.sleep(1 * SECOND)
    clock.now()
    expect(Number(before - clock.unix(at(0)))).toBeCloseTo(3.6e12, -4)
    expect(offsets).toHaveLength(2)
  })

  test('never strays more than two milliseconds from a wall clock that is being slewed', () => {
    const hand = new HandClock()
    const clock = new SystemClock(hand)
    for (let i = 0; i < 200; i++) {
      hand.sleep(1.01 * SECOND)
      hand.offset += 500_000n
      const now = clock.now()
      const truth = BigInt(now) + clock.origin + hand.offset
      const error = Number(clock.unix(now) - truth)
      expect(Math.abs(error)).toBeLessThan(2e6)
    }
  })

  test('reads the clocks of this machine', () => {
    const clock = new SystemClock()
    const wall = Number(clock.unix(clock.now())) / 1e6
    expect(Math.abs(wall - Date.now())).toBeLessThan(5)
    expect(clock.suspended()).toBeGreaterThanOrEqual(0)
    expect(NODE_TIME.monotonic()).toBeGreaterThan(clock.origin)
  })
})
