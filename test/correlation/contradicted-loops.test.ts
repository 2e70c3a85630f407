import { beforeEach, describe, expect, test } from 'vitest'
import type { MonotonicNs } from '../../src/base/time.ts'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { World } from '../support/world.ts'

const LOOP = { tid: 1, loops: true }
const WORKER = { tid: 2 }
const FRONT = 100
const BACK = 200

describe('a loop whose answers contradict', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const read = () => {
    world.turn(LOOP)
    return world.open(world.connection(1, FRONT).server, LOOP)
  }
  const call = (doing: { tid: number } = LOOP) =>
    world.open(world.connection(FRONT, BACK).client, doing)
  const reply = (made: Exchange, doing: { tid: number } = LOOP) => {
    world.turn(doing)
    world.answer(made, doing)
  }
  /** Answered by a timer, in a turn of its own. */
  const answerLater = (request: Exchange) => {
    world.turn(LOOP)
    world.answer(request, LOOP)
  }
  const reasonOf = (made: Exchange) => world.place(made).reason

  test('says so of calls that it makes for nobody it knows', () => {
    const calls: Exchange[] = []
    for (let n = 0; n < 10; n++) {
      const a = read()
      world.turn(LOOP)
      const made = call()
      reply(made)
      answerLater(a)
      calls.push(made)
    }
    world.wait()
    for (const made of calls) expect(reasonOf(made)).toBe('model-contradicted')
  })

  test('says so of calls in segments of requests that it has answered', () => {
    const calls: Exchange[] = []
    for (let n = 0; n < 10; n++) {
      const a = read()
      const b = read()
      world.answer(b, LOOP)
      const next = call()
      reply(next)
      answerLater(a)
      calls.push(next)
    }
    world.wait()
    for (const made of calls) expect(reasonOf(made)).toBe('model-contradicted')
  })

  test('says so of calls that other threads of its process make meanwhile', () => {
    const calls: Exchange[] = []
    for (let n = 0; n < 10; n++) {
      const a = read()
      const made = call(WORKER)
      reply(made, WORKER)
      answerLater(a)
      calls.push(made)
    }
    world.wait()
    for (const made of calls) expect(reasonOf(made)).toBe('model-contradicted')
  })

  test('contradicts where a chain of calls leads on from before the requests that it answers', () => {
    const pooled = world.connection(FRONT, BACK).client
    // The only connection of a pool: what its first reply meant nobody knows.
    world.turn(LOOP)
    world.moment(pooled, LOOP, true)
    const calls: Exchange[] = [world.open(pooled, LOOP)]
    for (let n = 1; n < 30; n++) {
      const waiting = read()
      reply(calls.at(-1)!)
      calls.push(world.open(pooled, LOOP, n * 100))
      world.answer(waiting, LOOP)
    }
    reply(calls.at(-1)!)
    world.wait()
    expect(world.counters.answers.get('contradicted')).toBe(29)
    for (const made of calls) expect(world.place(made).parent).toBeUndefined()
    for (const made of calls.slice(1)) expect(reasonOf(made)).toBe('model-contradicted')
  })

  test('does not know of an answer whose own reply was lost', () => {
    const a = read()
    const made = call()
    world.turn(LOOP)
    world.moment(made.socket, LOOP, true)
    const next = call()
    reply(next)
    world.answer(a, LOOP)
    world.wait()
    expect(world.counters.answers.get('contradicted')).toBe(0)
    expect(world.counters.answers.get('unknown')).toBe(1)
  })

  test('still says no-request while nothing is open', () => {
    for (let n = 0; n < 10; n++) answerLater(read())
    world.turn(LOOP)
    const made = call()
    reply(made)
    world.wait()
    expect(reasonOf(made)).toBe('no-request')
  })

  test('does not speak for a loop that keeps the order beside it', () => {
    const other = { tid: 3, loops: true }
    for (let n = 0; n < 10; n++) answerLater(read())
    world.turn(other)
    const a = world.open(world.connection(1, FRONT).server, other)
    const made = call(other)
    world.turn(other)
    const stray = call(other)
    reply(stray, other)
    reply(made, other)
    world.answer(a, other)
    world.wait()
    expect(world.place(made).parent?.spanId).toBe(world.place(a).spanId)
    expect(reasonOf(stray)).toBe('unconfirmed')
  })
})

test('what follows from a read of several requests is mixed-read, not a loss', () => {
  const world = new World()
  const { server } = world.connection(1, FRONT)
  world.turn(LOOP)
  const both = world.moment(server, LOOP, true)
  const a = world.openAt(server, both)
  const b = world.openAt(server, both, 100)
  const first = world.open(world.connection(FRONT, BACK).client, LOOP)
  world.turn(LOOP)
  world.answer(first, LOOP)
  const second = world.open(world.connection(FRONT, BACK).client, LOOP)
  world.turn(LOOP)
  world.answer(second, LOOP)
  world.answer(a, LOOP)
  world.answer(b, LOOP)
  world.wait()
  expect(world.place(first).reason).toBe('mixed-read')
  expect(world.place(second).reason).toBe('mixed-read')
})

test('what a loop does before its waits are seen contradicts nothing', () => {
  const world = new World()
  world.correlator.waitsSeenSince(FRONT, (world.now + 1_000_000_000) as MonotonicNs)
  const unseen = { tid: 1 }
  const [a, b] = [1, 2].map(() => world.open(world.connection(1, FRONT).server, unseen))
  const made = world.open(world.connection(FRONT, BACK).client, unseen)
  world.answer(made, unseen)
  world.answer(a!, unseen)
  world.answer(b!, unseen)
  world.wait()
  expect(world.counters.answers.get('contradicted')).toBe(0)
  expect(world.place(made).reason).toBe('attached-late')
})
