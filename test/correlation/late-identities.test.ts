import { expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { World } from '../support/world.ts'

const APP = 100
const BACK = 200

test('of a call that no identity claims after a loss it is said that events were lost', () => {
  const world = new World()
  const on = (activity: number) => ({ tid: 1, loops: true, activity })
  const place = (activity: number, isLost: boolean) => {
    world.turn(on(7))
    const request = world.open(world.connection(1, APP).server, on(7))
    world.turn(on(activity))
    const made = world.open(world.connection(APP, BACK).client, on(activity))
    world.turn(on(7))
    world.answer(made, on(7))
    world.turn(on(activity))
    if (isLost) world.end(request, undefined)
    else world.answer(request, on(activity))
    world.wait(2000)
    return world.place(made)
  }
  expect(place(50, false).parent?.model).toBe('identity')
  const before = place(51, true)
  world.correlator.eventsLost(world.now as never)
  expect([before.reason, place(52, true).reason]).toEqual(['model-contradicted', 'events-lost'])
})

/** A loop whose handlers keep their connection, and their activity with it. */
test('an identity is not put off by calls of requests that were read before the agent came', () => {
  const world = new World()
  world.now = 1e9
  const on = (activity: number) => ({ tid: 1, loops: true, activity })
  const READER = on(7)
  const call = (activity: number) => {
    world.turn(on(activity))
    return world.open(world.connection(APP, BACK).client, on(activity))
  }
  const reply = (made: Exchange) => {
    world.turn(READER)
    world.answer(made, READER)
  }
  const handlers = [50, 60]
  const ends = handlers.map(() => world.connection(1, APP, true).server)
  for (const activity of handlers) reply(call(activity))
  const requests: Exchange[] = []
  const made: Exchange[] = []
  for (let n = 0; n < 15; n++) {
    const pair = ends.map((end) => world.open(end, READER, n * 50))
    const calls = handlers.map(call)
    for (const one of calls) reply(one)
    for (const [i, request] of pair.entries()) {
      world.turn(on(handlers[i]!))
      world.answer(request, on(handlers[i]!))
    }
    requests.push(...pair)
    made.push(...calls)
  }
  world.wait()
  expect(made.map((one) => world.place(one).parent?.spanId)).toEqual(
    requests.map((request) => world.place(request).spanId),
  )
})
