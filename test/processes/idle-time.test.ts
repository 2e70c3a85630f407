import { expect, test } from 'vitest'
import { idleTime, parseIdleTime } from '../../src/processes/idle-time.ts'

const TEXT = `cpu  1046 12 345 98765 43 0 21 7 0 0
cpu0 523 6 172 49382 21 0 11 3 0 0
cpu1 523 6 173 49383 22 0 10 4 0 0
intr 12345 0 9
ctxt 4711
`

test('time that nobody used is what was idle, and idle but for the disk', () => {
  expect(parseIdleTime(TEXT)).toEqual({ idleUs: (98_765 + 43) * 10_000, processors: 2 })
})

test('a text without it says nothing', () => {
  expect(parseIdleTime('')).toBeUndefined()
  expect(parseIdleTime('cpu 1\n')).toBeUndefined()
})

test('this machine says it', () => {
  expect(idleTime()?.processors).toBeGreaterThan(0)
})
