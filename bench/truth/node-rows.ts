// @ts-expect-error plain JavaScript, without types
import { NODES } from '../../src/cli/nodes.mjs'
import { CONTRADICTED, PROVEN } from './expectations.ts'
import type { Expectation, Row } from './row.ts'
import { missingNode, nodeOf } from './systems.ts'

/** What a timer or an immediate does after `await` shows no id of its own. */
export const UNSET: Expectation = { right: 0, reasons: ['unconfirmed'] }
/** The first of a fan-out are what it is learned from; a new connection may be asked for in another's turn. */
const MOSTLY: Expectation = { right: 0.98, reasons: ['unconfirmed', 'already-answered'] }
/** Promises have ids while an AsyncLocalStorage is in use, up to Node 22. */
const BY_PROMISES: Expectation = {
  right: 0.6,
  reasons: ['unconfirmed', 'already-answered', 'model-contradicted'],
}
const MIXED: Expectation = {
  right: 0.8,
  reasons: ['unconfirmed', 'already-answered', 'model-contradicted'],
}

const QUICK = () => 15
const SLOW = (inFlight: number) => 2 * inFlight

function rowsOf(version: number): readonly Row[] {
  const byPromises = version < 24 ? BY_PROMISES : UNSET
  const row = (
    habit: string,
    name: string,
    expect: Expectation,
    more: Partial<Row> = {},
    ...flags: readonly string[]
  ): Row => ({
    name: `node ${version}, ${name}`,
    start: nodeOf(version, ...flags),
    habits: [habit],
    expect,
    missing: () => missingNode(version),
    ...more,
  })
  return [
    row('order', 'http', PROVEN),
    row('fetch', 'fetch', MOSTLY),
    row('fanout', 'fan-out', MOSTLY, { delay: SLOW }),
    row('order', 'pool of four', PROVEN, { delay: QUICK }, '--pool', '4'),
    row('timer', 'timer', UNSET),
    row('immediate', 'immediate', UNSET),
    row('semaphore', 'semaphore', CONTRADICTED, { delay: QUICK }),
    row('sender', 'sender for all', CONTRADICTED, { delay: QUICK }),
    row('stored-order', 'http, stored', MOSTLY),
    row('stored-fetch', 'fetch, stored', { ...MIXED, right: 0.4 }),
    row('stored-fanout', 'fan-out, stored', MOSTLY, { delay: SLOW }),
    row('stored-order', 'pool of four, stored', PROVEN, { delay: QUICK }, '--pool', '4'),
    row('stored-timer', 'timer, stored', byPromises),
    row('stored-immediate', 'immediate, stored', byPromises),
    row('stored-semaphore', 'semaphore, stored', { ...MIXED, right: 0 }, { delay: QUICK }),
    row('mixall', 'all habits', MIXED, { delay: QUICK }),
    row(
      'fanout',
      'fan-out, background timer',
      {
        ...MOSTLY,
        right: 0.4,
        nobodys: ['no-request', 'unconfirmed', 'already-answered', 'attached-late'],
      },
      { delay: SLOW },
      '--background',
      '10',
    ),
  ]
}

export const NODE_VERSIONS: readonly Row[] = (NODES as readonly number[]).flatMap(rowsOf)
