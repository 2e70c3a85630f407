import { describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { TraceSampler } from '../../src/export/sampler.ts'

type Name = Config['traces']['sampler']

function sampler(name: Name, samplerArg = 1): TraceSampler {
  return new TraceSampler({ sampler: name, samplerArg })
}

/** Trace ids as the agent makes them: hashes. */
const TRACES = Array.from({ length: 20_000 }, (_, i) => {
  let hash = 2166136261 ^ i
  let text = ''
  for (let word = 0; word < 4; word++) {
    hash = Math.imul(hash ^ (hash >>> 15), 2246822519) + word * 0x9e3779b9
    hash ^= hash >>> 13
    text += (hash >>> 0).toString(16).padStart(8, '0')
  }
  return text
})

function share(of: TraceSampler, adopted?: boolean): number {
  return TRACES.filter((id) => of.keeps(id, adopted)).length / TRACES.length
}

describe('OTEL_TRACES_SAMPLER', () => {
  const rows: [Name, number, number, number][] = [
    // name, share without a header, with sampled = 1, with sampled = 0
    ['always_on', 1, 1, 1],
    ['always_off', 0, 0, 0],
    ['traceidratio', 0.25, 0.25, 0.25],
    ['parentbased_always_on', 1, 1, 0],
    ['parentbased_always_off', 0, 1, 0],
    ['parentbased_traceidratio', 0.25, 1, 0],
  ]
  for (const [name, none, yes, no] of rows) {
    test(`${name} keeps ${none} without a header, ${yes} of the sampled, ${no} of the others`, () => {
      const it = sampler(name, 0.25)
      expect(share(it)).toBeCloseTo(none, 1)
      expect(share(it, true)).toBeCloseTo(yes, 1)
      expect(share(it, false)).toBeCloseTo(no, 1)
    })
  }

  test('a ratio of 0 keeps none, of 1 all', () => {
    expect(share(sampler('traceidratio', 0))).toBe(0)
    expect(share(sampler('traceidratio', 1))).toBe(1)
  })

  test('a greater ratio keeps all that a smaller one keeps', () => {
    const small = sampler('traceidratio', 0.1)
    const great = sampler('traceidratio', 0.5)
    for (const id of TRACES)
      if (small.keeps(id, undefined)) expect(great.keeps(id, undefined)).toBe(true)
  })
})
