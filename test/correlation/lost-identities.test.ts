import { expect, test } from 'vitest'
import { Simulation } from './identity-simulation.ts'
import { functions, handlers, streamers } from './simulated-programs.ts'

const PROGRAMS = { handlers, streamers, functions: () => functions }
const MANY = { requests: 400, callsEach: 2 }

test.each(Object.entries(PROGRAMS))(
  'a program of %s gets no wrong parent when any of its operations are lost',
  (_name, identity) => {
    for (const inFlight of [1, 2, 16])
      for (const lostOneOf of [5, 50, 500])
        for (const slowOneOf of [0, 20]) {
          const program = { ...MANY, inFlight, lostOneOf, slowOneOf, identity: identity() }
          const { wrong } = new Simulation(program).run()
          expect(wrong, JSON.stringify(program)).toBe(0)
        }
  },
)

test('most parents are still found when one operation of five hundred is lost', () => {
  const program = { ...MANY, requests: 2000, inFlight: 16, lostOneOf: 500, identity: handlers() }
  const { right, calls } = new Simulation(program).run()
  expect(right / calls).toBeGreaterThan(0.5)
})
