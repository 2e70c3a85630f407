import { describe, expect, test } from 'vitest'
import { countOf, type Few, isAmong, oneOf, withOne } from '../../src/base/few.ts'

describe('a list of few', () => {
  test.each([0, 1, 2, 5])('holds %d things in order', (count) => {
    const things = Array.from({ length: count }, (_, i) => ({ i }))
    let few: Few<{ i: number }>
    for (const thing of things) few = withOne(few, thing)
    expect(countOf(few)).toBe(count)
    expect(things.map((_, i) => oneOf(few, i))).toEqual(things)
    expect(oneOf(few, count)).toBeUndefined()
    expect(things.every((thing) => isAmong(few, thing))).toBe(true)
    expect(isAmong(few, { i: 0 })).toBe(false)
  })
})
