import { Oldest } from '../base/oldest.ts'
import { ElfFile } from '../elf/elf-file.ts'
import { threadServes } from './activities.ts'
import { type Cgroup, containerInMounts, parseCgroup } from './cgroup.ts'
import { ContainerNames, nameOfHost } from './container-name.ts'
import {
  attributeValue,
  type Environment,
  parseEnvironment,
  parseResourceAttributes,
} from './environment.ts'
import { ProcFiles } from './proc-files.ts'
import type { Process, ProcessSource, ThreadServes } from './process.ts'
import type { Program } from './program.ts'
import { parseLibraries, type Runtime, recogniseRuntime } from './runtime.ts'
import { serviceName } from './service-name.ts'
import { parseStat, parseUid, type Stat, TICK } from './stat.ts'
import { Users } from './users.ts'

/** /proc counts in ticks, and the boot time it starts from is rounded once more. */
const START_TOLERANCE = 2 * TICK

const MAX_KNOWN = 4096
const MAX_GONE = 4096
const MAX_PROGRAMS = 256
const MAX_COMMAND = 1 << 15
/** Characters kept of one argument: class paths are longer, names are not. */
const MAX_ARGUMENT = 4096
const MAX_ENVIRONMENT = 1 << 17
const MAX_MAPS = 1 << 20

interface Known {
  readonly process: Process
  readonly startTicks: number
  /** `process.start` came from the kernel, not from ticks. */
  readonly exact: boolean
}

/** Facts about the processes of this host, out of /proc. */
export class ProcSource implements ProcessSource {
  readonly #files: ProcFiles
  readonly #suspended: number
  readonly #host: string
  readonly #users: Users
  readonly #containers: ContainerNames
  readonly #known = new Map<number, Known>()
  readonly #gone = new Map<number, Process>()
  readonly #programs = new Map<string, Runtime>()
  readonly #oldestKnown = new Oldest(this.#known)
  readonly #oldestGone = new Oldest(this.#gone)
  readonly #oldestProgram = new Oldest(this.#programs)

  /**
   * `suspended`: CLOCK_BOOTTIME minus CLOCK_MONOTONIC, ns: /proc counts the one, the kernel side
   * the other. `host`: name of this host, which a container may share.
   */
  constructor(
    options: {
      files?: ProcFiles
      suspended?: number
      host?: string
      containers?: ContainerNames
    } = {},
  ) {
    this.#files = options.files ?? new ProcFiles()
    this.#suspended = options.suspended ?? 0
    this.#host = options.host ?? ''
    this.#users = new Users(this.#files)
    this.#containers = options.containers ?? new ContainerNames()
  }

  of(tgid: number, start: number, comm: string): Process {
    const known = this.#known.get(tgid)
    if (known && (known.process.start === start || start === 0)) return known.process
    if (known && !known.exact && this.#isSame(known.startTicks, start)) {
      return this.#keep({ ...known, process: { ...known.process, start }, exact: true })
    }
    const found = this.#read(tgid, start)
    if (found) return this.#keep(found)
    const gone = this.#gone.get(tgid)
    return gone && (gone.start === start || start === 0)
      ? gone
      : this.#bury(nameless(tgid, start, comm))
  }

  forget(tgid: number): void {
    const known = this.#known.get(tgid)
    if (!known) return
    this.#known.delete(tgid)
    this.#bury(known.process)
  }

  /**
   * Looks again at what shows only once a process has run for a while: libraries that were not
   * mapped yet, virtual threads, fibers. The same object when nothing changed. Reads a file per
   * thread of a JVM: ask at most every few seconds.
   */
  recheck(process: Process): Process {
    const known = this.#known.get(process.tgid)
    if (known?.process !== process) return process
    const { tgid, language } = process
    if (language === 'unknown') {
      this.#programs.delete(this.#files.programIdentity(tgid))
      return this.#again(known)
    }
    if (process.threadServes !== 'one') return process
    const threadServes = this.#threadServes(tgid, language)
    return threadServes === 'one'
      ? process
      : this.#keep({ ...known, process: { ...process, threadServes } })
  }

