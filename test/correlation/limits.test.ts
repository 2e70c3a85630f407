import { describe, expect, test } from 'vitest'
import type { MonotonicNs } from '../../src/base/time.ts'
import { SECOND } from '../../src/base/time.ts'
import { ActivitySet } from '../../src/correlation/activity-set.ts'
import { AsyncIds, UNKNOWN_CONTEXT } from '../../src/correlation/async-ids.ts'
import { Connections } from '../../src/correlation/connections.ts'
import { IdentityModel } from '../../src/correlation/identity-model.ts'
import { IdentityTrust } from '../../src/correlation/identity-trust.ts'
import { CallLineage, RequestLineage } from '../../src/correlation/lineage.ts'
import { PendingCalls } from '../../src/correlation/pending-calls.ts'
import { ProcessState } from '../../src/correlation/process-state.ts'
import { Segments } from '../../src/correlation/segments.ts'
import { SharedConnections } from '../../src/correlation/shared-connections.ts'
import { SiblingTrust } from '../../src/correlation/sibling-trust.ts'
import { SpanIds } from '../../src/correlation/span-ids.ts'
import { Threads } from '../../src/correlation/threads.ts'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import type { Moment } from '../../src/sockets/moment.ts'
import type { Socket } from '../../src/sockets/socket.ts'
import { aMoment } from '../sockets/a-moment.ts'
import { World } from '../support/world.ts'

const NOW = 1000 * SECOND
const IDS = new SpanIds(0)
const ns = (count: number) => (NOW + count) as MonotonicNs

function anExchange(opened: Partial<Moment>): Exchange {
  const moment = { ...aMoment(0), ...opened }
  const socket = { id: 1 } as Socket
  const request = { start: 0 }
  return { opened: moment, socket, request, protocol: { pairing: 'in-order' } } as Exchange
}

const aCall = (opened: Partial<Moment>) => new CallLineage(anExchange(opened), IDS, undefined)
const aRequest = (opened: Partial<Moment>) => new RequestLineage(anExchange(opened), IDS, undefined)

/** Ends of a Unix pair, of which the client was not told its other end. */
function unixPair(world: World): { client: Socket; server: Socket } {
  const { client, server } = world.connection(1, 2)
  const unix = { transport: 'unix', clientInitial: -1, serverInitial: -1 } as const
  return { client: { ...client, ...unix }, server: { ...server, ...unix, peerId: client.id } }
}

