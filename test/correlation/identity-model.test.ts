import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { World } from '../support/world.ts'

const APP = 100
const BACK = 200
const READER = 7

describe('the identity model', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const on = (activity: number) => ({ tid: 1, loops: true, activity })
  const read = () => {
    world.turn(on(READER))
    return world.open(world.connection(1, APP).server, on(READER))
  }
  const call = (activity: number) => {
    world.turn(on(activity))
    return world.open(world.connection(APP, BACK).client, on(activity))
  }
  const reply = (made: Exchange) => {
    world.turn(on(READER))
    world.answer(made, on(READER))
  }
  const answer = (request: Exchange, activity: number) => {
    world.turn(on(activity))
    world.answer(request, on(activity))
  }
  const parentOf = (made: Exchange) => world.place(made).parent

  test('gives each of two overlapping requests the calls of the context that answers it', () => {
    const a = read()
    const b = read()
    const a1 = call(50)
    const b1 = call(60)
    const a2 = call(50)
    for (const made of [a1, b1, a2]) reply(made)
    answer(b, 60)
    answer(a, 50)
    world.wait()
    for (const made of [a1, a2])
      expect(parentOf(made)).toEqual({
        spanId: world.place(a).spanId,
        model: 'identity',
        remote: false,
      })
    expect(parentOf(b1)?.spanId).toBe(world.place(b).spanId)
  })

  test('gives nothing to a context that answers nobody', () => {
    const a = read()
    const background = call(99)
    reply(background)
    answer(a, 50)
    world.wait()
    expect(parentOf(background)).toBeUndefined()
    expect(world.place(background).reason).toBe('model-contradicted')
  })

  test('gives nothing where one context answers two requests that were open together', () => {
    const a = read()
    const b = read()
    const made = call(50)
    reply(made)
    answer(a, 50)
    answer(b, 50)
    world.wait()
    expect(parentOf(made)).toBeUndefined()
  })

  test('gives nothing to a context that also calls when its request is over', () => {
    const a = read()
    const inside = call(50)
    reply(inside)
    answer(a, 50)
    const after = call(50)
    reply(after)
    world.wait()
    expect(parentOf(inside)).toBeUndefined()
    expect(parentOf(after)).toBeUndefined()
  })

  test('gives nothing where the context that answers is the one that reads', () => {
    const a = read()
    const made = call(READER)
    reply(made)
    answer(a, READER)
    world.wait()
    expect(parentOf(made)).toBeUndefined()
  })

  test('lets an address serve one request after the other', () => {
    const made: [Exchange, Exchange][] = []
    for (let n = 0; n < 5; n++) {
      const a = read()
      const one = call(50)
      reply(one)
      answer(a, 50)
      made.push([a, one])
    }
    world.wait()
    for (const [request, one] of made)
      expect(parentOf(one)?.spanId).toBe(world.place(request).spanId)
  })
})
