import { expect, test } from 'vitest'
import { failuresOf } from '../../bench/truth/failures.ts'
import { expectationOf, type Manner } from '../../bench/truth/row.ts'
import { rowNamed } from '../../bench/truth/rows.ts'
import { runRow } from '../../bench/truth/run-row.ts'

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

/** All that is not as the row expects, among it every wrong parent. */
async function failures(name: string, manner: Partial<Manner> = {}): Promise<string[]> {
  const row = rowNamed(name)
  const how = { ...MANNER, ...manner }
  return failuresOf(await runRow(row, how), expectationOf(row, how))
}

test.each([
  'nginx, new connections',
  'nginx, kept connections',
  'node http',
  'node pool of four',
  'java selector',
  'asyncio streams',
  'aiohttp',
])('%s: every call is found under its request', async (name) =>
  expect(await failures(name)).toEqual([]),
)

test('a fan-out: all but the calls that are learned from are found under their requests', async () => {
  expect(await failures('node fan-out', { requests: 1000 })).toEqual([])
})

test.each(['node semaphore', 'python reader and workers'])(
  '%s: its answers contradict, and nothing is believed',
  async (name) => expect(await failures(name)).toEqual([]),
)

test('a timer of which nobody knows who set it leaves its calls without parents', async () => {
  expect(await failures('node timer')).toEqual([])
})

test('several loops of one process are believed each by its own answers', async () => {
  expect(await failures('node, three worker threads', { requests: 400 })).toEqual([])
})

test('an agent that comes when connections are open and busy gives no wrong parent', async () => {
  const late = { late: true, requests: 4000 }
  expect(await failures('nginx, kept connections', late)).toEqual([])
})
