import { beforeEach, describe, expect, test } from 'vitest'
import { AsyncIds, UNKNOWN_CONTEXT } from '../../src/correlation/async-ids.ts'
import type { Moment } from '../../src/sockets/moment.ts'
import type { Socket } from '../../src/sockets/socket.ts'
import { aMoment } from '../sockets/a-moment.ts'

const client = (id: number) => ({ id, role: 'client' }) as Socket
const server = (id: number) => ({ id, role: 'server' }) as Socket

describe('async ids', () => {
  let ids: AsyncIds
  let open: Set<number>
  beforeEach(() => {
    open = new Set()
    ids = new AsyncIds((context) => open.has(context))
  })

  const under = (socket: Socket, ingress: boolean, said: Partial<Moment>) =>
    ids.context({ ...aMoment(1, 1, ingress), polling: true, ...said }, socket)
  /** A request is read, and stays open. */
  const read = (context: number, idCount: number, idsBefore = 0) => {
    open.add(context)
    return under(server(context), true, { context, idCount, idsBefore })
  }
  const write = (said: Partial<Moment>, socket = client(99)) => under(socket, false, said)
  /** Written by an immediate or a timer. */
  const later = (said: Partial<Moment>) => write({ polling: false, ...said })

  test('leave what is polled where the kernel saw it', () => {
    expect(read(7, 10)).toBe(7)
    expect(write({ context: 7, execution: 12, trigger: 3, idCount: 14 })).toBe(7)
  })

  test('tell who set the immediate that runs', () => {
    read(5, 10)
    read(7, 20)
    read(8, 30)
    expect(later({ context: 8, execution: 25, idCount: 40, idsBefore: 38 })).toBe(7)
    expect(later({ context: 8, execution: 35, idCount: 41 })).toBe(8)
    expect(later({ context: 8, execution: 15, idCount: 41 })).toBe(5)
  })

  test('tell it by what triggered the callback, if that was made by the immediate itself', () => {
    read(5, 10)
    read(7, 20)
    read(8, 30)
    const tick = { context: 8, execution: 40, idCount: 41, idsBefore: 38 }
    expect(later({ ...tick, trigger: 25 })).toBe(7)
    expect(later({ ...tick, trigger: 0, idsBefore: 0 })).toBe(UNKNOWN_CONTEXT)
    expect(later({ ...tick, trigger: 39, idsBefore: 0 })).toBe(UNKNOWN_CONTEXT)
  })

  test('tell nothing of those that immediates and timers give out', () => {
    read(4, 5)
    read(5, 10)
    read(7, 30, 20)
    read(8, 40)
    expect(later({ execution: 15, idCount: 41 })).toBe(5)
    expect(later({ execution: 25, idCount: 41 })).toBe(UNKNOWN_CONTEXT)
  })

  test('tell it of those given out by an immediate of which it is known', () => {
    read(4, 5)
    read(5, 10)
    expect(later({ execution: 15, idCount: 21, idsBefore: 20 })).toBe(5)
    read(7, 30)
    read(8, 40, 30)
    expect(later({ execution: 25, idCount: 41 })).toBe(5)
  })

  test('tell nothing where it is not seen when immediates begin, of the last stretch', () => {
    read(5, 10)
    read(7, 20)
    read(8, 30)
    expect(later({ execution: 35, idCount: 40 })).toBe(UNKNOWN_CONTEXT)
    expect(later({ execution: 25, idCount: 40 })).toBe(7)
  })

  test('tell nothing by a request that is answered, by ids older than what was seen, and by none', () => {
    read(5, 10)
    read(7, 20)
    read(8, 30)
    open.delete(7)
    expect(later({ execution: 25, idCount: 40 })).toBe(UNKNOWN_CONTEXT)
    expect(later({ execution: 3, idCount: 40 })).toBe(UNKNOWN_CONTEXT)
    expect(later({ execution: 0, idCount: 40 })).toBe(UNKNOWN_CONTEXT)
  })

  test('tell for whom a connection of a pool is taken again', () => {
    read(5, 10)
    read(7, 20)
    under(client(99), true, { context: 8, idCount: 30 })
    const again = { context: 8, execution: 33, idCount: 34 }
    expect(write({ ...again, trigger: 15 })).toBe(5)
    expect(write({ ...again, trigger: 15 }, client(98))).toBe(8)
    expect(write({ ...again, trigger: 15 }, server(99))).toBe(8)
    expect(write({ ...again, trigger: 0 })).toBe(8)
    expect(write({ ...again, trigger: 32 })).toBe(8)
    open.delete(5)
    expect(write({ ...again, trigger: 15 })).toBe(8)
  })

  test('tell who asked for a new connection, or that a timer did', () => {
    read(5, 10)
    read(7, 20)
    read(8, 40, 30)
    const first = { context: 8, atConnect: true, idCount: 50 }
    expect(write({ ...first, trigger: 15 })).toBe(5)
    expect(write({ ...first, trigger: 35 })).toBe(UNKNOWN_CONTEXT)
    expect(write({ ...first, trigger: 0 })).toBe(8)
  })

  test('say that nobody knows for whom the results of other threads are', () => {
    read(5, 10)
    expect(write({ context: 0, execution: 12, idCount: 20 })).toBe(UNKNOWN_CONTEXT)
  })

  test('tell nothing any more once their counter goes back', () => {
    read(5, 10)
    read(7, 20)
    read(8, 30)
    expect(later({ context: 8, execution: 25, idCount: 29 })).toBe(8)
    expect(later({ context: 8, execution: 25, idCount: 50 })).toBe(8)
  })

  test('are dated for a while, in bounded memory', () => {
    for (let n = 1; n <= 100_000; n++) read(n, n * 10)
    expect(later({ execution: 999_985, idCount: 1_000_001 })).toBe(99_998)
    expect(later({ execution: 500_005, idCount: 1_000_001 })).toBe(50_000)
    expect(later({ execution: 300_005, idCount: 1_000_001 })).toBe(UNKNOWN_CONTEXT)
  })
})
