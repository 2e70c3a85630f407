import { describe, expect, test } from 'vitest'
import { MS, SECOND } from '../../src/base/time.ts'
import { Drain } from '../../src/ring/drain.ts'
import type { EventSink } from '../../src/ring/event-sink.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { CollectingSink } from '../support/collecting-sink.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { Random } from '../support/random.ts'
import { makeEvent, SyntheticKernel, SyntheticRing } from '../support/synthetic-kernel.ts'

const START = 1_000_000n

class Bench {
  readonly kernel: SyntheticKernel
  readonly clock = new ManualClock(1 * SECOND)
  readonly counters = new Counters()
  readonly sink = new CollectingSink()
  readonly drain: Drain

  constructor(cpus: number, ringSize = 1 << 16, sink?: EventSink) {
    this.kernel = new SyntheticKernel(cpus, ringSize)
    this.drain = new Drain({
      rings: this.kernel.memories,
      bursts: this.kernel.bursts,
      flusher: this.kernel,
      sink: sink ?? this.sink,
      clock: this.clock,
      start: START,
      counter: this.counters.transport,
    })
  }

  /** An event of this moment, on a CPU. */
  emit(cpu: number, size = 40): number {
    const time = this.clock.time
    this.kernel.emit(cpu, makeEvent(2, cpu, START + BigInt(time), size))
    this.clock.time += 1
    return time
  }

  pass(ns: number): void {
    this.clock.time += ns
  }
}

describe('draining', () => {
  test('merges the cpus into one order of time', () => {
    const bench = new Bench(8)
    const random = new Random(3)
    const times = Array.from({ length: 5000 }, () => bench.emit(random.below(8)))
    bench.pass(MS)
    bench.drain.turn()
    expect(bench.sink.times).toEqual(times)
    expect(bench.drain.quiet).toBe(true)
  })

  test('flushes only what is not empty', () => {
    const bench = new Bench(8)
    bench.drain.turn()
    expect(bench.kernel.flushes).toBe(0)
    bench.emit(3)
    bench.pass(MS)
    bench.drain.turn()
    expect(bench.kernel.flushes).toBe(1)
    for (let i = 0; i < 16; i++) bench.emit(5)
    bench.pass(MS)
    bench.drain.turn()
    expect(bench.kernel.flushes).toBe(1)
    expect(bench.sink.events.length).toBe(17)
  })

  test('holds back what is later than a cpu caught inside an emit', () => {
    const bench = new Bench(2)
    bench.emit(0)
    bench.pass(MS)
    bench.drain.turn()
    bench.kernel.enter(1)
    const inside = bench.clock.time++
    const later = bench.emit(0)
    bench.pass(MS)
    bench.drain.turn()
    expect(bench.sink.events.length).toBe(1)
    expect(bench.drain.quiet).toBe(false)
    bench.kernel.append(1, makeEvent(2, 1, START + BigInt(inside), 40))
    bench.kernel.leave(1)
    bench.drain.turn()
    expect(bench.sink.times.slice(1)).toEqual([inside, later])
    expect(bench.counters.transport.total()).toBe(0)
  })

  test('tells the horizon after each round, and never one that falls', () => {
    const bench = new Bench(2)
    bench.pass(MS)
    bench.drain.turn()
    const first = bench.sink.horizons[0]!
    expect(first).toBeGreaterThan(SECOND)
    bench.kernel.enter(0)
    bench.pass(MS)
    bench.drain.turn()
    bench.kernel.leave(0)
    bench.pass(MS)
    bench.drain.turn()
    expect(bench.sink.horizons.length).toBe(3)
    expect(bench.sink.horizons[1]).toBe(first)
    expect(bench.sink.horizons[2]).toBeGreaterThan(first)
  })

  test('no longer waits for a cpu that was busy at every look for a second', () => {
    const bench = new Bench(2)
    bench.kernel.enter(1)
    bench.emit(0)
    for (let i = 0; i < 200; i++) {
      bench.pass(5 * MS)
      bench.drain.turn()
      if (i === 190) expect(bench.sink.events.length).toBe(0)
    }
    expect(bench.sink.events.length).toBe(1)
    expect(bench.counters.transport.get('horizon-forced')).toBe(1)
  })

  test('waits less for a busy cpu when a ring is about to overflow', () => {
    const bench = new Bench(2, 4096)
    bench.kernel.enter(1)
    for (let i = 0; i < 64; i++) bench.emit(0, 48)
    for (let i = 0; i < 25; i++) {
      bench.pass(2 * MS)
      bench.drain.turn()
    }
    expect(bench.sink.events.length).toBe(64)
    expect(bench.counters.transport.get('horizon-forced')).toBe(1)
  })

  test('counts what comes after later events, and hands it over all the same', () => {
    const bench = new Bench(2)
    bench.kernel.offline.add(1)
    const early = bench.emit(1)
    const late = bench.emit(0)
    bench.pass(MS)
    bench.drain.turn()
    expect(bench.sink.times).toEqual([late])
    bench.kernel.offline.delete(1)
    bench.drain.turn()
    expect(bench.sink.times).toEqual([late, early])
    expect(bench.counters.transport.get('event-late')).toBe(1)
  })

  test('stops after 5 ms and goes on where it was', () => {
    const bench = new Bench(2, 1 << 20)
    const times = Array.from({ length: 4000 }, (_, i) => bench.emit(i & 1))
    bench.pass(MS)
    bench.clock.step = 1 * MS
    let turns = 0
    do {
      bench.drain.turn()
      turns++
    } while (bench.drain.midway)
    expect(bench.sink.times).toEqual(times)
    expect(turns).toBeGreaterThan(3)
    expect(bench.sink.horizons.length).toBe(1)
  })

  test('gives room back before a long round is over', () => {
    const bench = new Bench(1, 1 << 20)
    for (let i = 0; i < 4000; i++) bench.emit(0)
    bench.pass(MS)
    bench.clock.step = 1 * MS
    while (bench.sink.events.length === 0) bench.drain.turn()
    expect(bench.drain.midway).toBe(true)
    expect(bench.kernel.rings[0]!.tail).toBeGreaterThan(0)
  })

  test('says in a long round how far it came, and never that it came farther', () => {
    let told = 0
    let early = 0
    let times = 0
    const bench = new Bench(2, 1 << 20, {
      event: (_memory, _at, time) => {
        if (time <= told) early++
      },
      lost: () => {},
      drained: (horizon) => {
        told = horizon
        times++
      },
    })
    for (let i = 0; i < 4000; i++) {
      bench.emit(i & 1)
      bench.pass(MS / 10)
    }
    bench.clock.step = 1 * MS
    do bench.drain.turn()
    while (bench.drain.midway)
    expect(times).toBeGreaterThan(3)
    expect(early).toBe(0)
    expect(told).toBeGreaterThanOrEqual(1.4 * SECOND)
  })
})

