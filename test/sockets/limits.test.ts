import { describe, expect, test } from 'vitest'
import { SocketEvent, SocketRole } from '../../src/events/layout.ts'
import { BytePool } from '../../src/sockets/byte-pool.ts'
import { ByteStream } from '../../src/sockets/byte-stream.ts'
import { SocketTable } from '../../src/sockets/socket-table.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { aMoment } from './a-moment.ts'

const MB = 2 ** 20
const AF_UNIX = 1

function aStream(pool = new BytePool()) {
  const counters = new Counters()
  const stream = new ByteStream(pool, counters, 0)
  const push = (position: number, text: string, tid = 1) =>
    stream.push(position, text.length, Buffer.from(text), aMoment(0, tid))
  return { stream, counters, push }
}

function aDescription(id: number, family = 2): SocketEvent {
  const view = new DataView(new ArrayBuffer(SocketEvent.size))
  view.setUint32(16, id, true)
  view.setUint16(72, family, true)
  view.setUint8(128, SocketRole.server)
  return new SocketEvent(view)
}

describe('at the limit of sockets', () => {
  test('sockets remembered: the one unused for longest goes, and is counted', () => {
    const counters = new Counters()
    const gone: number[] = []
    const table = new SocketTable(counters, ({ id }) => gone.push(id))
    for (let id = 1; id <= 131_072; id++) table.described(aDescription(id))
    for (const socket of table.values()) socket.used = socket.id % 2 === 0
    for (let id = 0; id < 3; id++) table.described(aDescription(200_000 + id))
    expect(gone).toEqual([1, 3, 5])
    expect(table.size).toBe(131_072)
    expect(counters.dropped.get('too-many-sockets')).toBe(3)
  })

  test('Unix sockets among them, of whose end nobody tells: the one unused for longest goes', () => {
    const counters = new Counters()
    const gone: number[] = []
    const table = new SocketTable(counters, ({ id }) => gone.push(id))
    table.described(aDescription(1))
    for (let id = 2; id <= 16_385; id++) table.described(aDescription(id, AF_UNIX))
    table.described(aDescription(2, AF_UNIX))
    for (const socket of table.values()) socket.used = socket.id === 3
    expect(gone).toEqual([])
    for (let id = 20_000; id < 20_003; id++) table.described(aDescription(id, AF_UNIX))
    expect(gone).toEqual([2, 4, 5])
    expect(counters.dropped.get('too-many-sockets')).toBe(3)
    expect(table.get(1)?.id).toBe(1)
  })

  test('stretches of a stream that wait to be read: gaps become one, and what comes is not kept', () => {
    const { stream, counters, push } = aStream()
    for (let i = 0; i < 5000; i++) push(i, 'x')
    expect(stream.stretch(4096)?.kind).toBe('not-captured')
    expect(stream.stretch(4097)).toBeUndefined()
    expect([stream.readable, stream.gap]).toEqual([4096, 904])
    expect(counters.dropped.get('stream-too-long')).toBe(904)
  })

  test('bytes that one stream holds: what comes is left out', () => {
    const { stream, counters, push } = aStream()
    push(0, 'x'.repeat(131_072))
    push(131_072, 'y')
    expect([stream.readable, stream.gap]).toEqual([131_072, 1])
    expect(counters.dropped.get('stream-too-long')).toBe(1)
  })

  test('bytes that all streams hold: bytes of a message that is not whole yet are left out', () => {
    const pool = new BytePool()
    const large = 'x'.repeat(131_072)
    for (let i = 0; i < (64 * MB) / 131_072; i++) aStream(pool).push(0, large)
    expect(pool.held).toBe(64 * MB)
    const { stream, counters, push } = aStream(pool)
    push(0, 'y')
    expect([stream.readable, stream.gap]).toEqual([0, 1])
    expect(counters.dropped.get('stream-too-long')).toBe(1)
  })

  test('free blocks of the smallest size: the memory goes back to the runtime', () => {
    const pool = new BytePool()
    const taken = Array.from({ length: 300 }, () => pool.take(1)!)
    for (const buffer of taken) pool.give(buffer)
    const again = new Set(Array.from({ length: 300 }, () => pool.take(1)!))
    expect(taken.filter((buffer) => again.has(buffer))).toHaveLength(256)
    expect(pool.held).toBe(300 * 4096)
  })

  test('operations put in order by their place: what is missing is given up', () => {
    const { stream, counters, push } = aStream()
    push(0, 'a', 1)
    for (let i = 1; i <= 8; i++) push(i * 10, 'b', 2)
    expect([stream.readable, stream.gap]).toEqual([1, 0])
    push(90, 'b', 2)
    expect(stream.gap).toBe(9)
    expect(counters.gaps.get('events-lost')).toBe(1)
  })
})
