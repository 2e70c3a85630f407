import type { Fields } from '../elf/bytes.ts'
import { ElfFile } from '../elf/elf-file.ts'
import { type MappedPart, parseMappedFiles } from './mapped-files.ts'
import {
  type FileDoubt,
  INTERNAL_FIELDS_AT,
  type NodeFile,
  readNodeFile,
} from './node/program-file.ts'
import type { ProcFiles } from './proc-files.ts'
import { baseName } from './program.ts'
import { codeOffset, loadBias } from './python/runtime-file.ts'
import { isAddress, Words } from './python/thread-states.ts'

/** A function in a file that the agent can open by this path. */
export interface LoopFunction {
  readonly path: string
  readonly offset: number
}

/** Where the first thread of a running Node keeps what its async_hooks say of what it does now. */
export interface FoundNode {
  /** Address of async_id_fields: doubles, of what runs, what triggered it, and how many were given out. */
  readonly asyncIds: number
  /** Address of a pointer that is set while the loop calls back for what it has polled. */
  readonly polled: number
  /** Where the loop begins to run immediates; undefined: not in the file's code. */
  readonly immediates: LoopFunction | undefined
  /** One look alone is not enough. */
  readonly threads: 1
}

export type NodeDoubt =
  | FileDoubt
  | 'memory-unreadable'
  | 'not-started'
  | 'async-ids-misplaced'
  | 'loop-misplaced'

const NAME = /^(?:node|nodejs|libnode\.so[.\d]*)$/
const MAX_MAPS = 1 << 21
/** Symbols of files that were looked at. */
const MAX_FILES = 64

/** uv_loop_t, uv_handle_t (include/uv.h). */
const HANDLE_QUEUE_AT = 16
const QUEUE_IN_HANDLE = 32
const MAX_HANDLES = 65_536
/** The uv_check_t of immediates: check_cb. */
const CHECK_CB_AT = 96
/** AsyncHooks come behind that handle in Environment (src/env.h). */
const SEARCHED = 0x1000
/** AsyncHooks::UidFields::kUidFieldsCount */
const FIELDS = 4
/** An AliasedBuffer holds the count of its elements, where they begin, and their address. */
const COUNT_BEFORE = 16

/** Finds it in running processes, by reading their memory. Any doubt: none. */
export class NodeIdentities {
  readonly #files: ProcFiles
  readonly #known = new Map<string, NodeFile | FileDoubt | 'none'>()

  constructor(files: ProcFiles) {
    this.#files = files
  }

  /** undefined: the process runs no Node. */
  of(tgid: number): FoundNode | NodeDoubt | undefined {
    const maps = this.#files.text(tgid, 'maps', MAX_MAPS)
    const parts = parseMappedFiles(maps).filter(({ path }) => NAME.test(baseName(path)))
    for (const path of new Set(parts.map((part) => part.path))) {
      const own = parts.filter((part) => part.path === path)
      const file = this.#file(tgid, own[0]!)
      if (file === 'none') continue
      if (typeof file === 'string') return file
      const bias = loadBias(file, own)
      if (bias === undefined) continue
      const stack = stackOf(maps)
      const offset = codeOffset(file, file.checkImmediate)
      const opened = this.#files.mappedPath(tgid, own[0]!)
      const immediates = offset === undefined ? undefined : { path: opened, offset }
      return (
        this.#files.withMemory(tgid, (memory) => {
          const found = findAsyncIds(new Words(memory), file, bias, stack)
          return typeof found === 'string' ? found : { ...found, immediates, threads: 1 as const }
        }) ?? 'memory-unreadable'
      )
    }
    return undefined
  }

  #file(tgid: number, part: MappedPart): NodeFile | FileDoubt | 'none' {
    const identity = this.#files.mappedIdentity(tgid, part)
    const known = this.#known.get(identity)
    if (known && identity !== '') return known
    const read = this.#files.withMapped(tgid, part, (bytes) => {
      const elf = ElfFile.open(bytes)
      return elf && readNodeFile(elf)
    })
    const file = read ?? 'none'
    if (this.#known.size >= MAX_FILES) this.#known.clear()
    this.#known.set(identity, file)
    return file
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

function stackOf(maps: string): Range {
  const [, start = '0', end = '0'] = /^([\da-f]+)-([\da-f]+) .*\[stack\]$/m.exec(maps) ?? []
  return { start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) }
}

export function findAsyncIds(
  words: Words,
  file: NodeFile,
  bias: number,
  stack: Range,
): Pick<FoundNode, 'asyncIds' | 'polled'> | NodeDoubt {
  const loop = words.at(file.defaultLoop + bias)
  if (!isAddress(loop)) return 'not-started'
  const check = checkHandle(words, loop, file.checkImmediate + bias)
  if (check === 0) return 'not-started'
  const asyncIds = idsBehind(words, check)
  if (asyncIds === undefined) return 'async-ids-misplaced'
  const polled = words.at(loop + INTERNAL_FIELDS_AT) + file.polledAt
  const frame = words.at(polled)
  // It points to what is on the stack of the loop's function.
  if (frame !== 0 && (frame < stack.start || frame >= stack.end)) return 'loop-misplaced'
  return { asyncIds, polled }
}

/** The handle whose callback runs the immediates; 0: there is none yet. */
function checkHandle(words: Words, loop: number, callback: number): number {
  const head = loop + HANDLE_QUEUE_AT
  let at = words.at(head)
  for (let n = 0; n < MAX_HANDLES && isAddress(at) && at !== head; n++) {
    if (words.at(at - QUEUE_IN_HANDLE + CHECK_CB_AT) === callback) return at - QUEUE_IN_HANDLE
    at = words.at(at)
  }
  return 0
}

/** The only array of four doubles that look like ids. */
function idsBehind(words: Words, check: number): number | undefined {
  const block = words.block(check, SEARCHED)
  let found: number | undefined
  for (let at = COUNT_BEFORE; at < SEARCHED; at += 8) {
    if (block.u64(at - COUNT_BEFORE) !== FIELDS || block.u64(at - 8) !== 0) continue
    const address = block.u64(at)
    if (!isAddress(address) || !areIds(words.block(address, FIELDS * 8))) continue
    if (found !== undefined) return undefined
    found = address
  }
  return found
}

/** The default trigger id is -1, but for moments. */
function areIds(fields: Fields): boolean {
  const [execution, trigger, count, byDefault] = [0, 8, 16, 24].map((at) => fields.f64(at))
  if (!isId(count!, Number.MAX_SAFE_INTEGER) || count === 0) return false
  return isId(execution!, count!) && isId(trigger!, count!) && isDefault(byDefault!, count!)
}

function isId(id: number, most: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= most
}

function isDefault(id: number, count: number): boolean {
  return id === -1 || isId(id, count)
}
