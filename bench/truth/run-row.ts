import { join } from 'node:path'
import { type Collector, startCollector } from '../../test/support/collector/collector.ts'
import { type Agent, type Counts, startAgent } from '../../test/support/system/agent.ts'
import { Stage } from '../../test/support/system/apps.ts'
import {
  eventually,
  freePorts,
  freePortsInARow,
  type Program,
} from '../../test/support/system/program.ts'
import { type Hop, judge, type Verdict } from './judge.ts'
import { busy, LEAVE_OUT, type Load, leaveOut, loadOf, startLoad, tell } from './load.ts'
import { type Loss, withLosses } from './planted-losses.ts'
import type { Callee, Manner, Row } from './row.ts'
import { SpansFile } from './spans-file.ts'
import { startCallee } from './systems.ts'

/** Parents are decided 0.3 s after the answer, and what cannot be decided ten seconds later. */
const DECIDED_MS = 12_000
/** No span for so long: what is left waits for the end. */
const QUIET_MS = 2000
const DEADLINE_S = 240
/** Tags of several listeners do not meet. */
const TAGS_APART = 10_000_000

const WITH_TRACEFS = [
  ...['unshare', '--mount', 'sh', '-c'],
  'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"',
  'sh',
]

export interface Outcome {
  readonly verdict: Verdict
  readonly counts: Counts
  /** What the agent said on standard error. */
  readonly said: string
  /** Requests that the load did not get a right answer to. */
  readonly failed: number
  /** Of the answers that could be told, those that contradict the model. */
  readonly contradictions: number
  /** What is made of it when events are missing, if that was asked for. */
  readonly losses: readonly Loss[]
}

interface Running {
  readonly stage: Stage
  readonly row: Row
  readonly manner: Manner
  readonly ports: readonly number[]
  readonly down: number
  readonly callee: Callee
}

export async function runRow(row: Row, manner: Manner): Promise<Outcome> {
  const [outcome] = await runRows([row], manner)
  return outcome!
}

/** With one agent for all; their loads come one after the other, and beside those at a given rate. */
export async function runRows(rows: readonly Row[], manner: Manner): Promise<Outcome[]> {
  const stage = new Stage()
  try {
    const all = await Promise.all(rows.map((row) => start(stage, row, manner)))
    const folder = stage.folder()
    const file = new SpansFile(join(folder, 'spans'))
    const recording = join(folder, 'events')
    const watching = { stage, all, manner, file, recording }
    const { agent, collector, loads, ready } = await underLoad(watching)
    const calls = await Promise.all(all.map(({ callee }) => callee.stop()))
    const judged = all.map((running, i) => ({
      hops: hopsOf(running, loads[i]!, calls[i]!),
      isCounted: sinceReady(loads[i]!, ready),
      failed: loads[i]!.reduce((sum, load) => sum + load.failed, 0),
    }))
    await settled(manner, file, judged)
    const counts = await agent.stop()
    await collector?.stop()
    const spans = collector ? collector.spans() : file.spans()
    const outcomes: Outcome[] = []
    for (const { hops, isCounted, failed } of judged) {
      const losses: Loss[] = []
      for (const share of manner.losses)
        losses.push(...(await withLosses(stage, recording, share, hops, isCounted)))
      outcomes.push({
        verdict: judge(spans, hops, isCounted),
        counts,
        said: agent.program.stderr,
        failed,
        contradictions: contradictionsIn(counts),
        losses,
      })
    }
    return outcomes
  } finally {
    await stage.stop()
  }
}

async function start(stage: Stage, row: Row, manner: Manner): Promise<Running> {
  const [down] = await freePorts(1)
  const ports = await freePortsInARow(row.habits.length)
  const delay = (row.delay ?? ((inFlight) => inFlight))(manner.inFlight)
  const callee = await (row.callee ?? startCallee)(stage, down!, delay)
  await row.start(stage, ports[0]!, down!)
  return { stage, row, manner, ports, down: down!, callee }
}

interface Judged {
  readonly hops: readonly Hop[]
  readonly isCounted: (tag: string) => boolean
}

/** Until every span is there, or nothing is waited for any more. */
async function settled(manner: Manner, file: SpansFile, all: readonly Judged[]): Promise<void> {
  const hops = all.flatMap((judged) => judged.hops)
  const wanted = hops.reduce(
    (sum, { asked, callers }) => sum + asked.length * (callers.length > 0 ? 2 : 1),
    0,
  )
  const allThere = () =>
    all.every((judged) => {
      const { servers, clients } = judge(file.spans(), judged.hops, judged.isCounted)
      return servers.found === servers.happened && clients.found === clients.happened
    })
  // How many there are of what began before a late agent, nobody knows.
  if (manner.late) await eventually(() => isQuiet(file) || allThere(), DECIDED_MS, QUIET_MS)
  else await eventually(() => file.count() >= wanted, DECIDED_MS, 100)
}

