import { dynamicSymbols } from '../../elf/dynamic-symbols.ts'
import { type ElfFile, PT_LOAD } from '../../elf/elf-file.ts'
import type { MappedPart } from '../mapped-files.ts'
import { baseName } from '../program.ts'

/** What the file of an interpreter says of itself: the same for all processes that map it. */
export interface RuntimeFile {
  /** `3.11`. */
  readonly version: string
  readonly debug: boolean
  readonly freeThreaded: boolean
  /** Virtual addresses in the file; 0: not exported. */
  readonly runtime: number
  readonly contextType: number
  /** Of the first segment that is mapped: where in the file, and for which address. */
  readonly firstOffset: number
  readonly firstAddress: number
}

/** `libpython3.11.so.1.0`, `python3.13t`, `python3.9-dbg`; the letters are those of sys.abiflags. */
const NAME = /^(?:lib)?python(3\.\d+)([a-z]*)(-dbg)?(?:\.so[\d.]*)?$/

const PAGE = 4096

export function isRuntimeName(path: string): boolean {
  return NAME.test(baseName(path))
}

/** undefined: not a file of CPython, by its name. */
export function readRuntimeFile(path: string, elf: ElfFile): RuntimeFile | undefined {
  const found = NAME.exec(baseName(path))
  if (!found) return undefined
  const [, version = '', flags = '', suffix] = found
  const symbols = dynamicSymbols(elf, ['_PyRuntime', 'PyContext_Type', '_Py_RefTotal'])
  const first = elf.segments.find(({ type }) => type === PT_LOAD)
  return {
    version,
    debug: flags.includes('d') || suffix !== undefined || symbols.has('_Py_RefTotal'),
    freeThreaded: flags.includes('t'),
    runtime: symbols.get('_PyRuntime') ?? 0,
    contextType: symbols.get('PyContext_Type') ?? 0,
    firstOffset: pageOf(first?.offset ?? 0),
    firstAddress: pageOf(first?.address ?? 0),
  }
}

/** What the loader added to the file's addresses; undefined: its first segment is not mapped. */
export function loadBias(file: RuntimeFile, parts: readonly MappedPart[]): number | undefined {
  const first = parts.find(({ offset }) => offset === file.firstOffset)
  return first && first.start - file.firstAddress
}

function pageOf(at: number): number {
  return at - (at % PAGE)
}
