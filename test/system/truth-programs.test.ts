import { beforeAll, expect, test } from 'vitest'
import { failuresOf } from '../../bench/truth/failures.ts'
import type { Manner } from '../../bench/truth/row.ts'
import { rowNamed } from '../../bench/truth/rows.ts'
import { runRows } from '../../bench/truth/run-row.ts'

const MANNER: Manner = {
  requests: 3000,
  inFlight: 32,
  late: false,
  hooks: 'auto',
  tracefs: false,
  collector: false,
  losses: [],
  verbose: false,
}

const SWITCHING = 'node, switches to a small pool'
const FIVE_A_SECOND = 'node, switches, five a second'
const OTHERS = [
  'node, works after the answer',
  'node, works in a later turn',
  'node, background timer',
  'node fan-out, background timer',
  'node sender for all',
  'aiohttp, sender for all',
]
const ROWS = [
  rowNamed(SWITCHING),
  { ...rowNamed(FIVE_A_SECOND), most: 50 },
  ...OTHERS.map((name) => ({ ...rowNamed(name), most: 400 })),
]

/** By row, all that is not as it expects, among it every wrong parent. */
const failures = new Map<string, string[]>()

beforeAll(async () => {
  const outcomes = await runRows(ROWS, MANNER)
  for (const [i, row] of ROWS.entries())
    failures.set(row.name, failuresOf(outcomes[i]!, row.expect))
})

test('a program that goes to a small pool under load, and back, gets no wrong parent', () => {
  expect(failures.get(SWITCHING)).toEqual([])
})

test('the same at five requests a second, two at a time', () => {
  expect(failures.get(FIVE_A_SECOND)).toEqual([])
})

test.each(OTHERS)('%s: no wrong parent', (name) => {
  expect(failures.get(name)).toEqual([])
})
