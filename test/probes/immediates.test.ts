import { expect, test } from 'vitest'
import type { Hook } from '../../src/loader/hooks.ts'
import { Immediates } from '../../src/probes/immediates.ts'
import { Counters } from '../../src/telemetry/counters.ts'

const PLACE = { path: '/proc/7/map_files/400000-500000', offset: 0x1000 }

/** A kernel that hooks `room` functions. */
function kernel(room = 10_000) {
  const attached: Hook[] = []
  const counters = new Counters()
  const immediates = new Immediates({
    attach: (hooks) => {
      if (attached.length >= room) throw new Error('no such file')
      attached.push(...hooks)
    },
    detach: async (hooks) => {
      for (const hook of hooks)
        if (attached.includes(hook)) attached.splice(attached.indexOf(hook), 1)
    },
    counter: counters.immediates,
  })
  return { immediates, attached, counter: counters.immediates }
}

test('the function of a process is hooked once, and let go', () => {
  const { immediates, attached } = kernel()
  immediates.attach(7, PLACE)
  immediates.attach(7, PLACE)
  expect(attached.map(({ program, function: f }) => [program, f?.tgid, f?.offset])).toEqual([
    ['on_immediates', 7, 0x1000],
  ])
  expect(immediates.outcome(7)).toBe('seen')
  immediates.detach(7)
  expect(attached).toEqual([])
  expect(immediates.outcome(7)).toBeUndefined()
})

test('a process whose function is not known or not hooked has none, and neither has one too many', () => {
  const { immediates } = kernel(0)
  immediates.attach(1, undefined)
  immediates.attach(2, PLACE)
  expect(immediates.outcome(1)).toBe('function-unknown')
  expect(immediates.outcome(2)).toBe('refused')
  const many = kernel()
  for (let tgid = 1; tgid <= 513; tgid++) many.immediates.attach(tgid, PLACE)
  expect(many.immediates.outcome(513)).toBe('no-room')
  expect(many.counter.get('seen')).toBe(512)
})
