import { dynamicSymbols } from '../../elf/dynamic-symbols.ts'
import { type ElfFile, type ElfSegment, PT_LOAD } from '../../elf/elf-file.ts'
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
  /** PyContext_CopyCurrent. */
  readonly copyCurrent: number
  readonly code: readonly ElfSegment[]
  /** Of the first segment that is mapped: where in the file, and for which address. */
  readonly firstOffset: number
  readonly firstAddress: number
}

/** `libpython3.11.so.1.0`, `python3.13t`, `python3.9-dbg`; the letters are those of sys.abiflags. */
const NAME = /^(?:lib)?python(3\.\d+)([a-z]*)(-dbg)?(?:\.so[\d.]*)?$/

const SYMBOLS = ['_PyRuntime', 'PyContext_Type', 'PyContext_CopyCurrent', '_Py_RefTotal']

const PF_X = 1
const PAGE = 4096

export function isRuntimeName(path: string): boolean {
  return NAME.test(baseName(path))
}

/** undefined: not a file of CPython, by its name. */
export function readRuntimeFile(path: string, elf: ElfFile): RuntimeFile | undefined {
  const found = NAME.exec(baseName(path))
  if (!found) return undefined
  const [, version = '', flags = '', suffix] = found
  const symbols = dynamicSymbols(elf, SYMBOLS)
  const first = elf.segments.find(({ type }) => type === PT_LOAD)
  return {
    version,
    debug: flags.includes('d') || suffix !== undefined || symbols.has('_Py_RefTotal'),
    freeThreaded: flags.includes('t'),
    runtime: symbols.get('_PyRuntime') ?? 0,
    contextType: symbols.get('PyContext_Type') ?? 0,
    copyCurrent: symbols.get('PyContext_CopyCurrent') ?? 0,
    code: codeSegments(elf),
    firstOffset: pageOf(first?.offset ?? 0),
    firstAddress: pageOf(first?.address ?? 0),
  }
}

export function codeSegments(elf: ElfFile): readonly ElfSegment[] {
  return elf.segments.filter(({ type, flags }) => type === PT_LOAD && (flags & PF_X) !== 0)
}

/** Where the code at a virtual address is in the file; undefined: no code is there. */
export function codeOffset(file: Pick<RuntimeFile, 'code'>, address: number): number | undefined {
  const segment = file.code.find(
    (part) => address >= part.address && address < part.address + part.fileSize,
  )
  return segment && address - segment.address + segment.offset
}

/** What the loader added to the file's addresses; undefined: its first segment is not mapped. */
export function loadBias(
  file: Pick<RuntimeFile, 'firstOffset' | 'firstAddress'>,
  parts: readonly MappedPart[],
): number | undefined {
  const first = parts.find(({ offset }) => offset === file.firstOffset)
  return first && first.start - file.firstAddress
}

export function pageOf(at: number): number {
  return at - (at % PAGE)
}
