import { ActivityPlaces } from './activity-places.ts'
import { BpfObject, type ObjectSettings, type ProgramFacts } from './bpf-object.ts'
import { BurstFlusher } from './burst-flusher.ts'
import { onlineCpus, possibleCpus } from './cpus.ts'
import {
  type HookPlan,
  type HooksWanted,
  planHooks,
  requireHooks,
  startHooks,
} from './hook-plan.ts'
import type { Hook } from './hooks.ts'
import { type KernelFeatures, readKernelFeatures, requireAccess } from './kernel-features.ts'
import { HASHES, type MapFacts, MapFill } from './map-fill.ts'
import {
  IgnoredProcesses,
  MappedArray,
  PortMarks,
  PortProtocols,
  ProtocolSwitches,
  SocketVerdicts,
  StatsReader,
  setFirstIds,
} from './maps.ts'
import { findMemberOffsets } from './member-offsets.ts'
import { openLibbpf } from './native.ts'
import { PerfRings } from './perf-rings.ts'
import { Wake } from './wake.ts'

export interface KernelOptions {
  /** The BPF object. */
  readonly object: Uint8Array
  readonly hooks: HooksWanted
  /** libbpf to load; '' the system's. */
  readonly libbpf: string
  /** BTF file; '' the kernel's own. */
  readonly btf: string
  /** CLOCK_MONOTONIC at the agent's start, ns. */
  readonly agentStart: number
  readonly payloadLimit: number
  /** As if the kernel were another: what an older one lacks. */
  readonly without?: Partial<KernelFeatures>
}

/** Data of all rings together; each has a power of two of it, and at least 1 MB. */
const RING_BYTES = 64 << 20
const RING_LEAST = 1 << 20

/** The kernel side, loaded; it sees nothing until `attach`. */
export class Kernel {
  readonly features: KernelFeatures
  readonly plan: HookPlan
  /** CPUs that may ever run. */
  readonly cpus: readonly number[]
  readonly ringBytes: number
  readonly rings: PerfRings
  /** `data_buf`: one struct burst per possible CPU. */
  readonly bursts: MappedArray
  readonly flusher: BurstFlusher
  readonly wake: Wake
  readonly verdicts: SocketVerdicts
  readonly portProtocols: PortProtocols
  readonly protocolSwitches: ProtocolSwitches
  readonly portMarks: PortMarks
  readonly ignored: IgnoredProcesses
  readonly activities: ActivityPlaces
  readonly stats: StatsReader
  readonly #object: BpfObject
  readonly #hashes: MapFill

  constructor(options: KernelOptions) {
    const libbpf = openLibbpf(options.libbpf)
    this.features = { ...readKernelFeatures(libbpf, options.btf), ...options.without }
    requireAccess(this.features)
    this.plan = planHooks(this.features, options.hooks)
    requireHooks(this.plan)
    this.cpus = possibleCpus()
    const cpus = this.cpus.length
    const object = BpfObject.load(libbpf, options.object, this.plan, settings(options, this))
    this.#object = object
    setFirstIds(libbpf, object.map('trace_conf_map'), cpus)
    this.ringBytes = bytesPerRing(cpus)
    this.rings = new PerfRings(libbpf, object.map('socket_data').fd, this.ringBytes)
    this.bursts = new MappedArray(object.map('data_buf'))
    this.flusher = new BurstFlusher(libbpf, object.programFd('flush_burst'))
    this.wake = new Wake(object.map('wake_map').fd, object.map('wake_ring').fd)
    this.verdicts = new SocketVerdicts(object.map('socket_verdict_map'))
    this.portProtocols = new PortProtocols(object.map('proto_infer_cache_map'))
    this.protocolSwitches = new ProtocolSwitches(object.map('protocol_filter'))
    this.portMarks = new PortMarks(object.map('kprobe_port_bitmap'))
    this.ignored = new IgnoredProcesses(libbpf, object.map('ignored_processes'))
    this.activities = new ActivityPlaces(
      libbpf,
      object.map('proc_info_map'),
      object.map('proc_info_count'),
    )
    this.#hashes = new MapFill(libbpf, object.created(HASHES))
    this.stats = new StatsReader(libbpf, object.map('trace_stats_map'), cpus)
  }

  onlineCpus(): number[] {
    return onlineCpus()
  }

  /** From here on events come; the rings should be open. */
  attach(): void {
    this.#object.attach(startHooks(this.plan))
    if (this.plan.marker !== '') this.#object.iterate(this.plan.marker)
  }

  /** The programs that see the end of a loop's turn: they cost every process of the host a little. */
  attachLoopHooks(): void {
    const { loopHooks, spareLoopHooks } = this.plan
    try {
      this.#object.attach(loopHooks)
    } catch (error) {
      if (spareLoopHooks.length === 0) throw error
      void this.#object.detach(loopHooks)
      this.#object.attach(spareLoopHooks)
    }
  }

  async detachLoopHooks(): Promise<void> {
    await this.#object.detach([...this.plan.loopHooks, ...this.plan.spareLoopHooks])
  }

  /** Hooks in functions of traced processes. */
  attachFunctions(hooks: readonly Hook[]): void {
    this.#object.attach(hooks)
  }

  async detachFunctions(hooks: readonly Hook[]): Promise<void> {
    await this.#object.detach(hooks)
  }

  attached(): string[] {
    return this.#object.attached()
  }

  programs(): ProgramFacts[] {
    return this.#object.programs()
  }

  /** Runs of programs that did not take place: each may be an event that nobody saw. */
  missedRuns(): number {
    return this.#object.programs().reduce((sum, { missed }) => sum + missed, 0)
  }

  /** How full the maps are that can be full. */
  maps(): MapFacts[] {
    return [...this.#hashes.read(), this.verdicts.fill]
  }

  /** All memory handed out must be out of use. */
  async close(): Promise<void> {
    await this.#object.detachAll()
    this.rings.closeAll()
    this.wake.close()
    for (const map of [
      this.bursts,
      this.verdicts,
      this.portProtocols,
      this.protocolSwitches,
      this.portMarks,
      this.activities,
    ]) {
      map.close()
    }
    await this.#object.close()
  }
}

function settings(options: KernelOptions, kernel: Kernel): ObjectSettings {
  return {
    agentStart: options.agentStart,
    agentTgid: process.pid,
    payloadLimit: options.payloadLimit,
    possibleCpus: kernel.cpus.length,
    btf: options.btf,
    userFunctions: kernel.features.userFunctions,
    taskStorage: kernel.features.taskStorage,
    socketStorage: kernel.plan.family === 'socket',
    memberOffsets: findMemberOffsets(kernel.features.offset).bytes,
  }
}

function bytesPerRing(cpus: number): number {
  return Math.max(RING_LEAST, 2 ** Math.floor(Math.log2(RING_BYTES / cpus)))
}