describe('cpus that come and go', () => {
  test('are read to the end before their ring is released', () => {
    const bench = new Bench(2)
    const times = [bench.emit(1), bench.emit(0)]
    bench.kernel.flush(1)
    const released: number[] = []
    bench.drain.close(1, () => released.push(1))
    expect(released).toEqual([])
    bench.pass(MS)
    bench.drain.turn()
    expect(bench.sink.times).toEqual(times)
    expect(released).toEqual([1])
  })

  test('are read from a new ring, and the gap is counted', () => {
    const bench = new Bench(2)
    bench.drain.close(1, () => {})
    const ring = new SyntheticRing(1, 1 << 16)
    bench.kernel.rings[1] = ring
    bench.drain.open(ring.memory)
    const time = bench.emit(1)
    bench.pass(MS)
    bench.drain.turn()
    bench.drain.turn()
    expect(bench.sink.times).toEqual([time])
    expect(bench.counters.transport.get('ring-opened-late')).toBe(1)
  })

  test('that nobody knew are released at once', () => {
    const bench = new Bench(2)
    const released: number[] = []
    bench.drain.close(7, () => released.push(7))
    expect(released).toEqual([7])
  })
})

/** Counts and checks without keeping: for the long runs. */
class CheckingSink extends CollectingSink {
  count = 0
  disorder = 0
  wrong = 0
  newest = -1
  /** Next sequence number of each CPU. */
  readonly next = new Int32Array(8)

  override event(memory: { view: DataView }, at: number, time: number): void {
    const { view } = memory
    if (time < this.newest) this.disorder++
    this.newest = time
    const cpu = view.getUint16(at + 6, true)
    const sequence = view.getUint32(at + 16, true)
    const size = view.getUint32(at, true)
    if (sequence !== this.next[cpu]!++ || view.getUint32(at + size - 4, true) !== sequence)
      this.wrong++
    this.count++
  }
}

describe('a million events', () => {
  for (const cpus of [2, 8]) {
    test(`come from ${cpus} cpus whole, once and in order, emitters interrupted and caught busy`, () => {
      const sink = new CheckingSink()
      const bench = new Bench(cpus, 1 << 17, sink)
      const random = new Random(cpus)
      const sequences = new Int32Array(cpus)
      const event = (cpu: number): Uint8Array => {
        const size = 24 + 8 * random.below(14)
        const bytes = makeEvent(2, cpu, START + BigInt(bench.clock.time++), size)
        const view = new DataView(bytes.buffer)
        view.setUint32(size - 4, sequences[cpu]!, true)
        view.setUint32(16, sequences[cpu]!++, true)
        return bytes
      }
      let emitted = 0
      let caught = -1
      let rounds = 0
      let held: Uint8Array | undefined
      while (emitted < 1_000_000) {
        const cpu = random.below(cpus)
        emitted++
        if (random.below(50) === 0 && cpu !== caught) {
          bench.kernel.enter(cpu)
          const outer = event(cpu)
          bench.kernel.emit(cpu, event(cpu)) // an interrupter, written past the burst
          emitted++
          bench.kernel.append(cpu, outer)
          bench.kernel.leave(cpu)
        } else if (random.below(200) === 0 && caught < 0) {
          caught = cpu // its emitter stays inside while rounds go by
          bench.kernel.enter(cpu)
          held = event(cpu)
          rounds = 0
        } else {
          bench.kernel.emit(cpu, event(cpu))
        }
        if (emitted % 97 !== 0) continue
        bench.pass(2000)
        bench.drain.turn()
        if (held !== undefined && (rounds++ === 12 || random.below(3) === 0)) {
          bench.kernel.append(caught, held)
          bench.kernel.leave(caught)
          held = undefined
          caught = -1
        }
      }
      if (held !== undefined) {
        bench.kernel.append(caught, held)
        bench.kernel.leave(caught)
      }
      bench.pass(MS)
      bench.drain.turn()
      expect(bench.kernel.lost).toBe(0)
      expect(sink.count).toBe(emitted)
      expect(sink.disorder).toBe(0)
      expect(sink.wrong).toBe(0)
      expect(bench.counters.transport.total()).toBe(0)
    }, 30_000)
  }
})
