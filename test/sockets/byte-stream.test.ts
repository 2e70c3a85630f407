import { describe, expect, test } from 'vitest'
import { MS } from '../../src/base/time.ts'
import { BytePool } from '../../src/sockets/byte-pool.ts'
import { ByteStream } from '../../src/sockets/byte-stream.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { aMoment } from './a-moment.ts'

function aStream(start = 0, pool = new BytePool()) {
  const counters = new Counters()
  const stream = new ByteStream(pool, counters, start)
  /** Bytes at their position, at a time, by a thread. */
  const push = (position: number, text: string, ms = 0, tid = 1, length = text.length) => {
    const moment = aMoment(ms, tid)
    stream.push(position, length, Buffer.from(text), moment)
    return moment
  }
  return { stream, counters, pool, push }
}

function readable({ memory, from, readable: count }: ByteStream): string {
  return memory.toString('latin1', from, from + count)
}

describe('a byte stream', () => {
  test('joins operations that follow each other', () => {
    const { stream, push } = aStream()
    const first = push(0, 'GET /')
    const second = push(5, 'path ')
    expect(readable(stream)).toBe('GET /path ')
    expect(stream.cut).toBe(false)
    expect(stream.momentAt(4)).toBe(first)
    expect(stream.momentAt(5)).toBe(second)
  })

  test('copies what it is given', () => {
    const { stream } = aStream()
    const borrowed = Buffer.from('hello')
    stream.push(0, 5, borrowed, aMoment(0))
    borrowed.fill(0)
    expect(readable(stream)).toBe('hello')
  })

  test('gives its memory back when all is read', () => {
    const { stream, pool, push } = aStream()
    push(0, 'hello')
    expect(pool.held).toBe(4096)
    stream.advance(2)
    expect(readable(stream)).toBe('llo')
    stream.advance(3)
    expect(pool.held).toBe(0)
    expect(stream.position).toBe(5)
  })

  test('begins wherever the first operation is when it is joined late', () => {
    const { stream, counters, push } = aStream(-1)
    push(1000, 'late')
    expect(stream.position).toBe(1000)
    expect(readable(stream)).toBe('late')
    push(990, 'before the')
    expect(readable(stream)).toBe('late')
    expect(counters.dropped.total()).toBe(0)
  })

  test('knows the gap behind what was captured of an operation', () => {
    const { stream, counters, push } = aStream()
    push(0, 'head', 0, 1, 1000)
    push(1000, 'next')
    expect(readable(stream)).toBe('head')
    expect(stream.gap).toBe(996)
    expect(stream.cut).toBe(true)
    stream.advance(500)
    expect([stream.position, stream.readable, stream.gap]).toEqual([500, 0, 500])
    stream.advance(502)
    expect(readable(stream)).toBe('xt')
    expect(counters.gaps.get('not-captured')).toBe(1)
  })

  test('takes no more bytes than were moved, whatever an event says', () => {
    const { stream, push } = aStream()
    push(0, 'head and more', 0, 1, 4)
    push(4, 'next')
    expect(readable(stream)).toBe('headnext')
    expect(stream.cut).toBe(false)
  })

  test('takes bytes that never came for lost at once when one thread moves them all', () => {
    const { stream, counters, push } = aStream()
    push(0, 'one ')
    push(8, 'three')
    expect(readable(stream)).toBe('one ')
    expect(stream.gap).toBe(4)
    expect(counters.gaps.get('events-lost')).toBe(1)
    stream.advance(4)
    expect(stream.skipGap()).toBe('events-lost')
    expect(readable(stream)).toBe('three')
  })

  describe('of several threads', () => {
    function severalThreads() {
      const all = aStream()
      all.push(0, '0', 0, 1)
      all.push(1, '1', 0, 2)
      return all
    }

    test('puts operations in order that come before their turn', () => {
      const { stream, counters, push } = severalThreads()
      push(4, '4', 1, 2)
      push(3, '3', 2, 1)
      expect(readable(stream)).toBe('01')
      push(2, '2', 3, 3)
      expect(readable(stream)).toBe('01234')
      expect(stream.waiting).toBeUndefined()
      expect(counters.gaps.total()).toBe(0)
    })

    test('waits 50 ms for what is missing', () => {
      const { stream, push } = severalThreads()
      push(4, '4', 10, 2)
      stream.settle(59 * MS, false)
      expect(stream.gap).toBe(0)
      stream.settle(60 * MS, false)
      expect(stream.gap).toBe(2)
    })

    test('waits for eight more operations', () => {
      const { stream, push } = severalThreads()
      for (let i = 0; i < 8; i++) push(10 + i, 'x', 1, 2)
      expect(stream.gap).toBe(0)
      push(18, 'x', 1, 2)
      expect(stream.gap).toBe(8)
    })

    test('does not wait when it ends', () => {
      const { stream, push } = severalThreads()
      push(4, '4', 10, 2)
      stream.finish(aMoment(11), 5)
      expect(stream.gap).toBe(2)
      expect(stream.finished?.time).toBe(11 * MS)
    })

    test('has no use for what comes after it was given up', () => {
      const { stream, counters, push } = severalThreads()
      push(4, '4', 10, 2)
      stream.settle(60 * MS, false)
      push(2, '23', 61, 3)
      expect(readable(stream)).toBe('01')
      expect(stream.gap).toBe(2)
      expect(counters.dropped.total()).toBe(0)
    })

    test('believes neither of two that claim the same place', () => {
      const { stream, counters, push } = severalThreads()
      push(2, 'abcd', 1, 1)
      push(4, 'EFGH', 1, 2)
      push(8, 'next', 1, 1)
      expect(readable(stream)).toBe('01')
      expect([stream.gap, stream.cut]).toEqual([0, true])
      stream.advance(2)
      expect(stream.skipGap()).toBe('unknown')
      expect([stream.position, readable(stream)]).toEqual([8, 'next'])
      expect(counters.dropped.get('position-conflict')).toBe(1)
      expect(counters.gaps.get('unknown')).toBe(1)
    })

    test('believes neither of two that wait for the same place', () => {
      const { stream, counters, push } = severalThreads()
      push(5, 'abcd', 1, 1)
      push(7, 'EFGH', 1, 2)
      push(2, '234', 1, 3)
      push(11, 'next', 1, 1)
      expect(readable(stream)).toBe('01234')
      stream.advance(5)
      expect(stream.skipGap()).toBe('unknown')
      expect(readable(stream)).toBe('next')
      expect(counters.dropped.get('position-conflict')).toBe(1)
    })

    test('cannot take back what was read, but says so', () => {
      const { stream, push } = severalThreads()
      push(2, 'abcd', 1, 1)
      stream.advance(6)
      push(4, 'EF', 1, 2)
      expect(stream.cut).toBe(true)
      expect(stream.skipGap()).toBe('unknown')
      push(6, 'next', 1, 1)
      expect(readable(stream)).toBe('next')
    })
  })

  test('does not pass an unknown gap without length by the way', () => {
    const { stream, counters, push } = aStream()
    push(0, 'abcd')
    stream.push(-1, 7, Buffer.from('unplace'), aMoment(1))
    expect([readable(stream), stream.gap, stream.cut]).toEqual(['abcd', 0, true])
    stream.advance(4)
    expect(stream.cut).toBe(true)
    push(11, 'next')
    expect(stream.readable).toBe(0)
    expect(stream.skipGap()).toBe('unknown')
    expect([stream.position, readable(stream)]).toEqual([11, 'next'])
    expect(counters.gaps.get('unknown')).toBe(1)
  })

  test('goes on where the next known operation is when the unknown gap was read before', () => {
    const { stream, push } = aStream()
    push(0, 'abcd')
    stream.advance(4)
    stream.push(-1, 7, Buffer.from('unplace'), aMoment(1))
    expect(stream.skipGap()).toBe('unknown')
    push(11, 'next')
    expect([stream.position, readable(stream), stream.cut]).toEqual([11, 'next', false])
  })

  test('puts nothing that is unknown among what was read before', () => {
    const { stream, push } = aStream()
    push(0, 'a')
    stream.push(-1, 1, Buffer.from('?'), aMoment(0))
    push(2, 'b')
    stream.advance(1)
    stream.skipGap()
    push(1, 'x')
    expect(stream.skipGap()).toBe('unknown')
    push(3, 'c')
    push(4, 'd')
    expect([stream.position, readable(stream)]).toEqual([3, 'cd'])
  })

  test('passes over the rest of an operation, captured or not', () => {
    const { stream, push } = aStream()
    push(0, 'head', 0, 1, 100)
    push(100, 'next')
    stream.advance(1)
    stream.skipOperation()
    expect([stream.position, readable(stream)]).toEqual([100, 'next'])
  })

  test('finds the operation added last', () => {
    const { stream, push } = aStream()
    push(0, 'rest')
    expect(stream.newest).toBeUndefined()
    push(4, 'GET ')
    expect(stream.newest?.toString()).toBe('GET ')
    stream.skipToNewest()
    expect([stream.position, readable(stream)]).toEqual([4, 'GET '])
  })

  test('moves all its positions when they turn out to be one too many', () => {
    const { stream, push } = aStream(-1)
    push(101, 'GET ')
    stream.shift(-1)
    expect(stream.position).toBe(100)
    push(104, '/')
    expect(readable(stream)).toBe('GET /')
  })

  test('says that bytes are missing at its end, unless it is only the one that the end counts', () => {
    const { stream, push } = aStream()
    push(0, 'abcd')
    stream.finish(aMoment(1), 5)
    expect(stream.gap).toBe(0)
    const other = aStream()
    other.push(0, 'abcd')
    other.stream.finish(aMoment(1), 10)
    expect(other.stream.gap).toBe(6)
  })

  test('keeps no more than 128 KB, and says so', () => {
    const { stream, counters, pool, push } = aStream()
    for (let i = 0; i < 64; i++) push(i * 4096, 'x'.repeat(4096))
    expect(stream.readable).toBe(131_072)
    expect(pool.held).toBe(131_072)
    expect(stream.gap).toBe(131_072)
    expect(counters.dropped.get('stream-too-long')).toBe(32)
  })

  test('keeps no more than 4096 pieces, of whatever kind', () => {
    const { stream, push } = aStream()
    let position = 0
    for (let i = 0; i < 20_000; i++) {
      push(position, 'x', 0, 1, 1 + (i % 2))
      position += 3
      if (i % 5 === 0) stream.push(-1, 1, Buffer.from('?'), aMoment(0))
    }
    let pieces = 0
    while (stream.stretch(pieces)) pieces++
    expect(pieces).toBeLessThan(4200)
    while (stream.position < position - 3) {
      if (stream.readable > 0) stream.advance(stream.readable)
      else stream.skipGap()
    }
  })

  test('keeps nothing when all streams together hold too much', () => {
    const pool = new BytePool(8192)
    const streams = [aStream(0, pool), aStream(0, pool), aStream(0, pool)]
    for (const { push } of streams) push(0, 'hello')
    expect(streams.map(({ stream }) => stream.readable)).toEqual([5, 5, 0])
    expect(streams[2]!.stream.gap).toBe(5)
    expect(streams[2]!.counters.dropped.get('stream-too-long')).toBe(1)
    streams[0]!.stream.advance(5)
    streams[2]!.push(5, 'more')
    streams[2]!.stream.skipGap()
    expect(readable(streams[2]!.stream)).toBe('more')
  })

  test('takes a million operations of one byte in time that grows with their number', () => {
    const { stream, push } = aStream()
    const byte = 'x'
    for (let i = 0; i < 1_000_000; i++) {
      push(i, byte)
      if (i % 3000 === 2999) stream.advance(3000)
    }
    expect(stream.position).toBe(999_000)
  })
})
