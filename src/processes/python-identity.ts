import { Fields } from '../elf/bytes.ts'
import { ElfFile } from '../elf/elf-file.ts'
import { type MappedPart, parseMappedFiles } from './mapped-files.ts'
import type { NodeDoubt } from './node-identity.ts'
import type { ProcFiles } from './proc-files.ts'
import { type LayoutDoubt, layoutOf, type PythonLayout } from './python/layout.ts'
import {
  codeOffset,
  isRuntimeName,
  loadBias,
  type RuntimeFile,
  readRuntimeFile,
} from './python/runtime-file.ts'
import { type ThreadState, type ThreadsDoubt, threadStates, Words } from './python/thread-states.ts'

/**
 * Where a running CPython keeps the context object (contextvars) of what a thread does now: at
 * `slot` from the thread pointer is its PyThreadState, at `context` in that the address of the
 * object, whose type is at `contextType`.
 */
export interface PythonIdentity {
  readonly slot: number
  readonly context: number
  readonly contextType: number
  /** Threads that bear witness to it. */
  readonly threads: number
}

/** Where context objects are copied and freed. */
export interface ContextFunctions {
  /** By which the agent can open the file. */
  readonly path: string
  /** In the file: PyContext_CopyCurrent, and `tp_dealloc` of PyContext_Type. */
  readonly copyCurrent: number
  readonly dealloc: number
}

export interface FoundPython extends PythonIdentity {
  /** undefined: not found in the same file. */
  readonly functions: ContextFunctions | undefined
}

/** Why no identity is read. What may be settled by looking again later is in PASSING. */
export type IdentityDoubt =
  | LayoutDoubt
  | ThreadsDoubt
  | 'no-runtime'
  | 'debug-build'
  | 'memory-unreadable'
  | 'thread-state-misplaced'
  | 'context-misplaced'
  | 'no-context-yet'

const PASSING = new Set<string>([
  'not-started',
  'threads-inconsistent',
  'thread-state-misplaced',
  'context-misplaced', // it may have been freed meanwhile
  'no-context-yet',
  'async-ids-misplaced', // read while they changed
  'loop-misplaced',
])

export function isPassing(doubt: IdentityDoubt | NodeDoubt): boolean {
  return PASSING.has(doubt)
}

/** pthread_setspecific keeps the first 32 keys within struct pthread, before 0x520 in all of glibc. */
const SEARCHED = 2048
const TYPE_AT = 8
/** In PyTypeObject, the same in all versions. */
const DEALLOC_AT = 48
/** Threads of which each member is looked at. */
const SCANNED = 4
const MAX_MAPS = 1 << 21
/** Symbols of files that were looked at. */
const MAX_FILES = 64

/** Finds it in running processes, by reading their memory. Any doubt: none. */
export class PythonIdentities {
  readonly #files: ProcFiles
  readonly #known = new Map<string, RuntimeFile>()

  constructor(files: ProcFiles) {
    this.#files = files
  }

  /** undefined: the process runs no CPython. */
  of(tgid: number): FoundPython | IdentityDoubt | undefined {
    const parts = parseMappedFiles(this.#files.text(tgid, 'maps', MAX_MAPS))
    const own = parts.filter(({ path }) => isRuntimeName(path))
    if (own.length === 0) return undefined
    const found = this.#runtime(tgid, own)
    if (typeof found === 'string') return found
    const { file, bias, part } = found
    return (
      this.#files.withMemory(tgid, (memory) => {
        const runtime = file.runtime + bias
        const layout = layoutOf(file.version, runtime, memory, (bytes) => new Fields(bytes, true))
        if (typeof layout === 'string') return layout
        const words = new Words(memory)
        const identity = findIdentity(words, runtime, file.contextType + bias, layout)
        if (typeof identity === 'string') return identity
        const dealloc = words.at(identity.contextType + DEALLOC_AT) - bias
        return { ...identity, functions: this.#functions(tgid, file, part, dealloc) }
      }) ?? 'memory-unreadable'
    )
  }

