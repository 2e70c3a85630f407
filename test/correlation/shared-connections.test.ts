import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import type { Socket } from '../../src/sockets/socket.ts'
import { World } from '../support/world.ts'

const FRONT = 100
const BACK = 200

describe('a multiplexed connection of a client', () => {
  let world: World
  let shared: Socket
  beforeEach(() => {
    world = new World()
    world.pairing = 'multiplexed'
    shared = world.connection(FRONT, BACK).client
  })

  function requestOn(tid: number): Exchange {
    return world.open(world.connection(1, FRONT).server, { tid })
  }

  /** A request on `tid`, of which the call is written by `writer` and answered before the next. */
  function callOf(tid: number, writer: number, start: number): Exchange {
    const request = requestOn(tid)
    const call = world.open(shared, { tid: writer }, start)
    world.answer(call, { tid: writer })
    world.answer(request, { tid })
    return call
  }

  test('that one thread writes keeps the parents of its calls', () => {
    const requests: Exchange[] = []
    const calls: Exchange[] = []
    for (let n = 0; n < 3; n++) {
      const request = requestOn(1)
      requests.push(request)
      calls.push(
        world.open(shared, { tid: 1 }, n * 100),
        world.open(shared, { tid: 1 }, n * 100 + 50),
      )
      for (const call of calls.slice(-2).reverse()) world.answer(call, { tid: 9 })
      world.answer(request, { tid: 1 })
    }
    world.wait()
    calls.forEach((call, n) => {
      const parent = world.place(requests[n >> 1]!)
      expect(world.place(call).parent).toEqual({
        spanId: parent.spanId,
        model: 'thread',
        remote: false,
      })
    })
  })

  test('that several threads write gives no call a parent, even where none overlaps', () => {
    const calls = [callOf(1, 1, 0), callOf(2, 2, 100), callOf(1, 1, 200)]
    world.wait()
    for (const call of calls) expect(world.place(call).reason).toBe('hand-over')
  })

  test('gives none to calls that the thread which holds its lock writes for others', () => {
    const requests = [1, 2, 3].map(requestOn)
    const first = world.open(shared, { tid: 1 }, 0)
    // Thread 1 is still writing when 2 and 3 ask: it writes for them.
    const others = [world.open(shared, { tid: 1 }, 100), world.open(shared, { tid: 1 }, 200)]
    const second = world.open(shared, { tid: 2 }, 300)
    for (const call of [second, ...others, first]) world.answer(call, { tid: 3 })
    requests.forEach((request, n) => void world.answer(request, { tid: n + 1 }))
    world.wait()
    for (const call of [first, ...others, second])
      expect(world.place(call).reason).toBe('hand-over')
  })

  test('gives none to calls of one write once another thread has written', () => {
    const requests = [1, 2].map(requestOn)
    const opened = world.moment(shared, { tid: 1 }, false)
    const calls = [0, 100].map((start) => world.openAt(shared, opened, start))
    const alone = world.open(shared, { tid: 2 }, 200)
    for (const call of [...calls, alone]) world.answer(call, { tid: 9 })
    requests.forEach((request, n) => void world.answer(request, { tid: n + 1 }))
    world.wait()
    for (const call of [...calls, alone]) expect(world.place(call).reason).toBe('hand-over')
  })

  test('does not take back what was decided before a second thread wrote', () => {
    const early = callOf(1, 1, 0)
    world.wait()
    const late = callOf(2, 2, 100)
    world.wait()
    expect(world.place(early).parent?.model).toBe('thread')
    expect(world.place(late).reason).toBe('hand-over')
  })

  test('says nothing of another connection', () => {
    const other = world.connection(FRONT, BACK).client
    callOf(1, 1, 0)
    callOf(2, 2, 100)
    shared = other
    const call = callOf(1, 1, 0)
    world.wait()
    expect(world.place(call).parent?.model).toBe('thread')
  })
})

describe('a connection with numbers on which one call at a time is open', () => {
  test('may be used by several threads one after the other', () => {
    const world = new World()
    world.pairing = 'by-id'
    const shared = world.connection(FRONT, BACK).client
    for (const tid of [1, 2]) {
      const request = world.open(world.connection(1, FRONT).server, { tid })
      const call = world.open(shared, { tid }, tid * 40)
      world.answer(call, { tid })
      world.answer(request, { tid })
      world.wait()
      expect(world.place(call).parent?.spanId).toBe(world.place(request).spanId)
    }
  })
})
