import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { World } from '../support/world.ts'

const LOOP = { tid: 1, loops: true }
const PROXY = 100
const BACK = 200

describe('the segment model', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  /** The loop waits, then reads a request. */
  const read = () => {
    world.turn(LOOP)
    return world.open(world.connection(1, PROXY).server, LOOP)
  }
  const call = () => world.open(world.connection(PROXY, BACK).client, LOOP)
  /** The loop waits, then reads the call's reply. */
  const reply = (made: Exchange) => {
    world.turn(LOOP)
    world.answer(made, LOOP)
  }
  const parentOf = (made: Exchange) => world.place(made).parent?.spanId
  const spanOf = (request: Exchange) => world.place(request).spanId

  test('proves the calls of requests that overlap, each by its own way to the answer', () => {
    const [a, b] = [read(), undefined]
    const a1 = call()
    const second = read()
    const b1 = call()
    reply(b1)
    const b2 = call()
    reply(a1)
    world.answer(a, LOOP)
    reply(b2)
    world.answer(second, LOOP)
    world.wait()
    expect(b).toBeUndefined()
    expect(parentOf(a1)).toBe(spanOf(a))
    expect(parentOf(b1)).toBe(spanOf(second))
    expect(parentOf(b2)).toBe(spanOf(second))
    expect(world.place(b2).parent?.model).toBe('segment')
  })

  test('gives no parent where a pool hands the socket to another request', () => {
    const calls: Exchange[] = []
    for (let n = 0; n < 20; n++) {
      const a = read()
      const a1 = call()
      const b = read()
      // b waits for the only socket; a's reply frees it, so b's call is made in a's segment.
      reply(a1)
      const b1 = call()
      world.answer(a, LOOP)
      reply(b1)
      world.answer(b, LOOP)
      calls.push(b1)
    }
    world.wait()
    for (const made of calls) expect(world.place(made).parent).toBeUndefined()
    expect(world.counters.answers.get('contradicted')).toBeGreaterThanOrEqual(20)
  })

  test('proves nothing for work that a timer starts', () => {
    const a = read()
    world.turn(LOOP)
    const made = call()
    reply(made)
    world.answer(a, LOOP)
    world.wait()
    expect(world.place(made).parent).toBeUndefined()
    expect(world.place(made).reason).toBe('model-contradicted')
  })

  test('says no-request for a call of a loop that has none open', () => {
    world.turn(LOOP)
    const made = call()
    reply(made)
    world.wait()
    expect(world.place(made).reason).toBe('no-request')
  })

  test('gives a fan-out of a lone request both calls', () => {
    const a = read()
    const one = call()
    const two = call()
    reply(one)
    reply(two)
    world.answer(a, LOOP)
    world.wait()
    expect(parentOf(two)).toBe(spanOf(a))
    expect(parentOf(one)).toBe(spanOf(a))
  })

  test('learns twenty clean fan-outs before it believes siblings among other requests', () => {
    const siblings: Exchange[] = []
    for (let n = 0; n < 30; n++) {
      const other = read()
      const a = read()
      const one = call()
      const two = call()
      reply(one)
      reply(two)
      world.answer(a, LOOP)
      siblings.push(one)
      world.turn(LOOP)
      world.open(world.connection(1, PROXY).server, LOOP)
      void other
    }
    world.wait()
    const believed = siblings.filter((made) => world.place(made).parent !== undefined)
    expect(believed).toHaveLength(10)
  })

  test('does not believe a sibling whose reply came after the answer, nor its kind from then on', () => {
    const a = read()
    const one = call()
    const two = call()
    reply(one)
    world.answer(a, LOOP)
    reply(two)
    const b = read()
    const three = call()
    const four = call()
    reply(three)
    reply(four)
    world.answer(b, LOOP)
    world.wait()
    expect(world.place(two).parent).toBeUndefined()
    expect(parentOf(one)).toBe(spanOf(a))
    expect(parentOf(four)).toBe(spanOf(b))
    expect(world.place(three).parent).toBeUndefined()
  })

  test('proves nothing from a read that held replies of different askers', () => {
    const a = read()
    const a1 = call()
    const b = read()
    const b1 = call()
    world.turn(LOOP)
    const both = world.moment(a1.socket, LOOP, true)
    for (const made of [a1, b1]) {
      made.answered = both
      world.correlator.answered(made)
      world.correlator.carried(made, both)
      world.end(made, both)
    }
    const next = call()
    reply(next)
    world.answer(a, LOOP)
    world.answer(b, LOOP)
    world.wait()
    expect(world.place(next).reason).toBe('mixed-read')
    expect(world.place(next).parent).toBeUndefined()
  })

  test('keeps a gate for each loop of a process', () => {
    const other = { tid: 2, loops: true }
    for (let n = 0; n < 10; n++) {
      world.turn(other)
      const stray = world.open(world.connection(1, PROXY).server, other)
      world.turn(other)
      world.answer(stray, other)
    }
    const a = read()
    const made = call()
    reply(made)
    world.answer(a, LOOP)
    world.wait()
    expect(parentOf(made)).toBe(spanOf(a))
  })

  test('believes nothing of a loop while more than a tenth of its answers contradict', () => {
    const good: [Exchange, Exchange][] = []
    for (let n = 0; n < 40; n++) {
      const a = read()
      const made = call()
      reply(made)
      world.answer(a, LOOP)
      good.push([a, made])
      const stray = read()
      world.turn(LOOP)
      world.answer(stray, LOOP)
    }
    world.wait()
    for (const [, made] of good) expect(world.place(made).reason).toBe('model-contradicted')
  })

  test('stays bounded with a hundred thousand requests open at once', () => {
    const open: Exchange[] = []
    for (let n = 0; n < 100_000; n++) open.push(read())
    const made = open.map(() => call())
    for (const one of made) reply(one)
    for (const request of open) {
      world.turn(LOOP)
      world.answer(request, LOOP)
    }
    world.wait()
    expect(world.places.size).toBe(200_000)
    for (const one of made) expect(world.place(one).parent).toBeUndefined()
  })
})
