import { describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { SamplingSink, TraceSampler } from '../../src/export/sampler.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { CollectingSink } from './collecting-sink.ts'
import { span } from './spans.ts'

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

describe('spans on their way out', () => {
  test('leave or stay by whole traces, and those that stay are counted', () => {
    const counters = new Counters()
    const sink = new CollectingSink()
    const sampling = new SamplingSink(sampler('traceidratio', 0.3), counters, sink)
    for (const trace of TRACES.slice(0, 300))
      for (let i = 0; i < 4; i++) sampling.accept(span({ trace }))
    const perTrace = new Map<string, number>()
    for (const { spanContext } of sink.spans) {
      const { traceId } = spanContext()
      perTrace.set(traceId, (perTrace.get(traceId) ?? 0) + 1)
    }
    expect([...perTrace.values()].every((spans) => spans === 4)).toBe(true)
    expect(perTrace.size).toBeGreaterThan(50)
    expect(sink.spans.length + counters.spans.get('sampled-out')).toBe(1200)
  })

  test('follow the flag of the header on every span of the trace, near the header or far', () => {
    const counters = new Counters()
    const sink = new CollectingSink()
    const sampling = new SamplingSink(sampler('parentbased_always_on'), counters, sink)
    sampling.accept(span({ trace: 'a', parent: '1', remoteSampled: false }))
    sampling.accept(span({ trace: 'a', parent: '9', remote: true, remoteSampled: false }))
    sampling.accept(span({ trace: 'b', parent: '9', remote: true, remoteSampled: true }))
    sampling.accept(span({ trace: 'c' }))
    expect(sink.spans.length).toBe(2)
    expect(counters.spans.get('sampled-out')).toBe(2)
  })
})