/** None has come since the last look. */
function isQuiet(file: SpansFile): boolean {
  const before = file.lines
  return file.count() === before
}

interface UnderLoad {
  readonly agent: Agent
  readonly collector: Collector | undefined
  /** Of each row, those of its listeners. */
  readonly loads: readonly (readonly Load[])[]
  /** When the agent saw everything, Unix ms; 0: it was there first. */
  readonly ready: number
}

interface Watching {
  readonly stage: Stage
  readonly all: readonly Running[]
  readonly manner: Manner
  readonly file: SpansFile
  /** The events, if they are played again. */
  readonly recording: string
}

async function underLoad(watching: Watching): Promise<UnderLoad> {
  const { stage, all, manner } = watching
  const collector = manner.collector ? await startCollector(stage) : undefined
  if (!manner.late) {
    const agent = await startOne(watching, collector)
    return { agent, collector, loads: await inTurn(all), ready: 0 }
  }
  const programs = all.map(startLoads)
  await Promise.all(programs.flat().map(busy))
  const agent = await startOne(watching, collector, leaveOut(programs.flat()))
  const ready = performance.timeOrigin + performance.now()
  programs.flat().forEach(tell)
  const loads = await Promise.all(programs.map((some) => Promise.all(some.map(loadOf))))
  return { agent, collector, loads, ready }
}

/** Those at a given rate leave room for others. */
async function inTurn(all: readonly Running[]): Promise<Load[][]> {
  const ofRow = (running: Running) => Promise.all(startLoads(running).map(loadOf))
  const paced = new Map(
    all.filter(({ row }) => row.rate).map((running) => [running, ofRow(running)] as const),
  )
  const loads: Load[][] = []
  for (const running of all) loads.push(await (paced.get(running) ?? ofRow(running)))
  return loads
}

function startOne(
  { stage, all, manner, file, recording }: Watching,
  collector: Collector | undefined,
  flags: readonly string[] = [],
): Promise<Agent> {
  return startAgent(stage, {
    hooks: manner.hooks,
    ports: all.flatMap(({ ports, down }) => [...ports, down]),
    flags: [...LEAVE_OUT, ...flags, '--query-text', 'raw'],
    stdoutFile: file.path,
    ...(collector ? { endpoint: collector.endpoint } : {}),
    ...(manner.tracefs ? { inside: WITH_TRACEFS } : {}),
    ...(manner.losses.length > 0 ? { command: ['record', recording] } : {}),
  })
}

function startLoads({ stage, row, manner, ports }: Running): Program[] {
  const { inFlight } = manner
  const requests = Math.min(manner.requests, row.most ?? manner.requests)
  const phases = row.phases?.(requests, inFlight) ?? `${row.together ?? inFlight}:${requests}`
  return ports.map((port, i) =>
    startLoad(stage, port, row.habits[i]!, phases, [
      ...['--from', String(1 + i * TAGS_APART), '--deep', String(row.deep ?? 1)],
      ...['--rate', String(row.rate ?? 0), '--together', String(row.together ?? 1)],
      ...['--deadline', String(DEADLINE_S), ...(manner.late ? ['--told'] : [])],
    ]),
  )
}

function hopsOf({ row, ports, down }: Running, loads: readonly Load[], calls: readonly string[]) {
  const fronts: Hop[] = ports.map((port, i) => ({
    port,
    callers: [],
    asked: loads[i]!.requests.map(({ tag }) => `/${row.habits[i]}/${tag}`),
  }))
  return [...fronts, { port: down, callers: ports, asked: calls }]
}

/** Tags whose requests began when the agent was there. */
function sinceReady(loads: readonly Load[], ready: number): (tag: string) => boolean {
  if (ready === 0) return () => true
  const tags = new Set<string>()
  for (const { requests } of loads)
    for (const { tag, began } of requests) if (began > ready) tags.add(tag)
  return (tag) => tags.has(tag)
}

function contradictionsIn(counts: Counts): number {
  const { confirmed = 0, contradicted = 0 } = counts['underspan.answers'] ?? {}
  return contradicted / Math.max(1, confirmed + contradicted)
}
