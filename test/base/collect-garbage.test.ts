import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { collectGarbage } from '../../src/base/collect-garbage.ts'

test('garbage is collected at once, and nobody else is offered that', async () => {
  const garbage = new WeakRef({})
  await turn() // what a WeakRef was made of lives until the end of the turn
  collectGarbage()
  expect(garbage.deref()).toBeUndefined()
  expect('gc' in globalThis).toBe(false)
})
