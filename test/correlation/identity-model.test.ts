import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { UNREADABLE } from '../../src/sockets/moment.ts'
import { Random } from '../support/random.ts'
import { World } from '../support/world.ts'
import { type Program, Simulation } from './identity-simulation.ts'
import { functions, handlers, streamers } from './simulated-programs.ts'

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

  /** Pairs of requests that are open together, each answered by the context that called for it. */
  const learn = () => {
    for (let n = 0; n < 10; n++) {
      const pair = [read(), read()]
      const made = [call(50), call(60)]
      for (const one of made) reply(one)
      answer(pair[0]!, 50)
      answer(pair[1]!, 60)
    }
  }

  test('gives each of two overlapping requests the calls of the context that answers it', () => {
    learn()
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

  test('believes of requests that overlap only what it has seen to hold often', () => {
    const [a, b] = [read(), read()]
    const made = [call(50), call(60)]
    for (const one of made) reply(one)
    answer(a, 50)
    answer(b, 60)
    world.wait()
    expect(made.map(parentOf)).toEqual([undefined, undefined])
  })

  test('learns from those that overlap with the first, too, however long one of them takes', () => {
    const slow = read()
    const requests: Exchange[] = []
    const made: Exchange[] = []
    for (let n = 0; n < 25; n++) {
      requests.push(read())
      made.push(call(100 + n))
      reply(made[n]!)
      answer(requests[n]!, 100 + n)
    }
    world.wait(1000)
    expect(world.places.has(made[0]!)).toBe(false)
    answer(slow, 99)
    world.wait(1500)
    for (const [n, one] of made.entries()) {
      expect(parentOf(one)?.spanId).toBe(world.place(requests[n]!).spanId)
      expect(world.place(one).traceId).toBe(world.place(requests[n]!).traceId)
    }
  })

  test('believes at once of a request that is alone', () => {
    const a = read()
    const made = call(50)
    reply(made)
    answer(a, 50)
    world.wait()
    expect(parentOf(made)?.spanId).toBe(world.place(a).spanId)
  })

  test('believes nothing of a kind of calls that somebody else makes too', () => {
    learn()
    const [a, b] = [read(), read()]
    const made = [call(50), call(60), call(99)]
    for (const one of made) reply(one)
    answer(a, 50)
    answer(b, 60)
    world.wait()
    expect(made.map(parentOf)).toEqual([undefined, undefined, undefined])
  })

  test('is not put off by a client that goes away', () => {
    learn()
    const gone = read()
    const lost = call(70)
    reply(lost)
    world.end(gone, undefined)
    const [a, b] = [read(), read()]
    const made = [call(50), call(60)]
    for (const one of made) reply(one)
    answer(a, 50)
    answer(b, 60)
    world.wait()
    expect(parentOf(lost)).toBeUndefined()
    expect(made.map((one) => parentOf(one)?.spanId)).toEqual(
      [a, b].map((request) => world.place(request).spanId),
    )
  })

  test('claims what was called before the thread was known for a loop', () => {
    learn()
    const early = { tid: 1, activity: 50 }
    const [a, b] = [read(), read()]
    const a1 = world.open(world.connection(APP, BACK).client, early)
    const b1 = call(60)
    for (const made of [a1, b1]) reply(made)
    answer(b, 60)
    world.wait(700)
    expect(world.places.has(a1)).toBe(false)
    answer(a, 50)
    world.wait()
    expect(parentOf(a1)?.spanId).toBe(world.place(a).spanId)
    expect(parentOf(b1)?.spanId).toBe(world.place(b).spanId)
  })

  test('claims what its context called on another thread', () => {
    learn()
    const worker = { tid: 2, activity: 50 }
    const [a, b] = [read(), read()]
    const a1 = world.open(world.connection(APP, BACK).client, worker)
    world.answer(a1, worker)
    answer(b, 60)
    answer(a, 50)
    world.wait()
    expect(parentOf(a1)?.spanId).toBe(world.place(a).spanId)
  })

  test('says so where it could not be read which activity made the call', () => {
    learn()
    const [a, b] = [read(), read()]
    const [lost, made] = [call(UNREADABLE), call(60)]
    for (const one of [lost, made]) reply(one)
    answer(a, 50)
    answer(b, 60)
    world.wait()
    expect(world.place(lost)).toMatchObject({ parent: undefined, reason: 'identity-lost' })
    expect(parentOf(made)?.spanId).toBe(world.place(b).spanId)
  })

  test('says so where it could not be read which activity answered', () => {
    learn()
    const [a, b] = [read(), read()]
    const [lost, made] = [call(50), call(60)]
    for (const one of [lost, made]) reply(one)
    answer(a, UNREADABLE)
    answer(b, 60)
    world.wait()
    expect(world.place(lost)).toMatchObject({ parent: undefined, reason: 'identity-lost' })
    expect(parentOf(made)?.spanId).toBe(world.place(b).spanId)
  })

  describe('with births', () => {
    /** An activity that was made now. */
    const born = () => 2 ** 52 + world.now / 8
    const callBy = (activity: number, parentActivity: number, grandparentActivity = 0) => {
      const doing = { ...on(activity), parentActivity, grandparentActivity }
      world.turn(doing)
      return world.open(world.connection(APP, BACK).client, doing)
    }
    const freed = (...activities: number[]) => {
      for (const goneActivity of activities) {
        const { client } = world.connection(APP, BACK)
        world.moment(client, { ...on(READER), goneActivity }, false)
      }
    }
    /** Pairs of requests, each of which calls by a copy of the activity that answers it. */
    const learnCopies = () => {
      for (let n = 0; n < 10; n++) {
        const pair = [read(), read()]
        const copies = [born(), born() + 1]
        const made = [callBy(copies[0]!, 50), callBy(copies[1]!, 60)]
        for (const one of made) reply(one)
        freed(...copies)
        answer(pair[0]!, 50)
        answer(pair[1]!, 60)
      }
    }

    test('gives a request what was called by copies of the activity that answers it', () => {
      learnCopies()
      const [a, b] = [read(), read()]
      const [first, second, other] = [born(), born() + 1, born() + 2]
      const a1 = callBy(first, 50)
      const a2 = callBy(second, first, 50)
      const b1 = callBy(other, 60)
      for (const one of [a1, a2, b1]) reply(one)
      freed(first, second, other)
      answer(b, 60)
      answer(a, 50)
      world.wait()
      for (const one of [a1, a2]) expect(parentOf(one)?.spanId).toBe(world.place(a).spanId)
      expect(parentOf(b1)?.spanId).toBe(world.place(b).spanId)
    })

    test('gives it nothing that was called by one that lives on', () => {
      learnCopies()
      const [a, b] = [read(), read()]
      const sender = born()
      const made = callBy(sender, 50)
      reply(made)
      answer(b, 60)
      answer(a, 50)
      world.wait()
      expect(parentOf(made)).toBeUndefined()
    })

    test('gives it nothing that was called by one that called for another later', () => {
      learnCopies()
      const [a, b] = [read(), read()]
      const sender = born()
      const early = callBy(sender, 50)
      reply(early)
      answer(a, 50)
      const late = callBy(sender, 50)
      reply(late)
      freed(sender)
      answer(b, 60)
      world.wait()
      expect(parentOf(early)).toBeUndefined()
      expect(parentOf(late)).toBeUndefined()
    })

    test('knows one that calls when its request is answered for a service of all', () => {
      learnCopies()
      const [a, b] = [read(), read()]
      const sender = born()
      const early = callBy(sender, 50)
      reply(early)
      answer(a, 50)
      const late = callBy(sender, 50)
      reply(late)
      answer(b, 60)
      world.wait()
      for (const made of [early, late])
        expect(world.place(made)).toMatchObject({ parent: undefined, reason: 'service-activity' })
    })

    test('says so where it could not be read what an activity was copied from', () => {
      learnCopies()
      const [a, b] = [read(), read()]
      const made = callBy(born(), UNREADABLE)
      reply(made)
      answer(a, 50)
      answer(b, 60)
      world.wait()
      expect(world.place(made)).toMatchObject({ parent: undefined, reason: 'identity-lost' })
    })

    test('gives it nothing that was called by one copied before it was read', () => {
      learnCopies()
      const copy = born()
      world.now += 5_000_000
      const [a, b] = [read(), read()]
      const made = callBy(copy, 50)
      reply(made)
      freed(copy)
      answer(a, 50)
      answer(b, 60)
      world.wait()
      expect(parentOf(made)).toBeUndefined()
    })
  })

  test('decides a call that nobody claims once nobody can', () => {
    const a = read()
    const background = call(99)
    reply(background)
    answer(a, 50)
    world.wait(1100)
    expect(world.places.get(background)?.parent).toBeUndefined()
    expect(world.places.has(background)).toBe(true)
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

describe('a program under load', () => {
  const program = { requests: 2000, inFlight: 16, callsEach: 2 }
  const run = (more: Partial<Program> & Pick<Program, 'identity'>) =>
    new Simulation({ ...program, ...more }).run()

  test('gets each call to its request, but for the first that overlap', () => {
    const { right, wrong, calls } = run({ identity: handlers() })
    expect(wrong).toBe(0)
    expect(right).toBe(calls)
  })

  test('gets them beside slow requests, and so does one request at a time', () => {
    const slow = run({ identity: handlers(), slowOneOf: 50 })
    expect(slow.wrong).toBe(0)
    expect(slow.right / slow.calls).toBeGreaterThan(0.9)
    expect(run({ identity: handlers(), inFlight: 1 })).toEqual({
      right: 4000,
      wrong: 0,
      calls: 4000,
    })
  })

  test('gets nothing wrong that answers from a context of its own', () => {
    for (const inFlight of [2, 3, 8, 32]) {
      for (const slowOneOf of [0, 2, 20])
        expect(run({ identity: streamers(), requests: 800, inFlight, slowOneOf }).wrong).toBe(0)
    }
  })

  test('gets nothing wrong when a timer calls beside the requests', () => {
    const { wrong, right } = run({ identity: handlers(), backgroundMs: 10 })
    expect(wrong).toBe(0)
    expect(right).toBe(0) // the timer's calls are of the same kind
  })

  test('gets no parent by one identity for everything', () => {
    for (const inFlight of [1, 16])
      expect(run({ identity: () => 0x100, inFlight, backgroundMs: 10 }).right).toBe(0)
  })

  test('gets nothing wrong by identities of functions', () => {
    for (const inFlight of [2, 16])
      for (const slowOneOf of [0, 10]) {
        const options = {
          identity: functions,
          requests: 800,
          inFlight,
          slowOneOf,
          backgroundMs: 10,
        }
        expect(run(options).wrong).toBe(0)
      }
  })

  test('gets nothing wrong by identities that mean nothing', () => {
    for (const different of [2, 3, 100]) {
      const random = new Random(different)
      const identity = () => 0x100 + random.below(different) * 8
      for (const inFlight of [1, 2, 16])
        expect(
          run({ identity, requests: 200, inFlight, slowOneOf: 10, backgroundMs: 20 }).wrong,
        ).toBe(0)
    }
  })
})
