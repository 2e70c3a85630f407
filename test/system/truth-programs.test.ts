import { expect, test } from 'vitest'
import { failuresOf } from '../../bench/truth/failures.ts'
import type { Manner, Row } from '../../bench/truth/row.ts'
import { rowNamed } from '../../bench/truth/rows.ts'
import { runRow } from '../../bench/truth/run-row.ts'

const MANNER: Manner = {
  requests: 400,
  inFlight: 32,
  late: false,
  hooks: 'auto',
  tracefs: false,
  collector: false,
  losses: [],
  verbose: false,
}

async function failures(row: Row, manner: Partial<Manner> = {}): Promise<string[]> {
  return failuresOf(await runRow(row, { ...MANNER, ...manner }), row.expect)
}

test('a program that goes to a small pool under load, and back, gets no wrong parent', async () => {
  expect(await failures(rowNamed('node, switches to a small pool'), { requests: 3000 })).toEqual([])
})

test('the same at five requests a second, two at a time', async () => {
  const row = { ...rowNamed('node, switches, five a second'), most: 50 }
  expect(await failures(row)).toEqual([])
})

test.each([
  'node, works after the answer',
  'node, works in a later turn',
  'node, background timer',
  'node fan-out, background timer',
  'node sender for all',
  'aiohttp, sender for all',
])('%s: no wrong parent', async (name) => expect(await failures(rowNamed(name))).toEqual([]))
