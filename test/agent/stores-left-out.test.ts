import { beforeEach, describe, expect, test } from 'vitest'
import { StoresLeftOut } from '../../src/agent/stores-left-out.ts'
import { World } from '../support/world.ts'

const FRONT = 100
const STORE = 200
const REPLICA = 300

describe('a data store where everything is traced', () => {
  let world: World
  beforeEach(() => {
    world = new World()
    world.listener = new StoresLeftOut(world.correlator, world.counters)
  })

  /** A request to FRONT, which asks STORE, which asks REPLICA before it answers. */
  function aQuery() {
    const request = world.open(world.connection(1, FRONT).server, { tid: 1 })
    world.isStore = true
    const asked = world.connection(FRONT, STORE)
    const query = world.open(asked.client, { tid: 1 })
    const served = world.open(asked.server, { tid: 2 })
    const copied = world.connection(STORE, REPLICA)
    const copy = world.open(copied.client, { tid: 2 })
    const kept = world.open(copied.server, { tid: 3 })
    world.answer(kept, { tid: 3 })
    world.answer(copy, { tid: 2 })
    world.answer(served, { tid: 2 })
    world.answer(query, { tid: 1 })
    world.isStore = false
    world.answer(request, { tid: 1 })
    world.wait()
    return { request, query, served, copy, kept }
  }

  test('is seen by the spans of its clients alone, which are leaves', () => {
    const { request, query, served, copy, kept } = aQuery()
    expect(world.place(query).parent?.spanId).toBe(world.place(request).spanId)
    for (const own of [served, kept]) expect(world.places.has(own)).toBe(false)
    const parents = [...world.places.values()].map(({ parent }) => parent?.spanId)
    expect(parents).not.toContain(world.place(query).spanId)
    expect(world.place(copy).parent).toBeUndefined()
  })

  test('gives what it asks of others no parent, as nothing is known to be asked of it', () => {
    const { copy } = aQuery()
    expect(world.place(copy).reason).toBe('no-request')
  })

  test('is counted', () => {
    aQuery()
    expect(world.counters.spans.get('store-server')).toBe(2)
  })

  test('does not keep other servers from their spans', () => {
    const { request } = aQuery()
    expect(world.place(request).reason).toBe('entry')
  })
})

describe('a data store that was named', () => {
  test('makes spans below those of its clients', () => {
    const world = new World()
    world.isStore = true
    const asked = world.connection(FRONT, STORE)
    const query = world.open(asked.client, { tid: 1 })
    const served = world.open(asked.server, { tid: 2 })
    world.answer(served, { tid: 2 })
    world.answer(query, { tid: 1 })
    world.wait()
    expect(world.place(served).parent?.spanId).toBe(world.place(query).spanId)
    expect(world.counters.spans.get('store-server')).toBe(0)
  })
})
