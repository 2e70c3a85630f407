import { readFileSync } from 'node:fs'
import type { SystemClock } from '../base/system-clock.ts'
import { type MonotonicNs, MS, SECOND } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import { Dispatcher } from '../events/dispatch.ts'
import type { SpanSink } from '../export/exporter.ts'
import { InstanceLock } from '../loader/instance-lock.ts'
import { Kernel } from '../loader/kernel.ts'
import { readHost } from '../processes/host.ts'
import { holdsLoop } from '../processes/loops.ts'
import { ProcFiles } from '../processes/proc-files.ts'
import { ProcSource } from '../processes/proc-source.ts'
import { runningProcesses } from '../processes/scan.ts'
import { Drain } from '../ring/drain.ts'
import { DrainLoop } from '../ring/drain-loop.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Log } from '../telemetry/log.ts'
import { KernelCounts } from './kernel-counts.ts'
import { KernelVerdicts } from './kernel-verdicts.ts'
import { LoopWatch } from './loop-watch.ts'
import { Pipeline } from './pipeline.ts'

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
}

/** The agent on a live kernel: hooks attached, rings drained, stages connected. */
export class LiveAgent {
  readonly kernel: Kernel
  readonly pipeline: Pipeline
  readonly processes: ProcSource
  readonly loops: LoopWatch
  readonly #parts: LiveParts
  readonly #lock: InstanceLock
  readonly #files = new ProcFiles()
  readonly #counts: KernelCounts
  readonly #drainLoop: DrainLoop
  readonly #others = new Set<number>()
  #housekeeping: NodeJS.Timeout | undefined

  constructor(parts: LiveParts) {
    const { config, clock, counters, log, sink, seed } = parts
    this.#parts = parts
    this.#lock = InstanceLock.take(config.instance)
    this.kernel = loadKernel(config, clock)
    const host = readHost()
    this.processes = new ProcSource({ suspended: clock.suspended(), host: host.name })
    this.loops = new LoopWatch({
      holdsLoop: (tgid) => holdsLoop(this.#files, tgid),
      attach: () => this.#attachLoopHooks(),
      detach: () => void this.kernel.detachLoopHooks(),
      seenSince: (tgid, since) => this.pipeline.correlator.waitsSeenSince(tgid, since),
    })
    this.pipeline = new Pipeline({
      config,
      clock,
      host,
      processes: this.processes,
      counters,
      sink,
      seed,
      verdicts: new KernelVerdicts(this.kernel),
      onTraced: (tgid, now) => this.loops.process(tgid, now),
      onLeftOut: (tgid) => this.kernel.ignored.add(tgid),
    })
    this.#counts = new KernelCounts(this.kernel.stats, counters)
    const onBug = (error: unknown) => log.error('bug', bugText(error))
    const drain = new Drain({
      rings: this.kernel.onlineCpus().flatMap((cpu) => this.kernel.rings.open(cpu) ?? []),
      bursts: this.kernel.bursts,
      flusher: this.kernel.flusher,
      sink: new Dispatcher(this.pipeline, counters, onBug),
      clock,
      start: clock.origin,
      counter: counters.transport,
    })
    this.#drainLoop = new DrainLoop(drain, this.kernel.wake)
  }

  start(): void {
    const { config } = this.#parts
    for (const port of config.exclude.ports) this.kernel.portMarks.leaveAlone(port, true)
    this.#leaveOutOthers()
    this.#drainLoop.start()
    this.kernel.attach()
    this.#findLoops()
    this.#housekeeping = setInterval(() => this.#housekeep(), HOUSEKEEPING_MS)
  }

  /** Hands on everything that was seen; the hooks go with the process or with `close`. */
  async stop(): Promise<void> {
    clearInterval(this.#housekeeping)
    await this.#drainLoop.stop()
    this.#counts.read()
    this.pipeline.finish()
  }

  async close(): Promise<void> {
    await this.kernel.close()
    this.#lock.release()
  }

  #attachLoopHooks(): MonotonicNs {
    this.kernel.attachLoopHooks()
    return this.#parts.clock.now()
  }

  /** Loops that run already are watched before the first event of theirs is judged. */
  #findLoops(): void {
    const now = this.#parts.clock.now()
    for (const { tgid } of runningProcesses(this.#files)) {
      if (tgid !== process.pid && holdsLoop(this.#files, tgid)) this.loops.process(tgid, now)
    }
    this.loops.tick(now)
  }

  #housekeep(): void {
    const now = this.#parts.clock.now()
    this.loops.tick(now)
    this.#leaveOutOthers()
    if (!this.#counts.read()) return
    this.pipeline.correlator.eventsLost(now)
    this.#parts.log.warn('events-lost', `${this.#parts.counters.lost.total()} since the start`)
  }

  /** Agents leave each other's sockets out. */
  #leaveOutOthers(): void {
    for (const pid of this.#lock.others()) {
      if (this.#others.has(pid)) continue
      this.#others.add(pid)
      this.kernel.ignored.add(pid)
    }
  }
}

function loadKernel(config: Config, clock: SystemClock): Kernel {
  return new Kernel({
    object: readFileSync(OBJECT),
    hooks: config.hooks,
    libbpf: config.libbpf,
    btf: config.btf,
    agentStart: Number(clock.origin),
    agentStartReal: Number(clock.unix(clock.now()) / 1_000_000_000n),
    payloadLimit: config.payloadLimit,
  })
}

function bugText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

export const FLUSH_MS = (5 * SECOND) / MS
