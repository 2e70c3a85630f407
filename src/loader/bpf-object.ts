import { StartupError } from '../base/errors.ts'
import { type HookPlan, seesStates, startHooks } from './hook-plan.ts'
import { type Hook, USER_PROGRAMS } from './hooks.ts'
import { HookFamily, Knobs, MemberOffsets, Rodata, WIRE_HASH } from './layout.ts'
import type { Libbpf, LinkHandle, MapHandle, ObjectHandle, ProgramHandle } from './libbpf.ts'
import { NativeError } from './native.ts'

/** Becomes the prefix of `.rodata` and `.bss`. */
const OBJECT_NAME = 'underspan'
/** The kernel keeps 15 characters of a map's name; libbpf cuts the object's to fit. */
const RODATA = /\.rodata$/

const FLUSH_PROGRAM = 'flush_burst'

/** Maps with an entry per possible CPU that are no per-CPU maps. */
const ENTRY_PER_CPU = ['data_buf', 'direct_buf']

/** Characters of libbpf's and the verifier's words that are kept for a failure. */
const LOG_LIMIT = 16_384

/** What the programs are told before they are loaded. */
export interface ObjectSettings {
  /** CLOCK_MONOTONIC, ns: threads older than this are late. */
  readonly agentStart: number
  readonly agentTgid: number
  /** Bytes copied of each operation before the protocol is known. */
  readonly payloadLimit: number
  readonly possibleCpus: number
  /** BTF file of the running kernel; '' its own. */
  readonly btf: string
  /** Functions of user programs can be hooked. */
  readonly userFunctions: boolean
  readonly taskStorage: boolean
  readonly socketStorage: boolean
  /** A struct member_offsets. */
  readonly memberOffsets: Uint8Array
}

export interface LoadedMap {
  readonly fd: number
  readonly maxEntries: number
  readonly valueSize: number
}

export interface ProgramFacts {
  readonly name: string
  /** As in `bpftool prog show`. */
  readonly id: number
  /** Instructions that the verifier looked at; its limit is a million. 0: the kernel does not say. */
  readonly verified: number
  /** Runs that the kernel left out because the program was inside itself: each may be a lost event. */
  readonly missed: number
}

/** The loaded object: its programs, attached or not, and its maps. */
export class BpfObject {
  readonly #libbpf: Libbpf
  readonly #object: ObjectHandle
  readonly #programs: ReadonlyMap<string, ProgramHandle>
  readonly #maps: ReadonlyMap<string, MapHandle>
  readonly #links = new Map<string, LinkHandle>()

  private constructor(
    libbpf: Libbpf,
    object: ObjectHandle,
    programs: ReadonlyMap<string, ProgramHandle>,
    maps: ReadonlyMap<string, MapHandle>,
  ) {
    this.#libbpf = libbpf
    this.#object = object
    this.#programs = programs
    this.#maps = maps
  }

  /** Loads what the plan needs of the object; nothing is attached yet. */
  static load(
    libbpf: Libbpf,
    bytes: Uint8Array,
    plan: HookPlan,
    settings: ObjectSettings,
  ): BpfObject {
    let said = ''
    libbpf.listen((text) => {
      said = (said + text).slice(-LOG_LIMIT)
    })
    try {
      return BpfObject.#open(libbpf, bytes, plan, settings)
    } catch (error) {
      throw error instanceof NativeError ? explain(error, said) : error
    } finally {
      libbpf.listen(null)
    }
  }

