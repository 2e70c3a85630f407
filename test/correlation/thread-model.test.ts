import { beforeEach, describe, expect, test } from 'vitest'
import { World } from '../support/world.ts'

const FRONT = 100
const BACK = 200

describe('the thread model', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  /** One request on `tid` of FRONT which makes one call to BACK, all answered. */
  function requestWithCall(tid: number) {
    const up = world.connection(1, FRONT)
    const down = world.connection(FRONT, BACK)
    const request = world.open(up.server, { tid })
    const call = world.open(down.client, { tid })
    const served = world.open(down.server, { tid: tid + 5000 })
    world.answer(served, { tid: tid + 5000 })
    world.answer(call, { tid })
    world.answer(request, { tid })
    return { request, call, served }
  }

  test('makes a call the child of the request its thread reads and answers', () => {
    const { request, call, served } = requestWithCall(1)
    world.wait()
    expect(world.place(request).reason).toBe('entry')
    expect(world.place(call).parent).toEqual({
      spanId: world.place(request).spanId,
      model: 'thread',
      remote: false,
    })
    expect(world.place(served).parent?.spanId).toBe(world.place(call).spanId)
    expect(world.place(served).parent?.model).toBe('connection')
    const traces = new Set([request, call, served].map((e) => world.place(e).traceId))
    expect(traces.size).toBe(1)
  })

  test('keeps requests on different threads apart', () => {
    const a = requestWithCall(1)
    const b = requestWithCall(2)
    world.wait()
    expect(world.place(a.call).traceId).not.toBe(world.place(b.call).traceId)
  })

  test('gives the same ids in a second run with the same seed and others with another', () => {
    const first = requestWithCall(1)
    world.wait()
    const ids = world.place(first.call)
    world = new World()
    const again = requestWithCall(1)
    world.wait()
    expect(world.place(again.call)).toEqual(ids)
    world = new World(8)
    const other = requestWithCall(1)
    world.wait()
    expect(world.place(other.call).spanId).not.toBe(ids.spanId)
    expect(world.place(other.call).peerId).toBe(ids.peerId)
  })

  test('decides 0.3 s after the answer, not before', () => {
    const { call } = requestWithCall(1)
    world.wait(250)
    expect(world.places.has(call)).toBe(false)
    world.wait(60)
    expect(world.places.has(call)).toBe(true)
  })

  test('gives a call after the answer a link and no parent', () => {
    const up = world.connection(1, FRONT)
    const down = world.connection(FRONT, BACK)
    const request = world.open(up.server, { tid: 1 })
    world.answer(request, { tid: 1 })
    const call = world.open(down.client, { tid: 1 })
    world.answer(call, { tid: 1 })
    world.wait()
    expect(world.place(call).reason).toBe('already-answered')
    expect(world.place(call).parent).toBeUndefined()
    expect(world.place(call).link?.spanId).toBe(world.place(request).spanId)
    expect(world.place(call).traceId).not.toBe(world.place(request).traceId)
  })

  test('gives it no link while the thread may already work for another request', () => {
    const request = world.open(world.connection(1, FRONT).server, { tid: 1 })
    world.answer(request, { tid: 1 })
    const other = world.open(world.connection(1, FRONT).server, { tid: 2 })
    const call = world.open(world.connection(FRONT, BACK).client, { tid: 1 })
    world.answer(call, { tid: 1 })
    world.answer(other, { tid: 2 })
    world.wait()
    expect(world.place(call).reason).toBe('already-answered')
    expect(world.place(call).link).toBeUndefined()
  })

  test('says no-request for a thread that never read one', () => {
    const down = world.connection(FRONT, BACK)
    const call = world.open(down.client, { tid: 9 })
    world.answer(call, { tid: 9 })
    world.wait()
    expect(world.place(call).reason).toBe('no-request')
  })

  test('says attached-late for a thread older than the agent, for a while', () => {
    world.now = 1e9
    const down = world.connection(FRONT, BACK)
    const call = world.open(down.client, { tid: 9, threadLate: true })
    world.now = 60e9
    const later = world.open(world.connection(FRONT, BACK).client, { tid: 10, threadLate: true })
    world.answer(call, { tid: 9, threadLate: true })
    world.answer(later, { tid: 10, threadLate: true })
    world.wait()
    expect(world.place(call).reason).toBe('attached-late')
    expect(world.place(later).reason).toBe('no-request')
  })

  test('says attached-late beside open requests only where connections are as old', () => {
    world.now = 1e9
    const reasons = [false, true].map((late) => {
      world.open(world.connection(1, FRONT, late).server, { tid: 1, threadLate: true })
      const call = world.open(world.connection(FRONT, BACK).client, { tid: 9, threadLate: true })
      world.answer(call, { tid: 9, threadLate: true })
      world.wait(1100)
      return world.place(call).reason
    })
    expect(reasons).toEqual(['no-request', 'attached-late'])
  })

  test('asks for proof of a call made before its thread turned out to run a loop', () => {
    const request = world.open(world.connection(1, FRONT).server, { tid: 1 })
    const led = world.open(world.connection(FRONT, BACK).client, { tid: 1 })
    world.turn({ tid: 1 })
    const other = world.open(world.connection(1, FRONT).server, { tid: 1, loops: true })
    const strayed = world.open(world.connection(FRONT, BACK).client, { tid: 1, loops: true })
    world.turn({ tid: 1 })
    world.answer(led, { tid: 1, loops: true })
    world.answer(request, { tid: 1, loops: true })
    world.turn({ tid: 1 })
    world.answer(other, { tid: 1, loops: true })
    world.answer(strayed, { tid: 1, loops: true })
    world.wait(300)
    expect(world.place(request).reason).toBe('entry')
    world.wait()
    expect(world.place(led).parent).toBeUndefined()
    expect(world.place(strayed).parent).toBeUndefined()
  })

  test('believes a call made before its thread turned out to run a loop when it led home', () => {
    const request = world.open(world.connection(1, FRONT).server, { tid: 1 })
    const call = world.open(world.connection(FRONT, BACK).client, { tid: 1 })
    world.turn({ tid: 1 })
    world.answer(call, { tid: 1, loops: true })
    world.answer(request, { tid: 1, loops: true })
    world.wait()
    expect(world.place(call).parent).toEqual({
      spanId: world.place(request).spanId,
      model: 'segment',
      remote: false,
    })
  })

  test('says model-contradicted when a server reads on one thread and works on another', () => {
    const calls = []
    for (let n = 0; n < 20; n++) {
      const request = world.open(world.connection(1, FRONT).server, { tid: 1 })
      const call = world.open(world.connection(FRONT, BACK).client, { tid: 2 + (n % 4) })
      world.answer(call, { tid: 2 + (n % 4) })
      world.answer(request, { tid: 2 + (n % 4) })
      calls.push(call)
    }
    world.wait()
    for (const call of calls) {
      expect(world.place(call).reason).toBe('model-contradicted')
      expect(world.place(call).parent).toBeUndefined()
    }
    expect(world.counters.answers.get('contradicted')).toBe(20)
  })

  /** A pool of two threads: every third request is read for it by another thread, 9. */
  function pool(rounds: number, readFor: (n: number) => number) {
    const own = []
    const handedOver = []
    for (let n = 0; n < rounds; n++) {
      const tid = 1 + (n % 2)
      if (n % 3 > 0) {
        own.push(requestWithCall(tid))
        continue
      }
      const request = world.open(world.connection(1, FRONT).server, { tid: readFor(n) })
      const call = world.open(world.connection(FRONT, BACK).client, { tid })
      world.answer(call, { tid })
      world.answer(request, { tid })
      handedOver.push(call)
    }
    return { own, handedOver }
  }

  test('believes what a pool reads itself though others read for it too', () => {
    pool(60, () => 9)
    const { own, handedOver } = pool(600, () => 9)
    world.wait()
    for (const { request, call } of own)
      expect(world.place(call).parent?.spanId).toBe(world.place(request).spanId)
    for (const call of handedOver) expect(world.place(call).reason).toBe('model-contradicted')
  })

  test('believes nothing of a pool whose threads read for each other', () => {
    pool(60, (n) => 2 - (n % 2))
    const { own } = pool(600, (n) => 2 - (n % 2))
    world.wait()
    for (const { call } of own) expect(world.place(call).reason).toBe('model-contradicted')
  })

  test('says model-contradicted of a call that is made for a request which others read', () => {
    for (let n = 0; n < 100; n++) requestWithCall(1)
    const request = world.open(world.connection(1, FRONT).server, { tid: 9 })
    const call = world.open(world.connection(FRONT, BACK).client, { tid: 1 })
    world.answer(call, { tid: 1 })
    world.answer(request, { tid: 1 })
    world.wait()
    expect(world.place(call).reason).toBe('model-contradicted')
    expect(world.place(call).link).toBeUndefined()
  })

  test('believes nothing of a process while more than a tenth of its answers contradict', () => {
    const good = []
    for (let n = 0; n < 40; n++) {
      good.push(requestWithCall(1))
      if (n % 4 === 0) {
        const stray = world.open(world.connection(1, FRONT).server, { tid: 1 })
        const next = world.open(world.connection(1, FRONT).server, { tid: 1 })
        world.answer(stray, { tid: 1 })
        world.answer(next, { tid: 1 })
      }
    }
    world.wait()
    for (const { call } of good) expect(world.place(call).reason).toBe('model-contradicted')
  })

  test('never guesses in a runtime whose threads serve many activities', () => {
    world.serves.set(FRONT, 'many')
    const { call, served } = requestWithCall(1)
    world.wait()
    expect(world.place(call).reason).toBe('runtime-unsupported')
    expect(world.place(served).parent?.spanId).toBe(world.place(call).spanId)
  })

  test('forgets what a thread serves when one of its reads was lost', () => {
    world.correlator.eventsLost(world.now as never)
    world.open(world.connection(1, FRONT).server, { tid: 1 })
    world.loseRead(1)
    const call = world.open(world.connection(FRONT, BACK).client, { tid: 1 })
    world.answer(call, { tid: 1 })
    world.wait()
    expect(world.place(call).reason).toBe('events-lost')
  })

  test('says unseen-read when a read is missing though nothing was lost', () => {
    world.open(world.connection(1, FRONT).server, { tid: 1 })
    world.loseRead(1)
    const call = world.open(world.connection(FRONT, BACK).client, { tid: 1 })
    world.answer(call, { tid: 1 })
    world.wait()
    expect(world.place(call).reason).toBe('unseen-read')
  })

  test('says mixed-read when one read brought two requests', () => {
    const up = world.connection(1, FRONT)
    const moment = world.moment(up.server, { tid: 1 }, true)
    world.openAt(up.server, moment, 0)
    world.openAt(up.server, moment, 50)
    const call = world.open(world.connection(FRONT, BACK).client, { tid: 1 })
    world.answer(call, { tid: 1 })
    world.wait()
    expect(world.place(call).reason).toBe('mixed-read')
  })

  test('decides a call of a request that is never answered ten seconds after its end', () => {
    const request = world.open(world.connection(1, FRONT).server, { tid: 1 })
    const call = world.open(world.connection(FRONT, BACK).client, { tid: 1 })
    world.answer(call, { tid: 1 })
    world.wait(9_000)
    expect(world.places.has(call)).toBe(false)
    world.wait(1_100)
    expect(world.place(call).parent?.model).toBe('thread')
    world.end(request, undefined)
    world.wait()
    expect(world.place(call).parent?.spanId).toBe(world.place(request).spanId)
  })

  test('says hand-over once two threads write overlapping calls on one connection', () => {
    const shared = world.connection(FRONT, BACK).client
    const requests = [1, 2].map((tid) => world.open(world.connection(1, FRONT).server, { tid }))
    const calls = [1, 2].map((tid, n) => world.open(shared, { tid }, n * 40))
    for (const call of calls) world.answer(call, { tid: 9 })
    requests.forEach((request, n) => void world.answer(request, { tid: n + 1 }))
    world.wait()
    for (const call of calls) expect(world.place(call).reason).toBe('hand-over')
  })

  test('lets several threads use one connection one after the other', () => {
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

  test('believes nothing that a process with loops did before its waits were seen', () => {
    const before = requestWithCall(1)
    world.correlator.waitsSeenSince(FRONT, world.now as never)
    const after = requestWithCall(1)
    world.wait()
    expect(world.place(before.call).reason).toBe('attached-late')
    expect(world.place(after.call).parent?.model).toBe('thread')
  })

  test('leaves out an excluded request and all below it', () => {
    world.excludePaths = true
    const { request, call, served } = requestWithCall(1)
    world.wait()
    for (const exchange of [request, call, served]) expect(world.places.has(exchange)).toBe(false)
    expect(world.counters.spans.get('excluded-path')).toBe(3)
  })
})

describe('a call that comes to light with its reply', () => {
  const world = new World()
  const up = [world.connection(1, FRONT), world.connection(1, FRONT)] as const
  const down = world.connection(FRONT, BACK)

  test('is the request’s that its thread still works for', () => {
    const request = world.open(up[0].server, { tid: 1 })
    const sent = world.moment(down.client, { tid: 1 }, false)
    const call = world.openAt(down.client, sent)
    world.answer(call, { tid: 1 })
    world.answer(request, { tid: 1 })
    world.wait()
    expect(world.place(call).parent?.spanId).toBe(world.place(request).spanId)
  })

  test('is nobody’s once its thread has read another request', () => {
    world.open(up[0].server, { tid: 1 }, 100)
    const sent = world.moment(down.client, { tid: 1 }, false)
    world.open(up[1].server, { tid: 1 })
    const call = world.openAt(down.client, sent, 100)
    world.answer(call, { tid: 1 })
    world.wait()
    expect(world.place(call).reason).toBe('several-in-turn')
  })
})
