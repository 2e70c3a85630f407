import { readFileSync } from 'node:fs'
import { StartupError } from '../base/errors.ts'
import type { SystemClock } from '../base/system-clock.ts'
import { type MonotonicNs, MS, SECOND } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import { Dispatcher } from '../events/dispatch.ts'
import { type FactLog, Recorder } from '../events/recorder.ts'
import type { RecordingFile } from '../events/recording-file.ts'
import type { Json } from '../events/recording-format.ts'
import { type RedactionRules, Redactor } from '../events/redaction/redactor.ts'
import type { SpanSink } from '../export/exporter.ts'
import type { RequestDurations } from '../export/request-durations.ts'
import { InstanceLock } from '../loader/instance-lock.ts'
import { Kernel } from '../loader/kernel.ts'
import { BurstSize } from '../loader/layout.ts'
import { forbidCoreDumps } from '../loader/native.ts'
import { birthHooks } from '../probes/context-births.ts'
import { FunctionHooks } from '../probes/function-hooks.ts'
import { immediateHooks } from '../probes/immediates.ts'
import { readHost } from '../processes/host.ts'
import { idleTime } from '../processes/idle-time.ts'
import { holdsLoop } from '../processes/loops.ts'
import { type FoundNode, type LoopFunction, NodeIdentities } from '../processes/node-identity.ts'
import { ProcFiles } from '../processes/proc-files.ts'
import { ProcSource } from '../processes/proc-source.ts'
import {
  type ContextFunctions,
  type FoundPython,
  PythonIdentities,
} from '../processes/python-identity.ts'
import { type LiveProcessSource, RecordingProcesses } from '../processes/recorded-processes.ts'
import { runningProcesses } from '../processes/scan.ts'
import { selects } from '../processes/selection.ts'
import { CpuWatch } from '../ring/cpu-watch.ts'
import { Drain } from '../ring/drain.ts'
import { DrainLoop } from '../ring/drain-loop.ts'
import type { EventSink } from '../ring/event-sink.ts'
import type { RingMemory } from '../ring/memory.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Log } from '../telemetry/log.ts'
import { Courtesy } from './courtesy.ts'
import { CpuBudget, type Usage } from './cpu-budget.ts'
import type { Vitals } from './health.ts'
import { IdentityWatch } from './identity-watch.ts'
import { KernelCounts } from './kernel-counts.ts'
import { KernelVerdicts } from './kernel-verdicts.ts'
import { LoopWatch } from './loop-watch.ts'
import { OtherAgents } from './other-agents.ts'
import { Pipeline } from './pipeline.ts'
import { ProcessRecheck } from './process-recheck.ts'
import { Scheduling } from './scheduling.ts'
import type { Readings } from './self-metrics.ts'

/** Beside `dist/` and `src/` alike. */
const OBJECT = new URL('../../bpf/underspan.bpf.o', import.meta.url)

const HOUSEKEEPING_MS = 250

export interface LiveParts {
  readonly config: Config
  readonly clock: SystemClock
  readonly counters: Counters
  readonly log: Log
  readonly sink: SpanSink
  readonly seed: number
  readonly durations?: RequestDurations | undefined
  /** The events are also written there. */
  readonly recording?: RecordingFile | undefined
}

/** The agent on a live kernel: hooks attached, rings drained, stages connected. */
export class LiveAgent {
  readonly kernel: Kernel
  readonly pipeline: Pipeline
  readonly processes: LiveProcessSource
  readonly loops: LoopWatch
  readonly births: FunctionHooks<ContextFunctions>
  readonly identities: IdentityWatch
  readonly #parts: LiveParts
  readonly #lock: InstanceLock
  readonly #files = new ProcFiles()
  readonly #counts: KernelCounts
  readonly #drain: Drain
  readonly #drainLoop: DrainLoop
  readonly #cpus: CpuWatch
  readonly #others: OtherAgents
  readonly #recorder: Recorder | undefined
  readonly #recheck: ProcessRecheck
  readonly #budget: CpuBudget
  readonly #scheduling: Scheduling
  readonly #courtesy: Courtesy
  #housekeeping: NodeJS.Timeout | undefined
  #phase: Vitals['phase'] = 'starting'

