import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import type { Socket } from '../../src/sockets/socket.ts'
import { World } from '../support/world.ts'

const TRACE = 'a'.repeat(32)
const SPAN = 'b'.repeat(16)
const header = (trace = TRACE, span = SPAN) => new Map([['traceparent', `00-${trace}-${span}-01`]])

describe('joining the two ends of a connection', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  test('does not mind a reader that is stamped before the writer', () => {
    const { client, server } = world.connection(1, 2)
    const served = world.open(server, { tid: 20 })
    const call = world.open(client, { tid: 10 })
    world.answer(served, { tid: 20 })
    world.answer(call, { tid: 10 })
    world.wait()
    expect(world.place(served).parent?.spanId).toBe(world.place(call).spanId)
  })

  test('says of all spans of a trace when its first one began, and of others their own time', () => {
    const front = world.connection(9, 1)
    const back = world.connection(1, 2)
    const request = world.open(front.server, { tid: 10 })
    const call = world.open(back.client, { tid: 10 })
    const served = world.open(back.server, { tid: 20 })
    world.answer(served, { tid: 20 })
    world.answer(call, { tid: 10 })
    world.answer(request, { tid: 10 })
    const alone = world.open(front.server, { tid: 10 }, 500)
    world.answer(alone, { tid: 10 })
    world.wait()
    for (const one of [request, call, served])
      expect(world.place(one).began).toBe(request.opened.time)
    expect(world.place(alone).began).toBe(alone.opened.time)
  })

  test('tells the requests of one connection apart by position', () => {
    const { client, server } = world.connection(1, 2)
    const pairs = [0, 40, 80].map((start) => {
      const call = world.open(client, { tid: 10 }, start)
      const served = world.open(server, { tid: 20 }, start)
      world.answer(served, { tid: 20 })
      world.answer(call, { tid: 10 })
      return { call, served }
    })
    world.wait()
    for (const { call, served } of pairs)
      expect(world.place(served).parent?.spanId).toBe(world.place(call).spanId)
  })

  test('says peer-unknown when the other end is traced but no position matches', () => {
    const { client, server } = world.connection(1, 2)
    world.open(client, { tid: 10 }, 999)
    const served = world.open(server, { tid: 20 }, 0)
    world.answer(served, { tid: 20 })
    world.wait()
    expect(world.place(served).reason).toBe('peer-unknown')
  })

  test('says attached-late when the call was written before the agent looked', () => {
    const { client, server } = world.connection(1, 2, true)
    world.moment(client, { tid: 10 }, false)
    const served = world.open(server, { tid: 20 }, 0)
    world.answer(served, { tid: 20 })
    world.wait()
    expect(world.place(served).reason).toBe('attached-late')
  })

  test('joins a Unix client that was not told its other end, once that end is', () => {
    const { client, server } = world.connection(1, 2)
    const unix = { transport: 'unix', clientInitial: -1, serverInitial: -1 } as const
    const near = { ...client, ...unix, peerId: 0 } as typeof client
    const far = { ...server, ...unix, peerId: client.id } as typeof server
    const call = world.open(near, { tid: 10 })
    const served = world.open(far, { tid: 20 })
    world.answer(served, { tid: 20 })
    world.answer(call, { tid: 10 })
    world.wait()
    expect(world.place(served).parent?.spanId).toBe(world.place(call).spanId)
  })

  describe('over Unix sockets older than the agent', () => {
    /** What `LiveSocket` is: what it is may become known. */
    type Old = { -readonly [Key in keyof Socket]: Socket[Key] }
    let client: Old
    let server: Old

    beforeEach(() => {
      const ends = world.connection(1, 2, true)
      const unix = { transport: 'unix', clientInitial: -1, serverInitial: -1 } as const
      client = { ...ends.client, ...unix, peerId: ends.server.id, drained: false }
      server = { ...ends.server, ...unix, peerId: ends.client.id, drained: false }
    })

    function ask(start: number): { call: Exchange; served: Exchange } {
      const call = world.open(client, { tid: 10 }, start)
      const served = world.open(server, { tid: 20 }, start)
      world.answer(served, { tid: 20 })
      world.answer(call, { tid: 10 })
      return { call, served }
    }

    test('joins what was asked after both ends were read empty', () => {
      server.drained = true
      const first = ask(0)
      client.drained = true
      const { call, served } = ask(40)
      world.wait()
      expect(world.place(first.served).reason).toBe('attached-late')
      expect(world.place(served).parent?.spanId).toBe(world.place(call).spanId)
    })

    test.each([
      ['client', 'server'],
      ['server', 'client'],
    ])('joins nothing while the %s may have more to read', (_more, empty) => {
      if (empty === 'client') client.drained = true
      else server.drained = true
      const asked = [ask(0), ask(40)]
      world.wait()
      for (const { served } of asked) {
        expect(world.place(served).parent).toBeUndefined()
        expect(world.place(served).reason).toBe('attached-late')
      }
    })

    test('forgets an end that was closed', () => {
      client.drained = true
      server.drained = true
      world.correlator.operation(client, world.moment(client, { tid: 10 }, false), 0)
      world.correlator.closed(client)
      const served = world.open(server, { tid: 20 })
      world.answer(served, { tid: 20 })
      world.wait()
      expect(world.place(served).reason).toBe('entry')
    })
  })

  test('adopts the header of a caller on another host', () => {
    const served = world.open(world.connection(1, 2).server, { tid: 20 }, 0, header())
    world.answer(served, { tid: 20 })
    world.wait()
    const place = world.place(served)
    expect(place.traceId).toBe(TRACE)
    expect(place.parent).toEqual({ spanId: SPAN, model: 'header', remote: true })
  })

  test('puts the client span between the header and the server span', () => {
    const { client, server } = world.connection(1, 2)
    const call = world.open(client, { tid: 10 }, 0, header())
    const served = world.open(server, { tid: 20 }, 0, header())
    world.answer(served, { tid: 20 })
    world.answer(call, { tid: 10 })
    world.wait()
    expect(world.place(call).parent).toEqual({ spanId: SPAN, model: 'header', remote: true })
    expect(world.place(served).parent?.spanId).toBe(world.place(call).spanId)
    expect(world.place(served).traceId).toBe(TRACE)
  })

  test('makes a call with the very header of exactly one open request its child, even on a loop', () => {
    const up = world.connection(1, 2)
    const loop = { tid: 20, loops: true }
    const request = world.open(up.server, loop, 0, header())
    world.open(world.connection(1, 2).server, loop, 0, header('c'.repeat(32)))
    const call = world.open(world.connection(2, 3).client, loop, 0, header())
    world.answer(call, loop)
    world.answer(request, loop)
    world.wait()
    expect(world.place(call).parent).toEqual({
      spanId: world.place(request).spanId,
      model: 'header',
      remote: false,
    })
  })

  test('names neither of two open requests that came with the same header', () => {
    const loop = { tid: 20, loops: true }
    const one = world.open(world.connection(1, 2).server, loop, 0, header())
    const two = world.open(world.connection(1, 2).server, loop, 0, header())
    const call = world.open(world.connection(2, 3).client, loop, 0, header())
    world.answer(call, loop)
    world.answer(one, loop)
    world.answer(two, loop)
    world.wait()
    expect(world.place(call).parent?.spanId).toBe(SPAN)
  })

  test('lets the header decide against the evidence and counts it', () => {
    const request = world.open(world.connection(1, 2).server, { tid: 20 })
    const call = world.open(world.connection(2, 3).client, { tid: 20 }, 0, header())
    world.answer(call, { tid: 20 })
    world.answer(request, { tid: 20 })
    world.wait()
    expect(world.place(call).traceId).toBe(TRACE)
    expect(world.counters.conflicts.get('header-against-evidence')).toBe(1)
  })
})
