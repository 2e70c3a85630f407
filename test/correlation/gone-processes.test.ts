import { expect, test } from 'vitest'
import { World } from '../support/world.ts'

const SERVER = 100

test('a process that is killed in the middle of a request is forgotten once that is decided', () => {
  const world = new World()
  const { server } = world.connection(1, SERVER)
  const request = world.open(server, { tid: 1 })
  world.correlator.processExited(SERVER)
  expect(world.correlator.process(SERVER)).toBeDefined()
  world.end(request, undefined)
  world.wait()
  world.wait()
  expect(world.place(request).reason).toBe('entry')
  expect(world.correlator.process(SERVER)).toBeUndefined()
})

test('another process of the same number is not taken for it', () => {
  const world = new World()
  const { server } = world.connection(1, SERVER)
  world.open(server, { tid: 1 })
  world.correlator.processExited(SERVER)
  const { server: later } = world.connection(2, SERVER)
  world.open(later, { tid: 2 })
  world.wait()
  world.wait()
  expect(world.correlator.process(SERVER)).toBeDefined()
})