  constructor(parts: LiveParts) {
    const { config, clock, counters, log, sink, seed, recording, durations } = parts
    this.#parts = parts
    this.#budget = new CpuBudget(config.cpuLimit)
    this.#scheduling = new Scheduling(config.cpuLimit !== Number.POSITIVE_INFINITY)
    this.#courtesy = new Courtesy(this.#scheduling)
    requireProc(this.#files)
    this.#lock = InstanceLock.take(config.instance)
    forbidCoreDumps() // what the agent has read of other processes must not end up in a file
    this.kernel = loadKernel(config, clock)
    const running = () => this.#lock.others()
    this.#others = new OtherAgents({ running, ignored: this.kernel.ignored })
    const host = readHost()
    const onBug = (error: unknown) => log.error('bug', bugText(error))
    const facts: FactLog = { fact: (name, value) => this.#recorder?.fact(name, value) }
    const source = new ProcSource({ suspended: clock.suspended(), host: host.name })
    this.processes = recording ? new RecordingProcesses(source, facts, !config.showSecrets) : source
    this.#recheck = new ProcessRecheck(this.processes, (tgid, serves) =>
      this.#learn(serves === 'segments' ? 'work-moves' : 'threads-shared', tgid),
    )
    this.loops = this.#watchLoops()
    this.births = this.#seeBirths()
    this.identities = this.#watchIdentities(source)
    this.pipeline = new Pipeline({
      config,
      clock,
      host,
      processes: this.processes,
      counters,
      sink,
      seed,
      durations,
      verdicts: new KernelVerdicts(this.kernel),
      onTraced: (socket, now) => {
        this.loops.process(socket.tgid, now)
        this.identities.traced(socket.tgid, now)
        this.#recheck.add(socket)
      },
      onLeftOut: (tgid) => this.kernel.ignored.add(tgid),
      onGone: (tgid) => this.#forget(tgid),
      onStarted: (tgid, now) => this.identities.started(tgid, now),
    })
    this.#counts = new KernelCounts(this.kernel.stats, () => this.kernel.missedRuns(), counters)
    const dispatcher = new Dispatcher(this.pipeline, counters, onBug)
    const redactor = config.showSecrets ? undefined : new Redactor(redactionRules(config))
    this.#recorder =
      recording && new Recorder(dispatcher, recording, redactor, (id) => this.pipeline.wanted(id))
    const { rings, onlineCpus } = this.kernel
    const open = onlineCpus().flatMap((cpu) => rings.open(cpu) ?? [])
    this.#drain = this.#drainOf(open, this.#recorder ?? dispatcher)
    this.#drainLoop = new DrainLoop(this.#drain, this.kernel.wake)
    const cpus = open.map((ring) => ring.cpu)
    this.#cpus = new CpuWatch(this.#drain, rings, cpus, onlineCpus)
  }

  #drainOf(rings: readonly RingMemory[], sink: EventSink): Drain {
    const { clock, counters } = this.#parts
    const { bursts, flusher } = this.kernel
    const counter = counters.transport
    return new Drain({ rings, bursts, flusher, sink, clock, start: clock.origin, counter })
  }

  /** The wall clock moved against the agent's. */
  offset(offset: bigint, at: MonotonicNs): void {
    this.#recorder?.offset(offset, at)
  }

  start(): void {
    const { config } = this.#parts
    for (const port of config.exclude.ports) this.kernel.portMarks.leaveAlone(port, true)
    for (const port of config.select.ports) this.kernel.portMarks.sendUnrecognised(port, true)
    this.#others.look()
    this.#findLoops() // it takes a while, in which nobody would empty the rings
    this.#drainLoop.start()
    this.kernel.attach()
    this.#phase = 'reading'
    this.#keepBudget(this.#parts.clock.now())
    this.#scheduling.yield(true)
    this.#housekeeping = setInterval(() => this.#housekeep(), HOUSEKEEPING_MS)
  }

