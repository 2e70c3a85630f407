import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type Hop, judge, type Verdict } from '../../bench/truth/judge.ts'
import { type Asked, busy, leaveOut, loadOf, startLoad, tell } from '../../bench/truth/load.ts'
import { SpansFile } from '../../bench/truth/spans-file.ts'
import { nginx, node, pythonPostgresql, pythonRedis } from '../../bench/truth/systems.ts'
import { type Counts, startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { noteLies } from '../support/system/lies.ts'
import { startPostgresql } from '../support/system/postgresql.ts'
import { eventually, freePorts, type Program } from '../support/system/program.ts'
import { startRedis } from '../support/system/redis.ts'

/** Requests at a time, each on a connection of its own, and three times a second. */
const PROXIED = 44
const QUERYING = 20
const COUNTING = 20
const POOL = 20
const A_SECOND = 3
/** nginx, Node and Python; Python and PostgreSQL; Python and Redis. */
const CONNECTIONS = 3 * PROXIED + QUERYING + POOL + 2 * COUNTING
/** Requests of each load after the agent came the second time. */
const REQUESTS = 120
/** Spans that the first agent has to have shown before it is ended. */
const FIRST_SPANS = 1500
const FOUND = 0.99
const TAGS_APART = 1_000_000
const DECIDED_MS = 15_000
/** A busy machine makes it long. */
const LIMIT_S = 300
const CALLS = [1, 2]

const stage = new Stage()
afterEach(() => stage.stop())

interface System {
  /** Of all servers. */
  readonly ports: readonly number[]
  startLoads(): Program[]
  /** Who is asked for what, if the loads asked for these tags. */
  hops(tags: readonly (readonly string[])[]): Hop[]
}

async function start(): Promise<System> {
  const ports = await freePorts(7)
  const [proxy, middle, back, querying, sql, counting, store] = ports as Seven
  await Promise.all([
    startPostgresql(stage, sql),
    startRedis(stage, store),
    stage.server(python('python_threads.py', back), back),
    node()(stage, middle, back),
    nginx(1)(stage, proxy, middle),
  ])
  await Promise.all([
    pythonPostgresql('threads', POOL)(stage, querying, sql),
    pythonRedis()(stage, counting, store),
  ])
  return {
    ports,
    startLoads: () => [
      load(proxy, 'kept', PROXIED, 0),
      load(querying, 'query', QUERYING, 1),
      load(counting, 'count', COUNTING, 2),
    ],
    hops: ([kept, query, count]) => [
      { port: proxy, callers: [], asked: paths('kept', kept!) },
      { port: middle, callers: [proxy], asked: paths('kept', kept!) },
      { port: back, callers: [middle], asked: calls(kept!) },
      { port: querying, callers: [], asked: paths('query', query!) },
      { port: sql, callers: [querying], asked: calls(query!) },
      { port: counting, callers: [], asked: paths('count', count!) },
      { port: store, callers: [counting], asked: calls(count!) },
    ],
  }
}

type Seven = [number, number, number, number, number, number, number]

function load(port: number, word: string, atATime: number, which: number): Program {
  const from = String(1 + which * TAGS_APART)
  const limit = ['--deadline', String(LIMIT_S)]
  const pace = ['--rate', String(A_SECOND * atATime), '--together', String(atATime)]
  return startLoad(stage, port, word, `${atATime}:${REQUESTS}`, [
    '--told',
    '--from',
    from,
    ...pace,
    ...limit,
  ])
}

function paths(word: string, tags: readonly string[]): string[] {
  return tags.map((tag) => `/${word}/${tag}`)
}

function calls(tags: readonly string[]): string[] {
  return tags.flatMap((tag) => CALLS.map((number) => `/call/${tag}/${number}`))
}

interface Watched {
  readonly file: SpansFile
  /** From when on it saw everything, and until when, Unix ms. */
  readonly from: number
  readonly to: number
  readonly counts: Counts
}

const now = () => performance.timeOrigin + performance.now()

/** An agent from its start until `isOver`. */
async function watch(
  { ports }: System,
  loads: readonly Program[],
  isOver: (file: SpansFile, from: number) => Promise<unknown>,
): Promise<Watched> {
  const file = new SpansFile(join(stage.folder(), 'spans'))
  const flags = [...leaveOut(loads), '--query-text', 'raw']
  const agent = await startAgent(stage, { ports, flags, stdoutFile: file.path })
  const from = now()
  await isOver(file, from)
  const to = now()
  return { file, from, to, counts: await agent.stop() }
}

/** What was asked and answered while it watched has to be there; wrong is what is wrong of any. */
function verdictOf(
  system: System,
  watched: Pick<Watched, 'file' | 'from' | 'to'>,
  asked: readonly (readonly Asked[])[],
) {
  const { file, from, to } = watched
  const counted = new Set(
    asked.flatMap((requests) =>
      requests.filter(({ began, ended }) => began > from && ended < to).map(({ tag }) => tag),
    ),
  )
  const hops = system.hops(asked.map((requests) => requests.map(({ tag }) => tag)))
  return judge(file.spans(), hops, (tag) => counted.has(tag))
}

/** What other work of the host made the kernel side lose may be missing. */
function expectWell(verdict: Verdict, counts: Counts): void {
  const lost = Object.values(counts['underspan.lost'] ?? {}).reduce((sum, count) => sum + count, 0)
  const { servers, clients, inProcess, across, wrong, absent } = verdict
  const lies = lost > 0 ? wrong - absent : wrong
  if (lies > 0) noteLies(verdict.lies)
  expect(lies, verdict.lies[0]).toBe(0)
  expect(servers.happened).toBeGreaterThan(0)
  expect(servers.found).toBeGreaterThanOrEqual(FOUND * servers.happened - lost)
  expect(clients.found).toBeGreaterThanOrEqual(FOUND * clients.happened - lost)
  expect(inProcess.right).toBeGreaterThanOrEqual(FOUND * inProcess.total - lost)
  expect(across.right).toBeGreaterThanOrEqual(FOUND * across.total - lost)
}

test(
  `started, and started again, amid ${CONNECTIONS} busy connections`,
  async () => {
    const system = await start()
    const loads = system.startLoads()
    await Promise.all(loads.map(busy))
    const first = await watch(system, loads, (file) =>
      eventually(() => file.count() > FIRST_SPANS, DECIDED_MS, 50),
    )
    let asked: readonly (readonly Asked[])[] = []
    const second = await watch(system, loads, async (file, from) => {
      for (const one of loads) tell(one)
      const ended = await Promise.all(loads.map(loadOf))
      expect(ended.map(({ failed }) => failed)).toEqual([0, 0, 0])
      asked = ended.map(({ requests }) => requests)
      const isThere = () => {
        const { servers, clients } = verdictOf(system, { file, from, to: now() }, asked)
        return servers.found === servers.happened && clients.found === clients.happened
      }
      await eventually(isThere, DECIDED_MS, 500)
    })
    for (const watched of [first, second])
      expectWell(verdictOf(system, watched, asked), watched.counts)
  },
  LIMIT_S * 1000,
)
