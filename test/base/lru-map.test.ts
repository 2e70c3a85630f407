import { expect, test } from 'vitest'
import { LruMap } from '../../src/base/lru-map.ts'

test('what was used longest ago goes first', () => {
  const map = new LruMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  expect(map.get('a')).toBe(1)
  map.set('c', 3)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3])
  expect([map.size, map.evicted]).toEqual([2, 1])
})

test('what is set again is new', () => {
  const map = new LruMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  map.set('c', 4)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4])
  map.delete('a')
  expect(map.size).toBe(1)
  map.clear()
  expect(map.size).toBe(0)
})