  get vitals(): Vitals {
    const { turnedAt } = this.#drain
    return { phase: this.#phase, turnedAt, hooks: this.kernel.attached().length }
  }

  /** Counts of the kernel side come every quarter of a second; these are read now. */
  get readings(): Omit<Readings, 'waitingSpans'> {
    const { traces, connections } = this.#budget.shares
    return {
      cpu: process.cpuUsage(),
      memory: process.memoryUsage.rss(),
      readBytes: this.#drain.bytes,
      openExchanges: this.pipeline.exchanges.open,
      tracesKept: traces,
      connectionsRead: connections,
      maps: this.kernel.maps(),
      programs: this.kernel.programs(),
    }
  }

  /** Hands on everything that was seen; the hooks go with the process or with `close`. */
  async stop(): Promise<void> {
    this.#phase = 'stopping'
    this.#scheduling.close() // what is left to do is short
    this.#lock.ending()
    clearInterval(this.#housekeeping)
    await this.#drainLoop.stop()
    this.#counts.read(true)
    await this.#recorder?.end()
    this.pipeline.finish()
  }

  async close(): Promise<void> {
    await this.kernel.close()
    this.#lock.release()
  }

  #watchIdentities(source: ProcSource): IdentityWatch {
    const { config, counters } = this.#parts
    const python = new PythonIdentities(this.#files)
    const node = new NodeIdentities(this.#files)
    const immediates = this.#seeImmediates()
    return new IdentityWatch({
      find: (tgid) => python.of(tgid) ?? node.of(tgid),
      mayBeTraced: (tgid) => selects(source.of(tgid, 0, ''), config.select, config.exclude),
      read: (tgid, identity) =>
        'asyncIds' in identity
          ? this.#readAsyncIds(tgid, identity, immediates)
          : this.#readContexts(tgid, identity),
      stopReading: (tgid) => {
        this.births.detach(tgid)
        immediates.detach(tgid)
        this.kernel.activities.remove(tgid)
      },
      counter: counters.identities,
    })
  }

  #watchLoops(): LoopWatch {
    return new LoopWatch({
      holdsLoop: (tgid) => holdsLoop(this.#files, tgid),
      attach: () => this.#attachLoopHooks(),
      detach: () => void this.kernel.detachLoopHooks(),
      seenSince: (tgid, since) => this.#learn('waits-seen', [tgid, since]),
    })
  }

  #readContexts(tgid: number, identity: FoundPython): boolean {
    if (!this.kernel.activities.python(tgid, identity)) return false
    this.births.attach(tgid, identity.functions)
    return true
  }

  #readAsyncIds(
    tgid: number,
    identity: FoundNode,
    immediates: FunctionHooks<LoopFunction>,
  ): boolean {
    if (!this.kernel.activities.node(tgid, identity)) return false
    immediates.attach(tgid, identity.immediates)
    return true
  }

  #seeImmediates(): FunctionHooks<LoopFunction> {
    const { kernel } = this
    return new FunctionHooks({
      hooksOf: immediateHooks,
      attach: (hooks) => kernel.attachFunctions(hooks),
      detach: (hooks) => kernel.detachFunctions(hooks),
      counter: this.#parts.counters.immediates,
    })
  }

