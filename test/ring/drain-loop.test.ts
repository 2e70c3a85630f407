import { describe, expect, test } from 'vitest'
import { MS, SECOND } from '../../src/base/time.ts'
import { Drain } from '../../src/ring/drain.ts'
import { DrainLoop } from '../../src/ring/drain-loop.ts'
import type { Wake } from '../../src/ring/memory.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { CollectingSink } from '../support/collecting-sink.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { ManualTimers } from '../support/manual-timers.ts'
import { makeEvent, SyntheticKernel } from '../support/synthetic-kernel.ts'

/** The wake-up of bpf/include/emit.h. */
class SyntheticWake implements Wake {
  readonly flag = new Int32Array(1)
  wakeUps = 0
  #onReadable: (() => void) | undefined

  start(onReadable: () => void): void {
    this.#onReadable = onReadable
  }

  stop(): void {
    this.#onReadable = undefined
  }

  get listening(): boolean {
    return this.#onReadable !== undefined
  }

  /** The last act of an emitter. */
  afterEmit(): void {
    if (this.flag[0] === 0) return
    this.flag[0] = 0
    this.wakeUps++
    this.#onReadable?.()
  }
}

class Bench {
  readonly kernel = new SyntheticKernel(2, 1 << 16)
  readonly clock = new ManualClock(SECOND)
  readonly timers = new ManualTimers(this.clock)
  readonly wake = new SyntheticWake()
  readonly sink = new CollectingSink()
  readonly loop: DrainLoop

  constructor() {
    const drain = new Drain({
      rings: this.kernel.memories,
      bursts: this.kernel.bursts,
      flusher: this.kernel,
      sink: this.sink,
      clock: this.clock,
      start: 0n,
      counter: new Counters().transport,
    })
    this.loop = new DrainLoop(drain, this.wake, this.timers)
  }

  emit(cpu = 0): void {
    this.kernel.emit(cpu, makeEvent(2, cpu, BigInt(this.clock.time++), 40))
    this.wake.afterEmit()
  }
}

describe('waiting for events', () => {
  test('falls asleep with the wake-up armed when nothing comes', () => {
    const bench = new Bench()
    bench.loop.start()
    bench.timers.pass(50)
    expect(bench.wake.flag[0]).toBe(1)
    expect(bench.wake.listening).toBe(true)
    expect(bench.timers.waiting).toBe(1)
  })

  test('is woken by the first event, and by no second one', () => {
    const bench = new Bench()
    bench.loop.start()
    bench.timers.pass(50)
    bench.emit()
    expect(bench.wake.listening).toBe(false)
    for (let i = 0; i < 20; i++) {
      bench.emit(i & 1)
      bench.timers.pass(1)
    }
    bench.timers.pass(5)
    expect(bench.sink.events.length).toBe(21)
    expect(bench.wake.wakeUps).toBe(1)
  })

  test('looks once more after arming: an event of that moment is not slept over', () => {
    const bench = new Bench()
    let emitted = 0
    bench.clock.onLook = () => {
      if (bench.wake.flag[0] === 0 || emitted > 0) return
      // Its emitter looked at the flag right before it was set, and wakes nobody.
      bench.kernel.emit(0, makeEvent(2, 0, BigInt(bench.clock.time++), 40))
      emitted++
    }
    bench.loop.start()
    bench.timers.pass(30)
    expect(emitted).toBe(1)
    expect(bench.sink.events.length).toBe(1)
  })

  test('naps for 2 to 5 ms while there is traffic', () => {
    const bench = new Bench()
    bench.loop.start()
    for (let i = 0; i < 200; i++) {
      bench.emit()
      bench.timers.pass(1)
    }
    expect(Math.min(...bench.timers.naps)).toBe(2)
    expect(Math.max(...bench.timers.naps)).toBe(5)
    expect(bench.sink.events.length).toBeGreaterThanOrEqual(195)
  })

  test('moves the horizon on while asleep, more slowly when it lasts', () => {
    const bench = new Bench()
    bench.loop.start()
    bench.timers.pass(50)
    const before = bench.sink.horizons.length
    bench.timers.pass(2000)
    expect(bench.sink.horizons.length - before).toBe(20)
    expect(bench.sink.horizons.at(-1)! - SECOND).toBeGreaterThan(1900 * MS)
    bench.timers.pass(8000)
    expect(bench.sink.horizons.length - before).toBeLessThan(40)
    expect(bench.wake.flag[0]).toBe(1)
  })

  test('hands over at the end what was emitted before, and leaves the flag down', async () => {
    const bench = new Bench()
    bench.loop.start()
    bench.timers.pass(50)
    bench.kernel.emit(0, makeEvent(2, 0, BigInt(bench.clock.time), 40))
    bench.kernel.emit(1, makeEvent(2, 1, BigInt(bench.clock.time), 40))
    const stopped = bench.loop.stop()
    bench.timers.pass(10)
    await stopped
    expect(bench.sink.events.length).toBe(2)
    expect(bench.wake.flag[0]).toBe(0)
    expect(bench.wake.listening).toBe(false)
    expect(bench.timers.waiting).toBe(0)
  })

  test('ends although more comes than a turn can hand over', async () => {
    const bench = new Bench()
    bench.loop.start()
    const last = makeEvent(2, 0, BigInt(bench.clock.time), 40)
    bench.kernel.emit(0, last)
    let isOver = false
    const stopped = bench.loop.stop().then(() => {
      isOver = true
    })
    bench.clock.step = 5 * MS // each look at the clock takes as long as a turn may
    let rounds = 0
    for (; !isOver && rounds < 40; rounds++) {
      for (let i = 0; i < 300; i++) bench.emit(i & 1)
      bench.timers.pass(1)
      await Promise.resolve()
      await Promise.resolve()
    }
    expect(isOver).toBe(true)
    await stopped
    expect(bench.sink.events.length).toBeGreaterThan(0)
  })

  test('waits at the end for an emitter that is still inside', async () => {
    const bench = new Bench()
    bench.loop.start()
    bench.kernel.enter(1)
    const event = makeEvent(2, 1, BigInt(bench.clock.time), 40)
    const stopped = bench.loop.stop()
    for (let i = 0; i < 5; i++) {
      bench.timers.pass(1)
      await Promise.resolve()
    }
    bench.kernel.append(1, event)
    bench.kernel.leave(1)
    for (let i = 0; i < 5; i++) {
      bench.timers.pass(1)
      await Promise.resolve()
    }
    await stopped
    expect(bench.sink.events.length).toBe(1)
  })
})