  /** The library first: a program that is linked to it exports nothing. */
  #runtime(
    tgid: number,
    parts: readonly MappedPart[],
  ): { file: RuntimeFile; bias: number; part: MappedPart } | IdentityDoubt {
    const paths = [...new Set(parts.map(({ path }) => path))]
    paths.sort((a, b) => Number(b.includes('/libpython')) - Number(a.includes('/libpython')))
    let doubt: IdentityDoubt = 'no-runtime'
    for (const path of paths) {
      const own = parts.filter((part) => part.path === path)
      const file = this.#file(tgid, own[0]!)
      if (!file || file.runtime === 0 || file.contextType === 0) continue
      if (file.debug) doubt = 'debug-build'
      else if (file.freeThreaded) doubt = 'free-threaded'
      else {
        const bias = loadBias(file, own)
        if (bias !== undefined) return { file, bias, part: own[0]! }
      }
    }
    return doubt
  }

  #functions(
    tgid: number,
    file: RuntimeFile,
    part: MappedPart,
    deallocAt: number,
  ): ContextFunctions | undefined {
    const copyCurrent = codeOffset(file, file.copyCurrent)
    const dealloc = codeOffset(file, deallocAt)
    if (copyCurrent === undefined || dealloc === undefined) return undefined
    return { path: this.#files.mappedPath(tgid, part), copyCurrent, dealloc }
  }

  #file(tgid: number, part: MappedPart): RuntimeFile | undefined {
    const identity = this.#files.mappedIdentity(tgid, part)
    const known = this.#known.get(identity)
    if (known && identity !== '') return known
    const file = this.#files.withMapped(tgid, part, (bytes) => {
      const elf = ElfFile.open(bytes)
      return elf && readRuntimeFile(part.path, elf)
    })
    if (!file) return undefined
    if (this.#known.size >= MAX_FILES) this.#known.clear()
    this.#known.set(identity, file)
    return file
  }
}

/** `runtime`, `contextType`: addresses of _PyRuntime and PyContext_Type. */
export function findIdentity(
  words: Words,
  runtime: number,
  contextType: number,
  layout: PythonLayout,
): PythonIdentity | IdentityDoubt {
  const states = threadStates(words, runtime, layout)
  if (typeof states === 'string') return states
  const slot = slotOf(words, states)
  if (slot === undefined) return 'thread-state-misplaced'
  const doubt = contextDoubt(words, states, contextType, layout)
  return doubt ?? { slot, context: layout.context, contextType, threads: states.length }
}

/** The only place, the same in every thread, that holds the thread's state. */
function slotOf(words: Words, states: readonly ThreadState[]): number | undefined {
  let slots: readonly number[] | undefined
  for (const { address, pointer } of states) {
    const here = placesOf(address, words.block(pointer, SEARCHED))
    slots = slots?.filter((slot) => here.includes(slot)) ?? here
  }
  return slots?.length === 1 ? slots[0] : undefined
}

function placesOf(word: number, block: Fields): number[] {
  const places: number[] = []
  for (let at = 0; at < SEARCHED; at += 8) if (block.u64(at) === word) places.push(at)
  return places
}

/** The table must name the only member that holds a context in any thread, and one must. */
function contextDoubt(
  words: Words,
  states: readonly ThreadState[],
  contextType: number,
  layout: PythonLayout,
): IdentityDoubt | undefined {
  const isContext = (word: number) => words.at(word + TYPE_AT) === contextType
  let seen = false
  for (const [index, { address }] of states.entries()) {
    const members = words.block(address, layout.threadState)
    const context = members.u64(layout.context)
    if (context !== 0 && !isContext(context)) return 'context-misplaced'
    if (context !== 0) seen = true
    for (let at = 0; index < SCANNED && at < layout.threadState; at += 8) {
      if (at !== layout.context && isContext(members.u64(at))) return 'context-misplaced'
    }
  }
  return seen ? undefined : 'no-context-yet'
}