  #seeBirths(): FunctionHooks<ContextFunctions> {
    const { kernel } = this
    return new FunctionHooks({
      hooksOf: birthHooks,
      attach: (hooks) => kernel.attachFunctions(hooks),
      detach: (hooks) => kernel.detachFunctions(hooks),
      count: (processes) => {
        kernel.activities.births = processes
      },
      counter: this.#parts.counters.births,
    })
  }

  /** Without them nothing that a thread of such a process did proves anything, so no time is their start. */
  #attachLoopHooks(): MonotonicNs {
    try {
      this.kernel.attachLoopHooks()
      return this.#parts.clock.now()
    } catch (error) {
      this.#parts.log.warn('loops-unseen', error instanceof Error ? error.message : String(error))
      return Number.MAX_SAFE_INTEGER as MonotonicNs
    }
  }

  /** Loops that run already are watched before the first event of theirs is judged. */
  #findLoops(): void {
    const now = this.#parts.clock.now()
    for (const { tgid } of runningProcesses(this.#files)) {
      if (tgid === process.pid || !holdsLoop(this.#files, tgid)) continue
      this.loops.process(tgid, now)
      this.identities.present(tgid, now)
    }
    this.loops.tick(now)
  }

  #housekeep(): void {
    const now = this.#parts.clock.now()
    this.#keepBudget(now)
    this.#courtesy.look(now, this.#drain.fullest, this.#budget.isSpare)
    this.loops.tick(now)
    this.identities.tick(now)
    this.#cpus.look()
    this.#others.look()
    this.#recheck.tick(now)
    if (!this.#counts.read()) return
    this.#learn('events-lost', now)
    this.#parts.log.warn('events-lost', `${this.#parts.counters.lost.total()} since the start`)
  }

  /** Traces that begin from now on are kept or not by the CPU that the agent used. */
  #keepBudget(now: MonotonicNs): void {
    const shares = this.#budget.look(now, this.#usage(now))
    if (shares === undefined) return
    const { traces, connections } = shares
    this.#learn('shares', [traces, connections, now])
    const { cores, allowed } = this.#budget
    const used = `${cores.toFixed(2)} of ${allowed.toFixed(2)} cores used`
    const { log } = this.#parts
    const kept = `${percent(traces)} of traces are kept`
    if (connections < 1)
      log.warn(
        'connections-shed',
        `${used}: ${percent(connections)} of connections are read, ${kept}`,
      )
    else if (traces < 1) log.warn('traces-thinned', `${used}: ${kept}`)
    else log.info('traces-whole', `${used}: all traces are kept again`)
  }

  #usage(now: MonotonicNs): Usage {
    const { user, system } = process.cpuUsage()
    const { idleUs, processors } = idleTime() ?? { idleUs: now / 1000, processors: 1 }
    const { delivered, fullest } = this.#drain
    return { usedUs: user + system, idleUs, processors, events: delivered, waiting: fullest }
  }

  #forget(tgid: number): void {
    this.loops.exited(tgid)
    this.identities.exited(tgid)
    this.#recheck.exited(tgid)
    if (!this.#others.has(tgid)) this.kernel.ignored.remove(tgid)
  }

  #learn(name: string, value: Json): void {
    this.#recorder?.fact(name, value)
    this.pipeline.learn(name, value)
  }
}

function loadKernel(config: Config, clock: SystemClock): Kernel {
  return new Kernel({
    object: readFileSync(OBJECT),
    hooks: config.hooks,
    libbpf: config.libbpf,
    btf: config.btf,
    agentStart: Number(clock.origin),
    // A connection may begin with many messages in one operation (HTTP/2), and nobody has spoken yet.
    payloadLimit: BurstSize.payloadMax,
  })
}

function requireProc(files: ProcFiles): void {
  if (files.tgids().length > 0) return
  throw new StartupError(
    'NO_PROC',
    'no process can be seen in /proc: it is not mounted, or hides them (hidepid)',
    'Mount it: mount -t proc proc /proc; in a container, share the process namespace of the host (--pid=host).',
  )
}

/** Values that spans would not show are not in the recording either. */
function redactionRules(config: Config): RedactionRules {
  return { keepBodies: false, keepQueries: config.urlQuery === 'show' }
}

function percent(part: number): string {
  return `${(part * 100).toPrecision(2)} %`
}

function bugText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

export const FLUSH_MS = (5 * SECOND) / MS
