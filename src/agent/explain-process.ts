import { setTimeout } from 'node:timers/promises'
import { StartupError } from '../base/errors.ts'
import { SystemClock } from '../base/system-clock.ts'
import { SECOND } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import type { SpanSink } from '../export/exporter.ts'
import type { ReadableSpan } from '../export/sdk.ts'
import { ProcFiles } from '../processes/proc-files.ts'
import type { Process } from '../processes/process.ts'
import { selects } from '../processes/selection.ts'
import type { Socket } from '../sockets/socket.ts'
import { NETWORK_LOCAL_PORT, NETWORK_PEER_ADDRESS, NETWORK_PEER_PORT } from '../spans/attributes.ts'
import { Counters } from '../telemetry/counters.ts'
import { Log } from '../telemetry/log.ts'
import { standardError } from '../telemetry/standard-error.ts'
import {
  type ExplainedSocket,
  type Explanation,
  explainHooks,
  explainIdentity,
  explainModel,
} from './explanation.ts'
import { LiveAgent } from './live-agent.ts'

const LOOK_MS = 100

export interface ExplainOptions {
  readonly stop: AbortSignal
  readonly seconds: number
  /** Called when the hooks are attached: from now on it sees what the process does. */
  readonly onAttached: () => void
}

/** Watches one process for a while with hooks of its own. */
export async function explainProcess(
  config: Config,
  pid: number,
  { stop, seconds, onAttached }: ExplainOptions,
): Promise<Explanation> {
  if (new ProcFiles().list(pid, 'task').length === 0) throw noProcess(pid)
  const clock = new SystemClock()
  const counters = new Counters()
  const log = new Log({
    level: config.logLevel,
    clock,
    write: standardError(),
  })
  const sockets = new SocketNotes(pid)
  const only = {
    ...config,
    instance: `explain-${process.pid}`,
    select: { ports: [], pids: [pid], executables: [], commands: [], containers: [] },
    exclude: { ports: [], pids: [], executables: [], commands: [], containers: [] },
  }
  const agent = new LiveAgent({ config: only, clock, counters, log, sink: sockets, seed: 1 })
  agent.start()
  onAttached()
  const until = clock.now() + seconds * SECOND
  while (clock.now() < until && !stop.aborted) {
    await setTimeout(LOOK_MS, undefined, { signal: stop }).catch(() => {}) // stopped: that is all
    sockets.look(agent)
  }
  sockets.look(agent)
  await agent.stop()
  const told = agent.processes.of(pid, 0, '')
  const explanation = { ...explain(config, told, agent, counters), sockets: sockets.list() }
  await agent.close()
  return explanation
}

function explain(
  config: Config,
  told: Process,
  agent: LiveAgent,
  counters: Counters,
): Omit<Explanation, 'sockets'> {
  const { correlator } = agent.pipeline
  const state = correlator.process(told.tgid)
  const threads = correlator.threadsOf(told.tgid)
  const answers = threads.loops > 0 ? state?.loopAnswers : state?.answers
  const { confirmed = 0, contradicted = 0, unknown = 0 } = answers ?? {}
  return {
    process: told,
    leftOut: selects(told, config.select, config.exclude) ? '' : 'the selection leaves it out',
    hooks: explainHooks(agent.kernel.plan, agent.kernel.attached()),
    model: explainModel(told, threads, answers, agent.identities.outcome(told.tgid)),
    // Async ids are part of the model.
    identity: explainIdentity(
      told.language === 'nodejs' ? undefined : agent.identities.outcome(told.tgid),
      agent.births.outcome(told.tgid),
      state?.identity,
    ),
    answers: { confirmed, contradicted, unknown },
    unseen: unseen(agent, counters),
  }
}

function unseen(agent: LiveAgent, counters: Counters): string[] {
  const sentences: string[] = []
  const lost = counters.lost.total()
  if (lost > 0) sentences.push(`${lost} events were lost on the way (the rings were full)`)
  for (const [reason, count] of counters.uncaptured.entries()) {
    if (count > 0 && reason !== 'limit' && reason !== 'verdict')
      sentences.push(`${count} operations on this host without their bytes: ${reason}`)
  }
  if (!agent.loops.attached)
    sentences.push("the ends of loops' turns: no traced process runs a loop")
  return sentences
}

/** What was seen of the process's sockets; most are gone when the watching ends. */
class SocketNotes implements SpanSink {
  readonly #pid: number
  readonly #notes = new Map<string, ExplainedSocket>()
  readonly #exchanges = new Map<string, number>()

  constructor(pid: number) {
    this.#pid = pid
  }

  look(agent: LiveAgent): void {
    const { exchanges } = agent.pipeline
    for (const socket of exchanges.sockets.values()) {
      if (socket.tgid !== this.#pid) continue
      const protocol = exchanges.protocolOf(socket)?.name ?? ''
      const key = keyOf(socket.localPort, socket.remoteAddress, socket.remotePort)
      this.#notes.set(key, {
        ...endsOf(socket),
        role: socket.role,
        protocol,
        exchanges: 0,
        note: noteOf(socket),
      })
    }
  }

  accept(span: ReadableSpan): void {
    const { attributes } = span
    const key = keyOf(
      attributes[NETWORK_LOCAL_PORT],
      attributes[NETWORK_PEER_ADDRESS],
      attributes[NETWORK_PEER_PORT],
    )
    this.#exchanges.set(key, (this.#exchanges.get(key) ?? 0) + 1)
  }

  async flush(): Promise<void> {}

  async shutdown(): Promise<void> {}

  list(): ExplainedSocket[] {
    return [...this.#notes].map(([key, note]) => ({
      ...note,
      exchanges: this.#exchanges.get(key) ?? 0,
    }))
  }
}

function keyOf(local: unknown, address: unknown, port: unknown): string {
  return `${local ?? 0} ${address ?? ''} ${port ?? 0}`
}

function endsOf(socket: Socket): { local: string; remote: string } {
  if (socket.transport === 'unix') return { local: `unix ${socket.inode}`, remote: 'unix' }
  return {
    local: `${socket.localAddress}:${socket.localPort}`,
    remote: `${socket.remoteAddress}:${socket.remotePort}`,
  }
}

function noteOf(socket: Socket): string {
  return socket.late ? 'was open before the watching began' : ''
}

function noProcess(pid: number): StartupError {
  return new StartupError(
    'BAD_OPTION',
    `there is no process ${pid}`,
    'Give the number of a running process: `pidof nginx`, `pgrep -f shop.py`.',
  )
}
