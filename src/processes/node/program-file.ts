// Where Node keeps things, by the code of its own functions: x86-64, Node 20 to 24.
// libuv: src/uv-common.c (uv_default_loop), src/unix/linux.c (uv__platform_invalidate_fd).

import { allSymbols, dynamicSymbols } from '../../elf/dynamic-symbols.ts'
import { type ElfFile, type ElfSegment, PT_LOAD } from '../../elf/elf-file.ts'
import { codeSegments, pageOf } from '../python/runtime-file.ts'

const DEFAULT_LOOP = 'uv_default_loop'
const CHECK_IMMEDIATE = '_ZN4node11Environment14CheckImmediateEP10uv_check_s'
/** Not exported: looks at `inv` of the loop's internal fields. */
const INVALIDATE = 'uv__platform_invalidate_fd'

/** Bytes of a function that are looked at. */
const LOOKED_AT = 64
/** Of internal_fields in uv_loop_t. */
export const INTERNAL_FIELDS_AT = 0x28
const MAX_FIELDS = 0x1000

/** What the file of a Node says of itself: the same for all processes that map it. */
export interface NodeFile {
  /** Virtual addresses in the file: of a pointer to the default loop, and of the callback for immediates. */
  readonly defaultLoop: number
  readonly checkImmediate: number
  /** Of `inv` in the loop's internal fields. */
  readonly polledAt: number
  readonly code: readonly ElfSegment[]
  readonly firstOffset: number
  readonly firstAddress: number
}

export type FileDoubt = 'stripped' | 'version-unsupported'

/** undefined: no Node. */
export function readNodeFile(elf: ElfFile): NodeFile | FileDoubt | undefined {
  const exported = dynamicSymbols(elf, [DEFAULT_LOOP, CHECK_IMMEDIATE])
  const checkImmediate = exported.get(CHECK_IMMEDIATE)
  if (checkImmediate === undefined) return undefined
  const loop = exported.get(DEFAULT_LOOP)
  const invalidate = allSymbols(elf, [INVALIDATE]).get(INVALIDATE)
  // A libuv of its own, or no names but those that it exports.
  if (loop === undefined || invalidate === undefined) return 'stripped'
  const defaultLoop = loadedFrom(elf.memory(loop, LOOKED_AT), loop)
  const polledAt = memberOfInternalFields(elf.memory(invalidate, LOOKED_AT))
  if (defaultLoop === undefined || polledAt === undefined) return 'version-unsupported'
  const first = elf.segments.find(({ type }) => type === PT_LOAD)
  return {
    defaultLoop,
    checkImmediate,
    polledAt,
    code: codeSegments(elf),
    firstOffset: pageOf(first?.offset ?? 0),
    firstAddress: pageOf(first?.address ?? 0),
  }
}

/** `mov r64, m64`: 0x8b after a REX prefix with W. ModRM: mod, reg, rm; rm 5 with mod 0 is relative to the next instruction. */
const MOV = 0x8b
const RDI = 7

function isWideMov(code: Uint8Array, at: number): boolean {
  return (code[at]! & 0xf8) === 0x48 && code[at + 1] === MOV
}

/** The address that the first load relative to the code reads. */
export function loadedFrom(code: Uint8Array, address: number): number | undefined {
  for (let at = 0; at + 7 <= code.length; at++) {
    if (!isWideMov(code, at) || (code[at + 2]! & 0xc7) !== 0x05) continue
    return address + at + 7 + i32(code, at + 3)
  }
  return undefined
}

/** The member of the internal fields of the loop (first argument) that is read first. */
export function memberOfInternalFields(code: Uint8Array): number | undefined {
  let holder = -1
  for (let at = 0; at + 7 <= code.length; at++) {
    if (!isWideMov(code, at)) continue
    const [rex = 0, , modrm = 0, displacement = 0] = code.subarray(at, at + 4)
    const to = ((modrm >> 3) & 7) | ((rex & 4) << 1)
    const from = (modrm & 7) | ((rex & 1) << 3)
    if (holder < 0 && modrm >> 6 === 1 && from === RDI && displacement === INTERNAL_FIELDS_AT)
      holder = to
    else if (holder >= 0 && modrm >> 6 === 2 && from === holder) {
      const member = i32(code, at + 3)
      return member > 0 && member < MAX_FIELDS && member % 8 === 0 ? member : undefined
    }
  }
  return undefined
}

function i32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(at, true)
}
