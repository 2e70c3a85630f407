import { describe, expect, test } from 'vitest'
import { Oldest } from '../../src/base/oldest.ts'
import { Random } from '../support/random.ts'

describe('the oldest of a map', () => {
  test('is what was put in first, of what is still there', () => {
    const map = new Map([1, 2, 3, 4].map((key) => [key, key]))
    const oldest = new Oldest(map)
    map.delete(1)
    expect(oldest.next()).toBe(2)
    map.delete(2)
    map.delete(3)
    map.set(5, 5)
    expect(oldest.next()).toBe(4)
    map.delete(4)
    expect(oldest.next()).toBe(5)
  })

  test('is none of an empty one, and is told again once there is one', () => {
    const set = new Set<number>()
    const oldest = new Oldest(set)
    expect(oldest.next()).toBeUndefined()
    expect(oldest.next()).toBeUndefined()
    set.add(7)
    expect(oldest.next()).toBe(7)
  })

  test('is the same as a fresh look gives, whatever is done to the map', () => {
    const random = new Random(1)
    const map = new Map<number, number>()
    const oldest = new Oldest(map)
    for (let i = 0; i < 30_000; i++) {
      const key = random.below(i + 1) + 10_000
      if (random.below(10) < 4) map.delete(key)
      if (random.below(10) < 5) map.set(i + 10_000, i)
      if (map.size < 1000) continue
      const [first] = map.keys()
      expect(oldest.next()).toBe(first)
      map.delete(first!)
    }
  })
})

test('keeps nothing of what a map has let go', async () => {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const map = new Map<number, object>()
  const oldest = new Oldest(map)
  const gone = Array.from({ length: 10_000 }, (_, i) => {
    map.set(i, { i })
    return new WeakRef(map.get(i)!)
  })
  oldest.next()
  for (let i = 0; i < 10_000; i++) {
    map.delete(i)
    map.set(10_000 + i, {})
  }
  await new Promise((resolve) => setImmediate(resolve)) // what a WeakRef has shown stays until then
  collect()
  expect(gone.filter((one) => one.deref()).length).toBeLessThan(10)
  expect(oldest.next()).toBe(10_000)
})