describe('at the limit of correlation', () => {
  test('threads: the one unseen for longest is forgotten, whoever comes', () => {
    const threads = new Threads()
    const seen = (tid: number) => threads.operation(aMoment(0, tid), () => 'unseen-read')
    for (let tid = 0; tid < 32_768; tid++) seen(tid)
    seen(100_000) // all were active: the first of them goes
    for (let tid = 1; tid < 32_768; tid += 2) seen(tid)
    for (let tid = 0; tid < 1000; tid++) seen(200_000 + tid)
    expect(threads.size).toBe(32_768)
    expect(threads.get(0)).toBeUndefined()
    expect(threads.get(2)).toBeUndefined()
    expect(threads.get(1)?.tid).toBe(1)
  })

  test('connections joined by their numbers: the oldest is forgotten', () => {
    const connections = new Connections()
    const socket = (id: number, role: 'client' | 'server') =>
      ({ id, role, transport: 'tcp', clientInitial: id >> 1, serverInitial: 5 }) as Socket
    for (let n = 0; n <= 200_000; n++) connections.seen(socket(2 * n, 'client'))
    expect(connections.size).toBe(200_000)
    const other = (n: number) => {
      connections.seen(socket(2 * n + 1, 'server'))
      return connections.otherEnd(socket(2 * n + 1, 'server'))?.id
    }
    expect(other(0)).toBeUndefined()
    expect(other(2)).toBe(4)
  })

  test('calls and requests of one connection that wait for their other end: the oldest waits no longer', () => {
    const world = new World()
    const { client, server } = world.connection(1, 2)
    for (let i = 0; i <= 256; i++) world.open(client, { tid: 10 }, i * 10)
    const first = world.open(server, { tid: 20 }, 0)
    const second = world.open(server, { tid: 20 }, 10)
    world.wait()
    expect((first.kept as RequestLineage).parent).toBeUndefined()
    expect((second.kept as RequestLineage).parent).toBeInstanceOf(CallLineage)
  })

  test('connections whose calls wait for a Unix peer: later ones do not wait', () => {
    const world = new World()
    const pairs = Array.from({ length: 4097 }, () => unixPair(world))
    for (const { client } of pairs) world.open(client, { tid: 10 })
    const served = pairs.map(({ server }) => world.open(server, { tid: 20 }))
    const joined = served.filter(({ kept }) => (kept as RequestLineage).parent)
    expect(joined).toHaveLength(4096)
    expect((served.at(-1)!.kept as RequestLineage).parent).toBeUndefined()
  })

  test('activities of one process: the oldest are forgotten', () => {
    const model = new IdentityModel(() => 'GET back', new ActivitySet())
    for (let i = 0; i < 100_000; i++) model.called(aCall({ activity: 1000 + i, time: ns(i) }), 0)
    expect(model.size).toBeGreaterThanOrEqual(65_536 / 2)
    expect(model.size).toBeLessThanOrEqual(65_536)
  })

  test('activities that are gone, or outlived their request: the oldest are forgotten', () => {
    const set = new ActivitySet()
    for (let i = 0; i <= 65_536; i++) set.add(i)
    expect([0, 1, 65_536].map((one) => set.has(one))).toEqual([false, true, true])
  })

  test('calls of one activity: the oldest is claimed by no answer', () => {
    const model = new IdentityModel(() => 'GET back', new ActivitySet())
    const calls = Array.from({ length: 257 }, (_, i) => aCall({ activity: 7, time: ns(i) }))
    for (const call of calls) model.called(call, 1)
    const request = aRequest({ activity: 3 })
    model.answers(request, { ...aMoment(0), activity: 7, time: ns(1000) })
    expect(calls.filter(({ claimedBy }) => claimedBy)).toEqual(calls.slice(1))
  })

  test('answers of one activity: the oldest is not compared', () => {
    const model = new IdentityModel(() => 'GET back', new ActivitySet())
    const requests = Array.from({ length: 34 }, () => aRequest({ activity: 3 }))
    requests.forEach((request, i) => {
      const answer = { ...aMoment(0), activity: 7, time: ns(i) }
      const read = i < 33 ? ns(i - 1) : ns(-1) // the last was open all along
      request.readLast = { ...aMoment(0), time: read }
      model.answers(request, answer)
      request.answer = answer
    })
    expect(requests.map(({ contested }) => contested)).toEqual(requests.map((_, i) => i > 0))
  })

  test('calls of one process that wait for proof: the oldest is decided by what is known', () => {
    const pending = new PendingCalls()
    for (let i = 0; i < 16_384; i++) pending.add(aCall({ time: ns(i) }))
    expect(pending.next(0, ns(0))).toBeUndefined()
    pending.add(aCall({ time: ns(20_000) }))
    expect(pending.next(0, ns(0))?.opened.time).toBe(ns(0))
    expect(pending.next(0, ns(0))).toBeUndefined()
  })

  test('times when an answerer was not known, of one process: the oldest excuses nothing', () => {
    const pending = new PendingCalls()
    for (let i = 0; i <= 64; i++) pending.excuse(i * 10, i * 10 + 5, false)
    const excused = (time: number) => pending.isExcused(aCall({ time: time as MonotonicNs }))
    expect([excused(0), excused(10), excused(640)]).toEqual([false, true, true])
  })

  test('calls of one shared connection: the oldest is forgotten', () => {
    const shared = new SharedConnections()
    const calls = Array.from({ length: 1025 }, (_, i) => aCall({ tid: 1, time: ns(i) }))
    for (const call of calls) shared.opened(call)
    shared.opened(aCall({ tid: 2 }))
    expect(calls.filter(({ doubt }) => doubt === 'hand-over').length).toBe(1023)
    expect([calls[0]?.doubt, calls[1024]?.doubt]).toEqual([undefined, 'hand-over'])
  })

  test('kinds of calls learned of one process: the oldest is learned anew', () => {
    const trust = new SiblingTrust()
    for (let i = 0; i < 1000; i++) trust.failed(`kind ${i}`, ns(i))
    expect(trust.clean('kind 0', ns(1000), true)).toBe(false)
    trust.failed('another', ns(0))
    expect(trust.clean('kind 0', ns(1000), true)).toBe(true)
  })

  test('kinds of calls by identity, of one process: the oldest is learned anew', () => {
    const trust = new IdentityTrust()
    for (let i = 0; i <= 256; i++) trust.failed(`kind ${i}`)
    expect([0, 1, 256].map((i) => trust.hasFailed(`kind ${i}`))).toEqual([false, true, true])
  })

  test('requests that contradicted, of one process: the oldest is forgotten', () => {
    const process = new ProcessState(1, 'one', () => '')
    for (let i = 0; i <= 1000; i++) process.strayed(ns(i * 10), ns(i * 10 + 5), 1)
    expect([0, 10, 10_000].map((at) => process.strayOpenAt(ns(at)))).toEqual([false, true, true])
  })

  test('segments of one CPU: the oldest proves nothing', () => {
    const segments = new Segments()
    for (let context = 1; context <= 131_073; context++)
      segments.open({ ...aMoment(0), context, time: ns(0) })
    expect(segments.size).toBe(131_072)
    expect([1, 2, 131_073].map((id) => segments.get(id)?.opened.context)).toEqual([
      undefined,
      2,
      131_073,
    ])
  })

  test('calls of one segment: later ones are no siblings', () => {
    const segments = new Segments()
    segments.open({ ...aMoment(0), context: 1 })
    const segment = segments.get(1)!
    for (let i = 0; i < 300; i++) segment.made(aCall({}))
    expect(segment.calls).toHaveLength(256)
  })

  test('stretches of async ids of one process: older ids have no date', () => {
    const ids = new AsyncIds(() => true)
    const socket = { id: 1, role: 'server' } as Socket
    const read = (n: number) => ids.context({ ...aMoment(0), idCount: n * 2, context: n }, socket)
    for (let n = 1; n <= 65_536 + 10; n++) read(n)
    const wrote = (trigger: number) =>
      ids.context(
        { ...aMoment(0, 1, false), idCount: (65_536 + 10) * 2, execution: trigger },
        socket,
      )
    expect(wrote(4)).toBe(UNKNOWN_CONTEXT)
    expect(wrote(1000)).toBe(499) // given out between the reads of 499 and 500
  })
})

