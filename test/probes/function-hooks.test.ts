import { expect, test } from 'vitest'
import type { Hook } from '../../src/loader/hooks.ts'
import { birthHooks } from '../../src/probes/context-births.ts'
import { FunctionHooks } from '../../src/probes/function-hooks.ts'
import { immediateHooks } from '../../src/probes/immediates.ts'
import { Counters } from '../../src/telemetry/counters.ts'

const FUNCTIONS = { path: '/proc/7/map_files/400000-500000', copyCurrent: 0x1000, dealloc: 0x2000 }

/** A kernel that hooks `room` functions. */
function kernel(room = 10_000) {
  const attached: Hook[] = []
  const counters = new Counters()
  const seen = { attached, processes: 0, counters }
  const births = new FunctionHooks({
    hooksOf: birthHooks,
    attach: (hooks) => {
      for (const hook of hooks) {
        if (attached.length >= room) throw new Error('no such file')
        attached.push(hook)
      }
    },
    detach: async (hooks) => {
      for (const hook of hooks)
        if (attached.includes(hook)) attached.splice(attached.indexOf(hook), 1)
    },
    count: (processes) => {
      seen.processes = processes
    },
    counter: counters.births,
  })
  return { births, seen }
}

test('both functions of a process are hooked, what frees first, and let go', () => {
  const { births, seen } = kernel()
  births.attach(7, FUNCTIONS)
  births.attach(7, FUNCTIONS)
  expect(
    seen.attached.map(({ program, function: f }) => [program, f?.offset, f?.atReturn]),
  ).toEqual([
    ['on_context_gone', 0x2000, false],
    ['on_context_born', 0x1000, true],
  ])
  expect(seen.processes).toBe(1)
  expect(births.outcome(7)).toBe('seen')
  births.detach(7)
  expect(seen.attached).toEqual([])
  expect(seen.processes).toBe(0)
  expect(births.outcome(7)).toBeUndefined()
})

test('a process of which one function cannot be hooked keeps no hook', () => {
  const { births, seen } = kernel(1)
  births.attach(7, FUNCTIONS)
  expect(births.outcome(7)).toBe('refused')
  expect(seen.attached).toEqual([])
  expect(seen.processes).toBe(0)
})

test('a process whose functions are not known has none, and neither has one too many', () => {
  const { births, seen } = kernel()
  births.attach(1, undefined)
  expect(births.outcome(1)).toBe('functions-unknown')
  for (let tgid = 2; tgid < 515; tgid++) births.attach(tgid, FUNCTIONS)
  expect(births.outcome(514)).toBe('no-room')
  expect(seen.processes).toBe(512)
  const { births: counted } = seen.counters
  expect([counted.get('seen'), counted.get('no-room'), counted.get('functions-unknown')]).toEqual([
    512, 1, 1,
  ])
})

test('immediates of a loop have one hook, in the process that it is for', () => {
  const path = '/proc/7/map_files/400000-500000'
  expect(immediateHooks(7, { path, offset: 0x1000 })).toEqual([
    {
      program: 'on_immediates',
      tracepoint: '',
      function: { path, offset: 0x1000, tgid: 7, atReturn: false },
    },
  ])
})