  static #open(
    libbpf: Libbpf,
    bytes: Uint8Array,
    plan: HookPlan,
    settings: ObjectSettings,
  ): BpfObject {
    const object = libbpf.open(bytes, { name: OBJECT_NAME, btf: settings.btf })
    try {
      const programs = libbpf.programs(object)
      const maps = libbpf.maps(object)
      setKnobs(libbpf, maps, plan, settings)
      shapeMaps(libbpf, maps, settings)
      const hooks = [...startHooks(plan), ...plan.loopHooks, ...plan.spareLoopHooks]
      const wanted = new Set([...hooks.map(({ program }) => program), FLUSH_PROGRAM])
      if (plan.marker !== '') wanted.add(plan.marker)
      if (settings.userFunctions) for (const name of USER_PROGRAMS) wanted.add(name)
      for (const [name, program] of programs) libbpf.setAutoload(program, wanted.has(name))
      for (const name of wanted) if (!programs.has(name)) throw broken(`it has no program ${name}`)
      libbpf.load(object)
      return new BpfObject(libbpf, object, programs, maps)
    } catch (error) {
      libbpf.close(object)
      throw error
    }
  }

  map(name: string): LoadedMap {
    const map = this.#maps.get(name)
    if (map === undefined) throw broken(`it has no map ${name}`)
    return {
      fd: this.#libbpf.mapFd(map),
      maxEntries: this.#libbpf.maxEntries(map),
      valueSize: this.#libbpf.valueSize(map),
    }
  }

  /** Of these, those that were created. */
  created(names: readonly string[]): Map<string, LoadedMap> {
    const maps = names.map((name): [string, LoadedMap] => [name, this.map(name)])
    return new Map(maps.filter(([, { fd }]) => fd >= 0))
  }

  programFd(name: string): number {
    const program = this.#programs.get(name)
    if (program === undefined) throw broken(`it has no program ${name}`)
    return this.#libbpf.programFd(program)
  }

  /** Attaches hooks that are not attached yet. When one fails, those before it stay. */
  attach(hooks: readonly Hook[]): void {
    for (const hook of hooks) {
      const key = keyOf(hook)
      if (!this.#links.has(key)) this.#links.set(key, this.#attachOne(hook))
    }
  }

  #attachOne({ program: name, tracepoint, function: target }: Hook): LinkHandle {
    const program = this.#programs.get(name)
    if (program === undefined) throw broken(`it has no program ${name}`)
    try {
      if (target) {
        const { atReturn, tgid, path, offset } = target
        return this.#libbpf.attachFunction(program, atReturn, tgid, path, offset)
      }
      if (tracepoint === '') return this.#libbpf.attach(program)
      return this.#libbpf.attachTracepoint(program, tracepoint)
    } catch (error) {
      if (!(error instanceof NativeError)) throw error
      throw new StartupError(
        'NO_HOOKS',
        `cannot attach ${name}: ${error.message}`,
        'See `underspan check` for what this kernel offers.',
        { cause: error },
      )
    }
  }

  /** Waits for the programs to leave: about 0.1 s, all at once. */
  async detach(hooks: readonly Hook[]): Promise<void> {
    await this.#destroy(hooks.map(keyOf))
  }

  /** Runs an iterator program once. */
  iterate(name: string): void {
    const program = this.#programs.get(name)
    if (program === undefined) throw broken(`it has no program ${name}`)
    this.#libbpf.iterate(program)
  }

  async detachAll(): Promise<void> {
    await this.#destroy([...this.#links.keys()].reverse())
  }

  async #destroy(keys: readonly string[]): Promise<void> {
    const links = keys.map((key) => this.#links.get(key)).filter((link) => link !== undefined)
    for (const key of keys) this.#links.delete(key)
    await Promise.all(links.map((link) => this.#libbpf.detach(link)))
  }

  /** Programs that are attached, each once. */
  attached(): string[] {
    return [...new Set([...this.#links.keys()].map((key) => key.split('@')[0]!))]
  }

  /** The programs that were loaded. */
  programs(): ProgramFacts[] {
    const facts: ProgramFacts[] = []
    for (const [name, program] of this.#programs) {
      const fd = this.#libbpf.programFd(program)
      if (fd >= 0) facts.push(programFacts(name, this.#libbpf.programInfo(fd)))
    }
    return facts
  }

  /** Detaches and unloads everything. Mappings of the maps must be gone. */
  async close(): Promise<void> {
    await this.detachAll()
    this.#libbpf.close(this.#object)
  }
}

function keyOf({ program, tracepoint, function: target }: Hook): string {
  return `${program}@${target ? target.tgid : tracepoint}`
}

/** struct bpf_prog_info: recursion_misses (Linux 5.12), verified_insns (5.16). */
function programFacts(name: string, info: DataView): ProgramFacts {
  const missed = info.byteLength >= 216 ? Number(info.getBigUint64(208, true)) : 0
  const verified = info.byteLength >= 220 ? info.getUint32(216, true) : 0
  return { name, id: info.getUint32(4, true), verified, missed }
}

function setKnobs(
  libbpf: Libbpf,
  maps: ReadonlyMap<string, MapHandle>,
  plan: HookPlan,
  settings: ObjectSettings,
): void {
  const rodata = [...maps].find(([name]) => RODATA.test(name))?.[1]
  if (rodata === undefined) throw broken('it has no knobs')
  const memory = libbpf.initialValue(rodata)
  if (memory.byteLength < Rodata.memberOffsets + MemberOffsets.size) throw mismatch()
  const knobs = new Knobs(new DataView(memory), Rodata.knobs)
  if (knobs.wireHash !== WIRE_HASH) throw mismatch()
  new Uint8Array(memory).set(settings.memberOffsets, Rodata.memberOffsets)
  knobs.agentStart = settings.agentStart
  knobs.agentTgid = settings.agentTgid
  knobs.payloadLimit = settings.payloadLimit
  knobs.hookFamily = HookFamily[plan.family]
  knobs.taskStorage = settings.taskStorage ? 1 : 0
  knobs.socketStorage = settings.socketStorage ? 1 : 0
  knobs.typedTask = settings.taskStorage ? 1 : 0
  knobs.stateHooks = seesStates(plan) ? 1 : 0
  knobs.verdicts = libbpf.maxEntries(maps.get('socket_verdict_map')!)
}

function shapeMaps(
  libbpf: Libbpf,
  maps: ReadonlyMap<string, MapHandle>,
  settings: ObjectSettings,
): void {
  for (const name of ENTRY_PER_CPU) libbpf.setMaxEntries(maps.get(name)!, settings.possibleCpus)
  libbpf.setAutocreate(maps.get('trace_map')!, settings.taskStorage)
  libbpf.setAutocreate(maps.get('trace_hash')!, !settings.taskStorage)
  libbpf.setAutocreate(maps.get('socket_info_map')!, settings.socketStorage)
  libbpf.setAutocreate(maps.get('socket_info_hash')!, !settings.socketStorage)
}

function mismatch(): StartupError {
  return new StartupError(
    'WIRE_MISMATCH',
    'the BPF object and this program do not come from the same build: their layouts differ',
    'Install the agent again, or rebuild both with: make -C bpf && npm run build',
  )
}

function broken(what: string): StartupError {
  return new StartupError(
    'OBJECT_BROKEN',
    `the BPF object cannot be used: ${what}`,
    'Install the agent again, or rebuild the object with: make -C bpf',
  )
}

const EPERM = 1
const ENOEXEC = 8
const EACCES = 13
const EINVAL = 22

/** The verifier refuses with EACCES or EINVAL and says why at length; the end of it tells most. */
function explain(error: NativeError, said: string): StartupError {
  const words = said.trim().split('\n').slice(-25).join('\n')
  if (error.errno === EPERM) {
    return new StartupError(
      'NOT_PERMITTED',
      `the kernel does not let this process load eBPF programs (${error.message})`,
      'Run it as root; in a container, with --privileged or --cap-add SYS_ADMIN and without a seccomp profile that denies bpf(2).',
      { cause: error },
    )
  }
  if (error.message.includes('open_mem') && (error.errno === ENOEXEC || error.errno === EINVAL)) {
    return broken(`${error.message}\n${words}`)
  }
  const verifier = error.errno === EACCES || error.errno === EINVAL
  return new StartupError(
    verifier ? 'KERNEL_TOO_OLD' : 'OBJECT_BROKEN',
    `${verifier ? 'this kernel refuses the programs' : 'the BPF object cannot be loaded'}: ${error.message}\n${words}`,
    verifier
      ? 'Use a newer kernel (Linux 6.3 has all that is needed), and report this with the lines above.'
      : 'Install the agent again, or rebuild the object with: make -C bpf',
    { cause: error },
  )
}
