import { join } from 'node:path'
import { type Collector, startCollector } from '../../test/support/collector/collector.ts'
import { type Agent, type Counts, startAgent } from '../../test/support/system/agent.ts'
import { Stage } from '../../test/support/system/apps.ts'
import { eventually, freePorts, type Program } from '../../test/support/system/program.ts'
import { type Hop, judge, type Verdict } from './judge.ts'
import { busy, LEAVE_OUT, type Load, leaveOut, loadOf, startLoad, tell } from './load.ts'
import { type Loss, withLosses } from './planted-losses.ts'
import type { Manner, Row } from './row.ts'
import { SpansFile } from './spans-file.ts'
import { startCallee } from './systems.ts'

/** Parents are decided 0.3 s after the answer, and what cannot be decided ten seconds later. */
const DECIDED_MS = 12_000
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
  readonly file: SpansFile
  /** The events, if they are played again. */
  readonly recording: string
}

export async function runRow(row: Row, manner: Manner): Promise<Outcome> {
  const stage = new Stage()
  try {
    const [down] = await freePorts(1)
    const ports = await portsInARow(row.habits.length)
    const delay = (row.delay ?? ((inFlight) => inFlight))(manner.inFlight)
    const callee = await (row.callee ?? startCallee)(stage, down!, delay)
    await row.start(stage, ports[0]!, down!)
    const folder = stage.folder()
    const file = new SpansFile(join(folder, 'spans'))
    const recording = join(folder, 'events')
    const running = { stage, row, manner, ports, down: down!, file, recording }
    const { agent, collector, loads, ready } = await underLoad(running)
    const calls = await callee.stop()
    const hops = hopsOf(running, loads, calls)
    const isCounted = sinceReady(loads, manner.late ? ready : 0)
    await settled(running, hops, isCounted)
    const counts = await agent.stop()
    await collector?.stop()
    const spans = collector ? collector.spans() : file.spans()
    const losses: Loss[] = []
    for (const share of manner.losses)
      losses.push(...(await withLosses(stage, recording, share, hops, isCounted)))
    return {
      verdict: judge(spans, hops, isCounted),
      counts,
      said: agent.program.stderr,
      failed: loads.reduce((sum, load) => sum + load.failed, 0),
      contradictions: contradictionsIn(counts),
      losses,
    }
  } finally {
    await stage.stop()
  }
}

/** Until every span is there, or nothing is waited for any more. */
async function settled(
  { manner, file }: Running,
  hops: readonly Hop[],
  isCounted: (tag: string) => boolean,
): Promise<void> {
  const wanted = hops.reduce(
    (sum, { asked, callers }) => sum + asked.length * (callers.length > 0 ? 2 : 1),
    0,
  )
  const allThere = () => {
    const { servers, clients } = judge(file.spans(), hops, isCounted)
    return servers.found === servers.happened && clients.found === clients.happened
  }
  // How many there are of what began before a late agent, nobody knows.
  if (manner.late) await eventually(allThere, DECIDED_MS, 1000)
  else await eventually(() => file.count() >= wanted, DECIDED_MS, 100)
}

interface UnderLoad {
  readonly agent: Agent
  readonly collector: Collector | undefined
  readonly loads: readonly Load[]
  /** When the agent saw everything, Unix ms. */
  readonly ready: number
}

async function underLoad(running: Running): Promise<UnderLoad> {
  const { stage, manner } = running
  const collector = manner.collector ? await startCollector(stage) : undefined
  const early = manner.late ? undefined : await agentOf(running, collector)
  const loads = startLoads(running)
  if (manner.late) await Promise.all(loads.map(busy))
  const agent = early ?? (await agentOf(running, collector, leaveOut(loads)))
  const ready = performance.timeOrigin + performance.now()
  if (manner.late) loads.forEach(tell)
  const ended = await Promise.all(loads.map(loadOf))
  return { agent, collector, loads: ended, ready }
}

function agentOf(
  { stage, manner, ports, down, file, recording }: Running,
  collector: Collector | undefined,
  flags: readonly string[] = [],
) {
  return startAgent(stage, {
    hooks: manner.hooks,
    ports: [...ports, down],
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

/** As many ports, one after the other, as there are listeners. */
async function portsInARow(count: number): Promise<number[]> {
  const [first] = await freePorts(1)
  return Array.from({ length: count }, (_, i) => first! + i)
}
