import { describe, expect, test } from 'vitest'
import { MS } from '../../src/base/time.ts'
import { BytePool } from '../../src/sockets/byte-pool.ts'
import { ByteStream } from '../../src/sockets/byte-stream.ts'
import type { Moment } from '../../src/sockets/moment.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Random } from '../support/random.ts'
import { aMoment } from './a-moment.ts'

interface Operation {
  readonly position: number
  readonly length: number
  readonly captured: number
  readonly moment: Moment
  lost: boolean
  /** The kernel says that it stands so many bytes before its place. */
  misplaced: number
}

const LENGTH = 4000

/** The true bytes of the direction: any two that stand close are different. */
function byteAt(position: number): number {
  return (position * 7 + (position >> 8)) & 0xff
}

function operations(random: Random, threads: number): Operation[] {
  const all: Operation[] = []
  for (let position = 0; position < LENGTH; ) {
    const length = 1 + random.below(random.below(4) === 0 ? 200 : 20)
    const captured = random.below(3) === 0 ? random.below(length + 1) : length
    const moment = aMoment(all.length, 1 + random.below(threads))
    all.push({ position, length, captured, moment, lost: false, misplaced: 0 })
    position += length
  }
  return all
}

/** Moves each operation up to `by` places back. */
function disorder(all: readonly Operation[], random: Random, by: number): Operation[] {
  return all
    .map((operation, index) => ({ operation, at: index + random.below(by * 10 + 1) / 10 }))
    .sort((a, b) => a.at - b.at)
    .map(({ operation }) => operation)
}

function push(stream: ByteStream, operation: Operation): void {
  const { position, captured, length, moment, misplaced } = operation
  const bytes = new Uint8Array(captured)
  for (let i = 0; i < captured; i++) bytes[i] = byteAt(position + i)
  stream.push(position - misplaced, length, bytes, moment)
}

/** What a reader got: for each position the operation, or why there was none. */
class Reading {
  readonly got = new Map<number, Moment | string>()
  position = 0

  /** Reads some of what is there. */
  read(stream: ByteStream, random: Random): void {
    while (random.below(8) > 0 || stream.waiting === undefined) {
      expect(stream.position).toBe(this.position)
      const count = Math.min(1 + random.below(30), stream.readable + stream.gap)
      if (count > 0) this.#advance(stream, count)
      else if (stream.cut) this.#skip(stream)
      else return
    }
  }

  #advance(stream: ByteStream, count: number): void {
    const { memory, from, readable } = stream
    for (let i = 0; i < Math.min(count, readable); i++) {
      const position = this.position + i
      if (memory[from + i] !== byteAt(position)) expect.fail(`wrong byte at ${position}`)
      this.got.set(position, stream.momentAt(position)!)
    }
    for (let i = Math.max(0, readable); i < count; i++) {
      this.got.set(this.position + i, this.#kindAt(stream, this.position + i))
    }
    stream.advance(count)
    this.position += count
  }

  #kindAt(stream: ByteStream, position: number): string {
    for (let i = 0; ; i++) {
      const { kind, position: start, length } = stream.stretch(i)!
      if (position < start + length) return kind
    }
  }

  #skip(stream: ByteStream): void {
    const from = stream.position
    expect(stream.skipGap()).toBe('unknown')
    for (let i = from; i < stream.position; i++) this.got.set(i, 'unknown')
    this.position = stream.position
  }
}

function run(seed: number, by: number, spoil: (all: Operation[], random: Random) => void) {
  const random = new Random(seed)
  const counters = new Counters()
  const pool = new BytePool()
  const stream = new ByteStream(pool, counters, 0)
  const all = operations(random, 3)
  // Three threads are known from the start, so that order is waited for.
  all[0] = { ...all[0]!, moment: aMoment(0, 7) }
  spoil(all, random)
  const reading = new Reading()
  const sent = by === 0 ? all : [all[0]!, all[1]!, ...disorder(all.slice(2), random, by)]
  for (const operation of sent) {
    if (!operation.lost) push(stream, operation)
    reading.read(stream, random)
  }
  stream.settle(1e6 * MS, true)
  for (let i = 0; i < 50; i++) reading.read(stream, random)
  return { all, reading, counters, pool }
}

/** What each byte of these operations must have been read as. */
function truth({ position, length, captured, moment, lost }: Operation): (Moment | string)[] {
  return Array.from({ length }, (_, i) => {
    if (lost) return 'events-lost'
    return position + i < position + captured ? moment : 'not-captured'
  })
}

const SEEDS = Array.from({ length: 60 }, (_, i) => i * 7919 + 1)

describe('a byte stream against a simple model', () => {
  test('gives every byte once, of the right operation, in whatever order they came', () => {
    for (const seed of SEEDS) {
      const { all, reading, counters, pool } = run(seed, seed % 7, () => {})
      const got = all.flatMap(({ position, length }) =>
        Array.from({ length }, (_, i) => reading.got.get(position + i)),
      )
      expect(got).toEqual(all.flatMap(truth))
      expect(counters.gaps.get('events-lost')).toBe(0)
      expect(counters.dropped.total()).toBe(0)
      expect(pool.held).toBe(0)
    }
  })

  test('finds exactly the bytes lost whose operations never came', () => {
    for (const seed of SEEDS) {
      const { all, reading, counters } = run(seed, seed % 4, (operations, random) => {
        for (const operation of operations.slice(2, -1)) operation.lost = random.below(20) === 0
      })
      const got = all.flatMap(({ position, length }) =>
        Array.from({ length }, (_, i) => reading.got.get(position + i)),
      )
      expect(got, `seed ${seed}`).toEqual(all.flatMap(truth))
      expect(counters.dropped.total()).toBe(0)
    }
  })

  test('never gives a byte in a wrong place when operations claim the same place', () => {
    let conflicts = 0
    for (const seed of SEEDS) {
      const { reading, counters } = run(seed, 0, (operations, random) => {
        // Never two in a row: by the same number they would fit each other.
        for (let i = 3; i < operations.length - 1; i += 2) {
          if (random.below(12) === 0) operations[i]!.misplaced = 1 + random.below(8)
        }
      })
      // The reader itself compared each byte with what stands in its place.
      const read = [...reading.got.values()].filter((what) => typeof what !== 'string')
      expect(read.length).toBeGreaterThan(LENGTH / 8)
      expect(reading.got.size).toBe(Math.max(...reading.got.keys()) + 1)
      conflicts += counters.dropped.get('position-conflict')
    }
    expect(conflicts).toBeGreaterThan(SEEDS.length)
  })
})
