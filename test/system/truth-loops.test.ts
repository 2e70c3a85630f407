import { beforeAll, expect, test } from 'vitest'
import { failuresOf } from '../../bench/truth/failures.ts'
import { expectationOf, type Manner } from '../../bench/truth/row.ts'
import { rowNamed } from '../../bench/truth/rows.ts'
import { runRow, runRows } from '../../bench/truth/run-row.ts'

const MANNER: Manner = {
  requests: 600,
  inFlight: 32,
  late: false,
  hooks: 'auto',
  tracefs: false,
  collector: false,
  losses: [],
  verbose: false,
}

const FOUND = [
  'nginx, new connections',
  'nginx, kept connections',
  'node http',
  'node pool of four',
  'java selector',
  'asyncio streams',
  'aiohttp',
]
const CONTRADICTED = ['node semaphore', 'python reader and workers']
const FAN_OUT = 'node fan-out'
const TIMER = 'node timer'
const THREADS = 'node, three worker threads'
/** Enough for it to be learned from, and for each of three loops. */
const REQUESTS: Readonly<Record<string, number>> = { [FAN_OUT]: 1000, [THREADS]: 400 }

const ROWS = [...FOUND, ...CONTRADICTED, FAN_OUT, TIMER, THREADS].map((name) => ({
  ...rowNamed(name),
  most: REQUESTS[name] ?? MANNER.requests,
}))

/** By row, all that is not as it expects, among it every wrong parent. */
const failures = new Map<string, string[]>()

beforeAll(async () => {
  const manner = { ...MANNER, requests: 1000 }
  const outcomes = await runRows(ROWS, manner)
  for (const [i, row] of ROWS.entries())
    failures.set(row.name, failuresOf(outcomes[i]!, expectationOf(row, manner)))
})

test.each(FOUND)('%s: every call is found under its request', (name) => {
  expect(failures.get(name)).toEqual([])
})

test('a fan-out: all but the calls that are learned from are found under their requests', () => {
  expect(failures.get(FAN_OUT)).toEqual([])
})

test.each(CONTRADICTED)('%s: its answers contradict, and nothing is believed', (name) => {
  expect(failures.get(name)).toEqual([])
})

test('a timer of which nobody knows who set it leaves its calls without parents', () => {
  expect(failures.get(TIMER)).toEqual([])
})

test('several loops of one process are believed each by its own answers', () => {
  expect(failures.get(THREADS)).toEqual([])
})

test('an agent that comes when connections are open and busy gives no wrong parent', async () => {
  const row = rowNamed('nginx, kept connections')
  const manner = { ...MANNER, late: true, requests: 4000 }
  expect(failuresOf(await runRow(row, manner), expectationOf(row, manner))).toEqual([])
})