  #again(known: Known): Process {
    const { tgid, start, language, threadServes: served } = known.process
    const found = this.#read(tgid, start)
    if (!found) return known.process
    const { process } = found
    const same = process.language === language && process.threadServes === served
    return same ? known.process : this.#keep({ ...found, exact: known.exact })
  }

  #keep(known: Known): Process {
    const { tgid } = known.process
    if (this.#known.size >= MAX_KNOWN && !this.#known.has(tgid))
      this.#known.delete(this.#oldestKnown.next()!)
    this.#known.set(tgid, known)
    this.#gone.delete(tgid)
    return known.process
  }

  /** Spans of a process are built for a while after its end. */
  #bury(process: Process): Process {
    if (this.#gone.size >= MAX_GONE) this.#gone.delete(this.#oldestGone.next()!)
    this.#gone.set(process.tgid, process)
    return process
  }

  #stat(tgid: number): Stat | undefined {
    return parseStat(this.#files.text(tgid, 'stat', 4096))
  }

  /** Suspended time counts only since the process started, so it may be any part of all of it. */
  #isSame(startTicks: number, start: number): boolean {
    const late = startTicks * TICK - start
    return late >= -START_TOLERANCE && late <= this.#suspended + START_TOLERANCE
  }

  /** undefined: gone, or another process has the number by now. */
  #read(tgid: number, start: number): Known | undefined {
    const stat = this.#stat(tgid)
    if (!stat || (start !== 0 && !this.#isSame(stat.startTicks, start))) return undefined
    const startOr = start || Math.max(1, stat.startTicks * TICK - this.#suspended)
    const process = this.#describe(tgid, stat, startOr)
    const after = this.#stat(tgid)
    if (after?.startTicks !== stat.startTicks) return undefined
    return { process, startTicks: stat.startTicks, exact: start !== 0 }
  }

  #describe(tgid: number, stat: Stat, start: number): Process {
    const files = this.#files
    const executable = files.link(tgid, 'exe').replace(/ \(deleted\)$/, '')
    const command = files.parts(tgid, 'cmdline', MAX_COMMAND).map(cutArgument)
    const environment = parseEnvironment(files.parts(tgid, 'environ', MAX_ENVIRONMENT))
    const attributes = parseResourceAttributes(environment.get('OTEL_RESOURCE_ATTRIBUTES') ?? '')
    const cgroup = this.#cgroup(tgid)
    const { language, version, goPath } = this.#runtime(tgid, executable || (command[0] ?? ''))
    const program: Program = {
      executable,
      command,
      directory: files.link(tgid, 'cwd'),
      environment,
      goPath,
      read: (path) => files.file(tgid, path),
    }
    const container = this.#container(cgroup, environment)
    const { comm } = stat
    const naming = { program, language, cgroup, comm, attributes, containerName: container.name }
    const service = serviceName(naming)
    return {
      tgid,
      start,
      comm,
      executable,
      command,
      parent: stat.parent,
      user: this.#users.nameOf(parseUid(files.text(tgid, 'status')), tgid, cgroup.containerId),
      language,
      runtimeVersion: version,
      threadServes: this.#threadServes(tgid, language),
      serviceName: service.name,
      serviceNameFrom: service.from,
      serviceNamespace: attributeValue(attributes, 'service.namespace') || container.namespace,
      containerId: cgroup.containerId,
      podUid: cgroup.podUid,
      systemdUnit: cgroup.systemdUnit,
      attributes,
    }
  }

  #cgroup(tgid: number): Cgroup {
    const text = this.#files.text(tgid, 'cgroup')
    const cgroup = parseCgroup(text)
    if (cgroup.containerId !== '' || !text.endsWith(':/\n')) return cgroup
    return { ...cgroup, containerId: containerInMounts(this.#files.text(tgid, 'mountinfo')) }
  }

  #container(cgroup: Cgroup, environment: Environment): { name: string; namespace: string } {
    const { containerId, podUid } = cgroup
    const named = this.#containers.nameOf(containerId)
    if (named.name !== '' || !/^[0-9a-f-]{32,}$/.test(containerId)) return named
    const shared = environment.get('HOSTNAME') === this.#host
    return {
      name: shared ? '' : nameOfHost(environment, containerId, podUid !== ''),
      namespace: '',
    }
  }

  #runtime(tgid: number, executable: string): Runtime {
    const identity = this.#files.programIdentity(tgid)
    const known = this.#programs.get(identity)
    if (known && identity !== '') return known
    const files = this.#files
    const runtime = recogniseRuntime({
      executable,
      libraries: () => this.#libraries(tgid),
      elf: (use) =>
        files.withProgram(tgid, (bytes) => {
          const elf = ElfFile.open(bytes)
          return elf && use(elf)
        }),
      read: (path) => files.file(tgid, path),
    })
    if (this.#programs.size >= MAX_PROGRAMS) this.#programs.delete(this.#oldestProgram.next()!)
    this.#programs.set(identity, runtime)
    return runtime
  }

  #libraries(tgid: number): string[] {
    return parseLibraries(this.#files.text(tgid, 'maps', MAX_MAPS))
  }

  #threadServes(tgid: number, language: Process['language']): ThreadServes {
    return threadServes(language, tgid, this.#files, () => this.#libraries(tgid))
  }
}

function cutArgument(argument: string): string {
  return argument.length > MAX_ARGUMENT ? argument.slice(0, MAX_ARGUMENT) : argument
}

/** Gone before it could be looked at: only what the kernel side told. */
function nameless(tgid: number, start: number, comm: string): Process {
  return {
    tgid,
    start,
    comm,
    executable: '',
    command: [],
    parent: 0,
    user: '',
    language: 'unknown',
    runtimeVersion: '',
    threadServes: 'one',
    serviceName: comm,
    serviceNameFrom: 'comm',
    serviceNamespace: '',
    containerId: '',
    podUid: '',
    systemdUnit: '',
    attributes: [],
  }
}
