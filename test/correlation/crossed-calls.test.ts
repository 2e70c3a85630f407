import { expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { World } from '../support/world.ts'

const LOOP = { tid: 1, loops: true }
const FRONT = 100
const BACK = 200

test('calls that a small pool hands on crosswise get no parent while answers rarely contradict', () => {
  const world = new World()
  const read = () => {
    world.turn(LOOP)
    return world.open(world.connection(1, FRONT).server, LOOP)
  }
  const reply = (made: Exchange) => {
    world.turn(LOOP)
    world.answer(made, LOOP)
  }
  for (let n = 0; n < 60; n++) {
    const clean = read()
    const made = world.open(world.connection(FRONT, BACK).client, LOOP)
    reply(made)
    world.answer(clean, LOOP)
  }
  const [one, other] = [world.connection(FRONT, BACK).client, world.connection(FRONT, BACK).client]
  const a = read()
  const a1 = world.open(one, LOOP, 0)
  const d = read()
  const d1 = world.open(other, LOOP, 0)
  const b = read() // both connections are busy: it waits
  reply(a1)
  const b1 = world.open(one, LOOP, 100) // and a's second call waits for the next
  reply(b1)
  const a2 = world.open(one, LOOP, 200)
  reply(d1)
  const b2 = world.open(other, LOOP, 100)
  world.answer(d, LOOP)
  reply(a2)
  world.answer(a, LOOP)
  reply(b2)
  world.answer(b, LOOP)
  world.wait()
  expect(world.place(b1).parent).toBeUndefined()
  expect(world.place(b2).parent).toBeUndefined()
  expect(world.place(a1).parent?.spanId).toBe(world.place(a).spanId)
})