describe('threads of a process', () => {
  test('go with it, and with nobody else', () => {
    const threads = new Threads()
    const seen = (tid: number, tgid: number) =>
      threads.operation({ ...aMoment(0, tid), tgid }, () => 'unseen-read')
    for (let tid = 1; tid <= 6; tid++) seen(tid, tid % 2)
    seen(2, 1) // the number is another process's now
    threads.exited(0)
    expect([1, 2, 3, 4, 5, 6].map((tid) => threads.get(tid)?.tgid)).toEqual([
      ...[1, 1, 1, undefined, 1, undefined],
    ])
    expect([threads.countOf(0).all, threads.countOf(1).all]).toEqual([0, 4])
  })
})

describe('what is kept of a connection that is gone', () => {
  test.each([
    ['of whose other end nobody hears', 3, 0],
    ['whose call had no answer, for half a minute', 29, 1],
    ['whose call had no answer, for no longer', 32, 0],
  ])('%s', (_, seconds, left) => {
    const connections = new Connections()
    const socket = { id: 2, role: 'client', transport: 'tcp', clientInitial: 3, serverInitial: 5 }
    const exchange = { ...anExchange({}), socket: socket as Socket, request: { start: 0 } }
    const call = new CallLineage(exchange, IDS, undefined)
    if (seconds === 3) call.reply = { ...aMoment(0), time: ns(0) }
    connections.call(call)
    connections.closed(exchange.socket, ns(0))
    expect(connections.size).toBe(1)
    connections.tick(ns(seconds * SECOND))
    expect(connections.size).toBe(left)
  })

  test('is found by a server that reads what was asked before', () => {
    const world = new World()
    const { client, server } = world.connection(1, 2)
    const call = world.open(client, { tid: 10 })
    world.end(call, undefined)
    world.correlator.closed(client)
    world.wait(20_000)
    const served = world.open(server, { tid: 20 })
    world.answer(served, { tid: 20 })
    world.wait()
    expect(world.place(served).parent?.spanId).toBe(world.place(call).spanId)
  })
})

describe('what is kept of a connection that idles', () => {
  test.each(['decided', 'ended'])('is no call, once the last is over: %s last', (last) => {
    const shared = new SharedConnections()
    const calls = Array.from({ length: 3 }, (_, i) => aCall({ tid: 1, time: ns(i) }))
    for (const call of calls) {
      shared.opened(call)
      call.ended = true
      if (last === 'decided') shared.ended(call)
      call.decided = true
      if (last === 'decided') shared.decided(call)
      else shared.ended(call)
    }
    expect(shared.size).toBe(0)
  })
})
