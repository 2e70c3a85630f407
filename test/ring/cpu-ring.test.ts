import { describe, expect, test } from 'vitest'
import { CpuRing } from '../../src/ring/cpu-ring.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { CollectingSink } from '../support/collecting-sink.ts'
import { Random } from '../support/random.ts'
import { makeEvent, SyntheticRing } from '../support/synthetic-kernel.ts'

const START = 1n << 60n
const SIZE = 4096

function burst(...events: Uint8Array[]): Uint8Array {
  return Uint8Array.from(events.flatMap((event) => [...event]))
}

function open(ring: SyntheticRing): { reader: CpuRing; counters: Counters; sink: CollectingSink } {
  const counters = new Counters()
  const reader = new CpuRing(ring.memory, START, counters.transport)
  return { reader, counters, sink: new CollectingSink() }
}

function drain(reader: CpuRing, sink: CollectingSink, limit = Infinity): void {
  reader.snapshot()
  while (!reader.index(7));
  while (reader.deliver(limit, 5, sink) > 0);
  reader.release()
}

function event(time: number, size = 40): Uint8Array {
  const bytes = makeEvent(2, 0, START + BigInt(time), size)
  for (let i = 16; i < size; i++) bytes[i] = (time * 31 + i) & 0xff
  return bytes
}

describe('a ring of one cpu', { timeout: 30_000 }, () => {
  test('gives the events of a burst one by one, and their room back', () => {
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink } = open(ring)
    ring.output(burst(event(1), event(2, 128), event(3, 16)))
    drain(reader, sink)
    expect(sink.times).toEqual([1, 2, 3])
    expect(sink.events[1]!.bytes).toEqual(event(2, 128))
    expect(ring.tail).toBe(ring.head)
  })

  test('keeps the nanoseconds of times beyond 2^53', () => {
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink } = open(ring)
    ring.output(event(4_294_967_297))
    ring.output(event(4_294_967_298))
    drain(reader, sink)
    expect(sink.times).toEqual([4_294_967_297, 4_294_967_298])
  })

  test('reads records that wrap at every offset, positions beyond 2^32 too', () => {
    for (const lap of [0, 2 ** 32 - SIZE, 2 ** 40]) {
      for (let offset = 0; offset < SIZE; offset += 8) {
        const ring = new SyntheticRing(0, SIZE, lap + offset)
        const { reader, sink, counters } = open(ring)
        const events = [event(1, 80), event(2, 1000), event(3, 16)]
        ring.output(burst(...events))
        ring.output(event(4, 2000))
        drain(reader, sink)
        const read = Buffer.concat(sink.events.map((e) => e.bytes))
        expect(read.equals(Buffer.concat([...events, event(4, 2000)]))).toBe(true)
        expect(ring.tail).toBe(ring.head)
        expect(counters.transport.total()).toBe(0)
      }
    }
  })

  test('keeps a wrapped record readable until its last event was handed over', () => {
    const ring = new SyntheticRing(0, SIZE, SIZE - 64)
    const { reader, sink } = open(ring)
    ring.output(burst(event(1, 80), event(20, 80)))
    drain(reader, sink, 10)
    ring.output(burst(event(11, 64), event(12, 64)))
    drain(reader, sink)
    expect(sink.events.map((e) => e.bytes)).toEqual([
      event(1, 80),
      event(11, 64),
      event(12, 64),
      event(20, 80),
    ])
  })

  test('puts an event written past a busy burst behind the older ones of that burst', () => {
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink } = open(ring)
    ring.output(event(5))
    ring.output(event(8))
    ring.output(burst(event(1), event(4), event(6), event(9)))
    drain(reader, sink)
    expect(sink.times).toEqual([1, 4, 5, 6, 8, 9])
  })

  test('leaves events later than the limit in the ring, with the records they lie in', () => {
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink } = open(ring)
    ring.output(event(1))
    const second = ring.head
    ring.output(burst(event(2), event(7)))
    ring.output(event(3))
    drain(reader, sink, 5)
    expect(sink.times).toEqual([1, 2, 3])
    expect(ring.tail).toBe(second)
    drain(reader, sink)
    expect(sink.times).toEqual([1, 2, 3, 7])
    expect(ring.tail).toBe(ring.head)
  })

  test('tells of lost bursts between the events around them', () => {
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink } = open(ring)
    ring.output(event(1, 3000))
    ring.output(event(2, 3000))
    ring.output(event(3, 3000))
    drain(reader, sink)
    ring.output(event(4))
    drain(reader, sink)
    expect(sink.times).toEqual([1, 4])
    expect(sink.losses).toEqual([{ bursts: 2, time: 1 }])
  })
})

