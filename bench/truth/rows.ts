import { FRONTS } from '../../test/support/system/apps.ts'
import { CONTRADICTED, FANNED, PROVEN } from './expectations.ts'
import { needsProgram } from './needs-program.ts'
import { NODE_VERSIONS, UNSET } from './node-rows.ts'
import { PYTHON_LOOPS } from './python-rows.ts'
import type { Expectation, Row } from './row.ts'
import { STORES } from './store-rows.ts'
import { haproxy, java, missingNetty, netty, nginx, node, nodePipelining } from './systems.ts'
import { TOKIO } from './tokio-rows.ts'
import { WEB_SERVERS } from './web-server-rows.ts'

/**
 * A late connection's first call is made in another request's turn (`execute` of the loop): so are
 * some of the first answers, and while they are a tenth of all nothing is believed.
 */
const NETTY: Expectation = {
  right: 0.6,
  reasons: ['model-contradicted', 'unconfirmed', 'already-answered'],
}

/** Where calls wait for each other, slow ones would take for ever. */
const QUICK = () => 15
/** One call a request, or both at once: as many calls a second as where one follows the other. */
const SLOW = (inFlight: number) => 2 * inFlight

const needsHaproxy = needsProgram('haproxy', 'HAProxy (haproxy)')

const THREADS: readonly Row[] = [
  {
    name: 'python threads',
    start: FRONTS['Python threads'],
    habits: ['front'],
    expect: PROVEN,
  },
  {
    name: 'java pool',
    start: FRONTS['Java thread pool'],
    habits: ['front'],
    expect: PROVEN,
  },
  {
    name: 'python reader and workers',
    start: FRONTS['Python reader and workers'],
    habits: ['front'],
    expect: CONTRADICTED,
  },
  {
    name: 'java hand-off, waiting',
    start: java('HandOff'),
    habits: ['wait'],
    expect: { right: 0, reasons: ['no-request', 'hand-over'] },
  },
  {
    name: 'java hand-off, both at once',
    start: java('HandOff'),
    delay: SLOW,
    habits: ['both'],
    expect: { right: 0, reasons: ['no-request', 'hand-over'] },
  },
  {
    name: 'java hand-off, callbacks',
    start: java('HandOff'),
    habits: ['callback'],
    expect: CONTRADICTED,
  },
  {
    name: 'java fork-join',
    start: java('HandOff', 'fork'),
    habits: ['fork'],
    expect: { right: 0.5, reasons: ['no-request', 'already-answered'] },
  },
  {
    name: 'go',
    start: FRONTS['Go net/http'],
    habits: ['front'],
    expect: { right: 0, reasons: ['runtime-unsupported'] },
  },
]

const PROXIES: readonly Row[] = [
  { name: 'nginx, new connections', start: nginx(1), delay: SLOW, habits: ['new'], expect: PROVEN },
  {
    name: 'nginx, kept connections',
    start: nginx(1),
    delay: SLOW,
    habits: ['kept'],
    expect: PROVEN,
  },
  { name: 'nginx, three workers', start: nginx(3), delay: SLOW, habits: ['kept'], expect: PROVEN },
  {
    name: 'haproxy',
    start: haproxy(1),
    delay: SLOW,
    habits: ['order'],
    expect: CONTRADICTED,
    missing: needsHaproxy,
  },
  {
    name: 'haproxy, two threads',
    start: haproxy(2),
    delay: SLOW,
    habits: ['order'],
    expect: CONTRADICTED,
    missing: needsHaproxy,
  },
]

