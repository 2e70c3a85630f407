import { describe, expect, test } from 'vitest'
import { MapOfFew } from '../../src/base/map-of-few.ts'
import { Random } from '../support/random.ts'

describe('a map of few', () => {
  test('is a map: whatever is put in, taken out and looked at, in the order of insertion', () => {
    const random = new Random(7)
    for (let round = 0; round < 40; round++) {
      const few = new MapOfFew<string>()
      const map = new Map<number, string>()
      const keys = 1 + random.below(5)
      for (let i = 0; i < 60; i++) {
        const key = random.below(keys)
        if (random.below(2) === 0) {
          few.set(key, `${i}`)
          map.set(key, `${i}`)
        } else {
          few.delete(key)
          map.delete(key)
        }
        expect([...few.entries()]).toEqual([...map])
        expect([...few.values()]).toEqual([...map.values()])
        expect(few.size).toBe(map.size)
        expect(few.oldest).toBe(map.values().next().value)
        for (let other = 0; other < keys; other++) expect(few.get(other)).toBe(map.get(other))
      }
    }
  })

  test('may lose what is looked at, and all that is behind it', () => {
    const few = new MapOfFew<string>()
    for (const key of [1, 2, 3]) few.set(key, `${key}`)
    const seen: number[] = []
    for (const [key] of few.entries()) {
      seen.push(key)
      few.delete(key)
      few.delete(2)
    }
    expect(seen).toEqual([1, 3])
    expect(few.size).toBe(0)
  })
})
