import { expect, test } from 'vitest'
import { PendingEvents } from '../../src/ring/pending-events.ts'

test('events put in order by time: one further behind stays where it can be seen from', () => {
  const events = new PendingEvents()
  for (let i = 0; i < 3000; i++) events.add(1000 + i, i, 0)
  events.add(1, 3000, 0)
  expect(events.times[3000 - 2048]).toBe(1)
  expect(events.places[3000 - 2048]).toBe(3000)
  expect(events.end).toBe(3001)
})
