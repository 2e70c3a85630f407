import { isSecretName } from '../base/secret-names.ts'
import type { FactLog } from '../events/recorder.ts'
import type { Process, ProcessSource } from './process.ts'

/** Name of the facts in a recording. */
export const PROCESS_FACT = 'process'

const MASK = 'x'

/** Beyond that, all are written again when they are used. */
const MAX_WRITTEN = 65_536

/** A source whose facts may change while a process runs. */
export interface LiveProcessSource extends ProcessSource {
  recheck?(process: Process): Process
}

/** Asks a live source and writes down each answer when it is used first, or changed. */
export class RecordingProcesses implements LiveProcessSource {
  readonly #live: LiveProcessSource
  readonly #log: FactLog
  readonly #hideSecrets: boolean
  /** What was written last about each process. */
  readonly #written: Map<number, Process>

  constructor(live: LiveProcessSource, log: FactLog, hideSecrets: boolean) {
    this.#live = live
    this.#log = log
    this.#hideSecrets = hideSecrets
    this.#written = new Map()
  }

  of(tgid: number, start: number, comm: string): Process {
    return this.#write(tgid, this.#live.of(tgid, start, comm))
  }

  recheck(process: Process): Process {
    const checked = this.#live.recheck?.(process) ?? process
    return checked === process ? process : this.#write(process.tgid, checked)
  }

  forget(tgid: number): void {
    this.#live.forget(tgid)
    this.#written.delete(tgid)
  }

  /** `tgid`: what was asked for. */
  #write(tgid: number, process: Process): Process {
    if (this.#written.get(tgid) === process) return process
    if (this.#written.size >= MAX_WRITTEN) this.#written.clear()
    this.#written.set(tgid, process)
    const shown = this.#hideSecrets ? withoutSecrets(process) : process
    this.#log.fact(PROCESS_FACT, { tgid, process: shown })
    return process
  }
}

/** Answers out of a recording: with what the agent knew at that moment. */
export class ReplayedProcesses implements LiveProcessSource {
  readonly #known: Map<number, Process>
  /** Asked for, and not in the recording. */
  missing: number

  constructor() {
    this.#known = new Map()
    this.missing = 0
  }

  /** Takes a fact of the recording; false if it is none about a process. */
  fact(name: string, value: unknown): boolean {
    if (name !== PROCESS_FACT || typeof value !== 'object' || value === null) return false
    const { tgid, process: facts } = value as { tgid?: unknown; process?: unknown }
    const process = parseProcess(facts)
    if (typeof tgid !== 'number' || process === undefined) return false
    this.#known.set(tgid, process)
    return true
  }

  of(tgid: number, start: number, comm: string): Process {
    const known = this.#known.get(tgid)
    if (known !== undefined) return known
    this.missing++
    const process = { ...NAMELESS, tgid, start, comm, serviceName: comm }
    this.#known.set(tgid, process)
    return process
  }

  recheck(process: Process): Process {
    const known = this.#known.get(process.tgid)
    return known?.start === process.start ? known : process
  }

  /** Facts about another process of that number come before it is asked for. */
  forget(): void {}
}

const NAMELESS: Process = {
  tgid: 0,
  start: 0,
  comm: '',
  executable: '',
  command: [],
  parent: 0,
  user: '',
  language: 'unknown',
  runtimeVersion: '',
  threadServes: 'one',
  serviceName: '',
  serviceNameFrom: 'comm',
  serviceNamespace: '',
  containerId: '',
  podUid: '',
  systemdUnit: '',
  attributes: [],
}

/** Recordings may be made by others, and by versions that knew less of a process. */
function parseProcess(value: unknown): Process | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const process: Process = { ...NAMELESS, ...value }
  for (const [name, example] of Object.entries(NAMELESS)) {
    const field: unknown = Reflect.get(process, name)
    if (typeof field !== typeof example || Array.isArray(field) !== Array.isArray(example)) {
      return undefined
    }
  }
  const words = process.command.every((word) => typeof word === 'string')
  const pairs = process.attributes.every(
    (pair) => typeof pair?.name === 'string' && typeof pair.value === 'string',
  )
  return words && pairs ? process : undefined
}

/** `--password=x`, `--password x`, `password=x`: the value is masked, its length kept. */
function withoutSecrets(process: Process): Process {
  let hideNext = false
  const command = process.command.map((word) => {
    const hidden = hideNext ? MASK.repeat(word.length) : maskValue(word)
    hideNext = !hideNext && word.startsWith('-') && !word.includes('=') && isSecretName(word)
    return hidden
  })
  return { ...process, command }
}

function maskValue(word: string): string {
  const equals = word.indexOf('=')
  if (equals < 0 || !isSecretName(word.slice(0, equals))) return maskUserinfo(word)
  return word.slice(0, equals + 1) + MASK.repeat(word.length - equals - 1)
}

/** `postgres://ann:pw@db/shop` */
function maskUserinfo(word: string): string {
  const start = word.indexOf('://') + 3
  if (start < 3) return word
  const slash = word.indexOf('/', start)
  const at = word.lastIndexOf('@', slash < 0 ? undefined : slash)
  return at < start ? word : word.slice(0, start) + MASK.repeat(at - start) + word.slice(at)
}
