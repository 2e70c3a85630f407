import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { World } from '../support/world.ts'

const LOOP = { tid: 1, loops: true }
const PROXY = 100
const BACK = 200

/** A loop whose replies last until the end of their streams, which it reads in a turn of its own. */
describe('a reply that ends with its stream', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const read = () => {
    world.turn(LOOP)
    return world.open(world.connection(1, PROXY).server, LOOP)
  }
  const call = () => world.open(world.connection(PROXY, BACK).client, LOOP)
  const reply = (made: Exchange) => {
    world.turn(LOOP)
    world.begin(made, LOOP)
  }
  const end = (made: Exchange) => {
    world.turn(LOOP)
    world.end(made, world.moment(made.socket, LOOP, true, false))
  }
  const parentOf = (made: Exchange) => world.place(made).parent?.spanId

  test('leads to the answer that is given at its end', () => {
    const [a, a1, b, b1] = [read(), call(), read(), call()]
    reply(b1)
    reply(a1)
    end(b1)
    world.answer(b, LOOP)
    end(a1)
    world.answer(a, LOOP)
    world.wait()
    expect(parentOf(a1)).toBe(world.place(a).spanId)
    expect(parentOf(b1)).toBe(world.place(b).spanId)
    expect(world.counters.answers.get('contradicted')).toBe(0)
  })

  test('leads to the call that is made at its end', () => {
    const [a, a1] = [read(), call()]
    reply(a1)
    end(a1)
    const a2 = call()
    reply(a2)
    end(a2)
    world.answer(a, LOOP)
    world.wait()
    for (const made of [a1, a2]) expect(parentOf(made)).toBe(world.place(a).spanId)
  })

  test('leads no further than the turn in which the end was read', () => {
    const [a, a1, b] = [read(), call(), read()]
    reply(a1)
    end(a1)
    world.turn(LOOP)
    const timers = call()
    world.answer(a, LOOP)
    world.answer(b, LOOP)
    world.answer(timers, LOOP)
    world.wait()
    expect(parentOf(timers)).toBeUndefined()
    expect(parentOf(a1)).toBeUndefined()
    expect(world.counters.answers.get('contradicted')).toBe(2)
  })
})
