import { describe, expect, test } from 'vitest'
import { type Fault, faultsOf, lineOf } from '../../bench/faults/fault.ts'
import { FAULTS } from '../../bench/faults/faults.ts'
import { play } from '../../bench/faults/main.ts'

const here = FAULTS.filter(({ inGuest }) => !inGuest)
const rows = (faults: readonly Fault[]) => faults.map((fault) => [fault.what, fault] as const)

async function expectAccount(_: string, fault: Fault): Promise<void> {
  const account = await play(fault, 'short')
  expect(faultsOf(account), lineOf(fault.name, account)).toEqual([])
}

/** Ten seconds on an idle machine; what it waits for comes late on a busy one. */
const PATIENCE = { timeout: 600_000 }

describe.concurrent('the counters say what is lost', PATIENCE, () => {
  test.each(rows(here.filter(({ countsTheHost }) => !countsTheHost)))('when %s', expectAccount)
})

// What the kernel side loses it counts of the whole host: of other loads at the same time as well.
describe('the counters say what is lost on this host', PATIENCE, () => {
  test.each(rows(here.filter(({ countsTheHost }) => countsTheHost)))('when %s', expectAccount)
})
