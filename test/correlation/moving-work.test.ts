import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { World } from '../support/world.ts'

const SERVER = 100
const BACK = 200
/** Threads of a pool; none of them was seen to wait for sockets yet. */
const [ONE, TWO] = [{ tid: 1 }, { tid: 2 }]

describe('where work moves between threads', () => {
  let world: World
  beforeEach(() => {
    world = new World()
    world.serves.set(SERVER, 'segments')
  })

  const read = (thread: { tid: number }) => world.open(world.connection(1, SERVER).server, thread)
  const call = (thread: { tid: number }) =>
    world.open(world.connection(SERVER, BACK).client, thread)
  const parentOf = (made: Exchange) => world.place(made).parent

  test('a call is found by its own way to the answer, whichever threads it leads over', () => {
    const request = read(ONE)
    const first = call(ONE)
    world.answer(first, TWO)
    const second = call(TWO)
    world.answer(second, ONE)
    world.answer(request, ONE)
    world.wait()
    for (const made of [first, second])
      expect(parentOf(made)).toMatchObject({
        spanId: world.place(request).spanId,
        model: 'segment',
      })
  })

  test('a call of nobody on a thread that has a request open proves nothing', () => {
    const request = read(ONE)
    const own = call(ONE)
    const nobodys = call(ONE)
    world.answer(nobodys, TWO)
    world.answer(own, TWO)
    world.answer(request, TWO)
    world.wait()
    expect(parentOf(own)).toBeDefined()
    expect(world.place(nobodys)).toMatchObject({ parent: undefined, reason: 'unconfirmed' })
  })

  test('answers that leave under the requests of others contradict', () => {
    for (let n = 0; n < 20; n++) {
      const [a, b] = [read(ONE), read(TWO)]
      world.answer(a, TWO)
      world.answer(b, ONE)
    }
    const request = read(ONE)
    const made = call(ONE)
    world.answer(made, ONE)
    world.answer(request, ONE)
    world.wait()
    expect(world.place(made)).toMatchObject({ parent: undefined, reason: 'model-contradicted' })
  })

  test('a thread pool that turns out to be such is judged so from then on', () => {
    world.serves.clear()
    const request = read(ONE)
    const nobodys = call(ONE)
    world.correlator.threadsServe(SERVER, 'segments')
    world.answer(nobodys, TWO)
    world.answer(request, ONE)
    world.wait()
    expect(world.place(nobodys).parent).toBeUndefined()
  })
})
