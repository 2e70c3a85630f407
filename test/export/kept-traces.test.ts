import { createTraceState } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import type { MonotonicNs } from '../../src/base/time.ts'
import { KeptTraces } from '../../src/export/kept-traces.ts'
import { Random } from '../support/random.ts'

const at = (ns: number) => ns as MonotonicNs

function traceId(random: Random): string {
  let id = ''
  for (let i = 0; i < 4; i++)
    id += random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return id
}

function kept(share: number): KeptTraces {
  const traces = new KeptTraces()
  traces.keep(share, at(0))
  return traces
}

describe('a share of traces', () => {
  test.each([0.5, 0.25, 0.1, 0.013, 1 / 4096])('of %d is kept, near enough', (share) => {
    const traces = kept(share)
    const random = new Random(7)
    const count = 40_000
    let left = 0
    for (let i = 0; i < count; i++) {
      if (traces.stateOf(traceId(random), at(1), '') !== undefined) left++
    }
    const spread = 4 * Math.sqrt(count * share * (1 - share))
    expect(Math.abs(left - count * share)).toBeLessThan(spread)
  })

  test.each([
    [0.5, 'ot=th:8'],
    [0.25, 'ot=th:c'],
    [1 / 16, 'ot=th:f'],
    [1 / 4096, 'ot=th:fff'],
    [0.1, 'ot=th:e666'],
  ])('of %d says in tracestate what it stands for', (share, state) => {
    expect(kept(share).stateOf('f'.repeat(32), at(1), '')).toBe(state)
    expect(createTraceState(state).get('ot')).toBe(state.slice(3))
  })

  test('of all of them says nothing', () => {
    expect(new KeptTraces().stateOf('0'.repeat(32), at(1), 'a=b')).toBe('a=b')
  })

  test('that is smaller is a part of the larger one', () => {
    const random = new Random(3)
    for (let i = 0; i < 2000; i++) {
      const id = traceId(random)
      if (kept(0.1).stateOf(id, at(1), '') === undefined) continue
      expect(kept(0.4).stateOf(id, at(1), '')).toBeDefined()
    }
  })

  test('changes for traces that begin later only, so that none is kept in part', () => {
    const traces = new KeptTraces()
    traces.keep(1 / 4096, at(1000))
    traces.keep(1, at(2000))
    const id = '0'.repeat(32)
    expect(traces.stateOf(id, at(999), '')).toBe('')
    expect(traces.stateOf(id, at(1000), '')).toBeUndefined()
    expect(traces.stateOf(id, at(1999), '')).toBeUndefined()
    expect(traces.stateOf(id, at(2000), '')).toBe('')
  })

  test('is remembered through any number of changes', () => {
    const traces = new KeptTraces()
    for (let i = 1; i <= 1000; i++) traces.keep(i % 2 === 0 ? 1 : 1 / 4096, at(i * 10))
    expect(traces.stateOf('0'.repeat(32), at(9990), '')).toBeUndefined()
    expect(traces.stateOf('0'.repeat(32), at(10_000), '')).toBe('')
  })
})

describe('the tracestate of a caller', () => {
  test('keeps its other entries and fields', () => {
    expect(kept(0.5).stateOf('f'.repeat(32), at(1), 'vendor=1, ot=rv:ffffffffffffff;x:y')).toBe(
      'ot=th:8;rv:ffffffffffffff;x:y,vendor=1',
    )
  })

  test('decides by its own randomness if it tells it', () => {
    expect(kept(0.5).stateOf('f'.repeat(32), at(1), 'ot=rv:00000000000001')).toBeUndefined()
    expect(kept(0.5).stateOf('0'.repeat(32), at(1), 'ot=rv:80000000000000')).toBeDefined()
  })

  test('that stands for more already is left as it is', () => {
    expect(kept(0.5).stateOf('f'.repeat(32), at(1), 'ot=th:c')).toBe('ot=th:c')
    expect(kept(0.5).stateOf('f'.repeat(32), at(1), 'ot=th:4')).toBe('ot=th:8')
  })
})
