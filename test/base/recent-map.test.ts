import { expect, test } from 'vitest'
import { RecentMap } from '../../src/base/recent-map.ts'

test('keeps what is used, and lets go what was not for twice its age', () => {
  const map = new RecentMap<string, number>(100, 10)
  map.set('used', 1, 0)
  map.set('unused', 2, 0)
  for (let now = 5; now <= 40; now += 5) {
    map.set(`at ${now}`, now, now)
    expect(map.use('used', now)).toBe(1)
  }
  expect(map.get('unused')).toBeUndefined()
  expect(map.get('at 40')).toBe(40)
  expect(map.size).toBeLessThan(10)
})

test('keeps no more than its limit: those used last', () => {
  const map = new RecentMap<number, number>(1000, 10)
  for (let i = 0; i < 5000; i++) map.set(i, i, 0)
  expect(map.size).toBeLessThanOrEqual(1000)
  for (let i = 4500; i < 5000; i++) expect(map.get(i)).toBe(i)
})

test('does not take a look for a use', () => {
  const map = new RecentMap<string, number>(100, 10)
  map.set('seen', 1, 0)
  for (let now = 11; now <= 33; now += 11) {
    map.set('other', now, now)
    map.get('seen')
  }
  expect(map.get('seen')).toBeUndefined()
})