describe('a damaged ring', () => {
  test('loses the rest of a record whose events do not fit, and goes on with the next', () => {
    for (const size of [0, 8, 15, 17, 44, 4096, 0xffff_fff8, 0xffff_ffff]) {
      const ring = new SyntheticRing(0, SIZE)
      const { reader, sink, counters } = open(ring)
      const bad = event(2)
      new DataView(bad.buffer).setUint32(0, size, true)
      ring.output(burst(event(1), bad, event(3)))
      ring.output(event(4))
      drain(reader, sink)
      expect(sink.times).toEqual([1, 4])
      expect(counters.transport.get('record-damaged')).toBe(1)
      expect(ring.tail).toBe(ring.head)
    }
  })

  test('counts a raw size beyond its record', () => {
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink, counters } = open(ring)
    const record = new Uint8Array(64)
    new DataView(record.buffer).setUint32(8, 0xffff_fff0, true)
    ring.write(9, record)
    ring.write(9, new Uint8Array(8))
    ring.output(event(1))
    drain(reader, sink)
    expect(sink.times).toEqual([1])
    expect(counters.transport.get('record-damaged')).toBe(2)
  })

  test('counts records of other kinds', () => {
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink, counters } = open(ring)
    ring.write(11, new Uint8Array(32))
    ring.write(2, new Uint8Array(16))
    ring.output(event(1))
    drain(reader, sink)
    expect(sink.times).toEqual([1])
    expect(counters.transport.get('record-unknown')).toBe(2)
  })

  test('goes on behind a record of impossible size', () => {
    for (const size of [0, 4, 12, 65_528]) {
      const ring = new SyntheticRing(0, SIZE)
      const { reader, sink, counters } = open(ring)
      ring.output(event(1))
      ring.write(9, new Uint8Array(48), size)
      ring.output(event(2))
      drain(reader, sink)
      ring.output(event(3))
      drain(reader, sink)
      expect(sink.times).toEqual([1, 3])
      expect(counters.transport.get('ring-damaged')).toBe(1)
      expect(ring.tail).toBe(ring.head)
    }
  })

  test('survives a head that runs ahead of the ring', () => {
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink, counters } = open(ring)
    new BigUint64Array(ring.memory.mapping, 1024, 1)[0] = (1n << 50n) + 5n
    drain(reader, sink)
    expect(sink.events).toEqual([])
    expect(counters.transport.get('ring-damaged')).toBe(1)
    expect(ring.tail).toBe(2 ** 50)
  })

  test('never throws, loops or grows on random bytes', () => {
    const random = new Random(7)
    const ring = new SyntheticRing(0, SIZE)
    const { reader, sink } = open(ring)
    const data = new Uint8Array(ring.memory.mapping, 4096)
    const head = new BigUint64Array(ring.memory.mapping, 1024, 1)
    for (let round = 0; round < 2000; round++) {
      for (let i = 0; i < SIZE; i++) data[i] = random.below(4) === 0 ? random.below(256) : 0
      for (let i = 0; i < SIZE; i += 8 * (1 + random.below(8))) {
        data.set([random.below(2) === 0 ? 9 : 2, 0, 0, 0, 0, 0, 8 * random.below(20), 0], i)
      }
      head[0] = BigInt(ring.tail + random.below(SIZE))
      drain(reader, sink)
      expect(Number(head[0]) - ring.tail).toBeLessThan(8)
    }
    expect(reader.pending.times.length).toBeLessThanOrEqual(1024)
  })

  test('puts times that fall without end in a bounded number of steps', () => {
    const ring = new SyntheticRing(0, 1 << 22)
    const { reader, sink } = open(ring)
    for (let i = 20_000; i > 0; i--) ring.output(event(i, 16))
    drain(reader, sink)
    expect(sink.events.length).toBe(20_000)
  })
})