const NODE: readonly Row[] = [
  { name: 'node http', start: node(), habits: ['order'], expect: PROVEN },
  { name: 'node fetch', start: node(), habits: ['fetch'], expect: PROVEN },
  { name: 'node chain of four', start: node(), habits: ['chain'], expect: PROVEN },
  { name: 'node fan-out', start: node(), delay: SLOW, habits: ['fanout'], expect: FANNED },
  {
    name: 'node pool of four',
    start: node('--pool', '4'),
    delay: QUICK,
    habits: ['order'],
    expect: PROVEN,
  },
  {
    name: 'node pool of eight',
    start: node('--pool', '8'),
    delay: QUICK,
    habits: ['order'],
    expect: PROVEN,
  },
  { name: 'node timer', start: node(), habits: ['timer'], expect: UNSET },
  {
    name: 'node timer, stored',
    start: node(),
    habits: ['stored'],
    expect: { right: 0, reasons: ['unconfirmed', 'already-answered', 'model-contradicted'] },
  },
  { name: 'node immediate', start: node(), habits: ['immediate'], expect: UNSET },
  {
    name: 'node semaphore',
    start: node(),
    delay: QUICK,
    habits: ['semaphore'],
    expect: CONTRADICTED,
  },
  {
    name: 'node sender for all',
    start: node(),
    delay: QUICK,
    habits: ['sender'],
    expect: CONTRADICTED,
  },
  {
    name: 'node, 1 % timers',
    start: node(),
    habits: ['mixtimer'],
    expect: { right: 0.95, reasons: ['unconfirmed', 'already-answered', 'model-contradicted'] },
  },
  {
    name: 'node, 5 % immediates',
    start: node('--share', '0.05'),
    habits: ['miximmediate'],
    expect: { right: 0.9, reasons: ['unconfirmed', 'already-answered', 'model-contradicted'] },
  },
  {
    name: 'node fan-out, 1 % timers',
    start: node(),
    delay: SLOW,
    habits: ['mixfanout'],
    expect: { right: 0.9, reasons: ['unconfirmed', 'already-answered', 'model-contradicted'] },
  },
  {
    name: 'node, all habits',
    start: node(),
    delay: QUICK,
    habits: ['mixall'],
    expect: { right: 0.8, reasons: ['unconfirmed', 'already-answered', 'model-contradicted'] },
  },
  {
    name: 'node, background timer',
    start: node('--background', '10'),
    habits: ['order'],
    expect: {
      right: 0.95,
      reasons: ['unconfirmed'],
      nobodys: ['no-request', 'unconfirmed', 'already-answered', 'attached-late'],
    },
  },
  {
    name: 'node fan-out, background timer',
    start: node('--background', '10'),
    delay: SLOW,
    habits: ['fanout'],
    expect: {
      right: 0.4,
      reasons: ['unconfirmed'],
      nobodys: ['no-request', 'unconfirmed', 'already-answered', 'attached-late'],
    },
  },
  {
    name: 'node, works after the answer',
    start: node('--share', '0.2'),
    delay: SLOW,
    habits: ['after'],
    expect: { right: 0.4, reasons: ['unconfirmed'], nobodys: ['already-answered', 'unconfirmed'] },
  },
  {
    name: 'node, works in a later turn',
    start: node('--share', '0.2'),
    delay: SLOW,
    habits: ['later'],
    expect: {
      right: 0.4,
      reasons: ['unconfirmed'],
      nobodys: ['already-answered', 'unconfirmed', 'no-request'],
    },
  },
  {
    name: 'node, switches to a small pool',
    start: node('--switch', '500'),
    delay: QUICK,
    habits: ['switch'],
    expect: { right: 0.1, reasons: ['unconfirmed', 'already-answered', 'model-contradicted'] },
  },
  {
    name: 'node, switches, five a second',
    start: node('--switch', '10'),
    delay: QUICK,
    habits: ['switch'],
    rate: 5,
    together: 2,
    most: 200,
    expect: { right: 0.9, reasons: ['unconfirmed', 'model-contradicted'] },
  },
  {
    name: 'node, load comes and goes',
    start: node('--pool', '4'),
    delay: QUICK,
    habits: ['order'],
    phases: (requests, inFlight) => {
      const part = Math.floor(requests / 5)
      return [2, inFlight, 2, inFlight, 2].map((many) => `${many}:${part}`).join(',')
    },
    expect: { right: 0.1, reasons: ['unconfirmed', 'already-answered', 'model-contradicted'] },
  },
  {
    name: 'node, pipelined requests',
    start: node(),
    delay: QUICK,
    habits: ['order'],
    deep: 4,
    expect: { right: 0, reasons: ['mixed-read', 'unconfirmed', 'model-contradicted'] },
  },
  {
    name: 'node, pipelined calls',
    start: nodePipelining(8),
    delay: QUICK,
    habits: ['order'],
    expect: { right: 0, reasons: ['mixed-read', 'unconfirmed', 'model-contradicted'] },
  },
  {
    name: 'node, three worker threads',
    start: node('--threads', 'order,timer,smallpool'),
    delay: QUICK,
    habits: ['order', 'timer', 'smallpool'],
    rate: 150,
    expect: { right: 0.3, reasons: ['model-contradicted', 'unconfirmed', 'already-answered'] },
  },
]

const JAVA_LOOPS: readonly Row[] = [
  {
    name: 'java selector',
    start: java('Selectors', 'order'),
    habits: ['order'],
    expect: PROVEN,
  },
  {
    name: 'java selector, pool of four',
    start: java('Selectors', 'pool'),
    delay: QUICK,
    habits: ['order'],
    expect: CONTRADICTED,
  },
  {
    name: 'java selectors of three habits',
    start: java('Selectors', 'order', 'pause', 'pool'),
    delay: QUICK,
    habits: ['order', 'pause', 'pool'],
    rate: 150,
    expect: { right: 0.3, reasons: ['model-contradicted', 'unconfirmed', 'already-answered'] },
  },
  {
    name: 'netty',
    start: netty(1, 'same'),
    habits: ['order'],
    expect: NETTY,
    missing: missingNetty,
  },
  {
    name: 'netty, three loops',
    start: netty(3, 'same'),
    habits: ['order'],
    expect: NETTY,
    missing: missingNetty,
  },
  {
    name: 'netty, calls on other loops',
    start: netty(2, 'other'),
    habits: ['order'],
    expect: CONTRADICTED,
    missing: missingNetty,
  },
]

export const ROWS: readonly Row[] = [
  ...THREADS,
  ...STORES,
  ...PROXIES,
  ...NODE,
  ...NODE_VERSIONS,
  ...PYTHON_LOOPS,
  ...JAVA_LOOPS,
  ...TOKIO,
  ...WEB_SERVERS,
]

export function rowNamed(name: string): Row {
  const row = ROWS.find((candidate) => candidate.name === name)
  if (!row) throw new Error(`no row is named '${name}'`)
  return row
}
