// What `go version -m` prints: written by the Go linker, kept when stripped.
// https://cs.opensource.google/go/go/+/master:src/debug/buildinfo/buildinfo.go

import { latin } from './bytes.ts'
import { type ElfFile, PF_W, PT_LOAD } from './elf-file.ts'

export interface GoBuildInfo {
  /** e.g. `go1.26.8`. */
  readonly version: string
  /** Import path of the main package; '' unknown. */
  readonly path: string
}

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1')

/** The linker puts it at the start of the data segment, aligned to 16. */
const SEARCHED = 1 << 16
const ALIGNMENT = 16
const HEADER = 32
const MAX_TEXT = 1 << 16
/** Flag: strings follow the header (Go 1.18), each with its length as a varint before it. */
const INLINE = 2

export function goBuildInfo(elf: ElfFile): GoBuildInfo | undefined {
  const blob = find(elf)
  if (!blob) return undefined
  const inline = ((blob[15] ?? 0) & INLINE) !== 0
  const [version, modules] = inline ? inlineTexts(blob) : pointedTexts(elf, blob)
  if (!version.startsWith('go') && !version.startsWith('devel')) return undefined
  return { version: version.split(' ')[0] ?? version, path: mainPath(modules) }
}

function find(elf: ElfFile): Uint8Array | undefined {
  const section = elf.section('.go.buildinfo')
  const bytes = section ? elf.contents(section, SEARCHED + MAX_TEXT) : startOfData(elf)
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = found.indexOf(MAGIC); at >= 0; at = found.indexOf(MAGIC, at + 1)) {
    if (at % ALIGNMENT === 0 && at + HEADER <= found.length) return found.subarray(at)
  }
  return undefined
}

function startOfData(elf: ElfFile): Uint8Array {
  const data = elf.segments.find((s) => s.type === PT_LOAD && (s.flags & PF_W) !== 0)
  return data ? elf.memory(data.address, SEARCHED) : new Uint8Array(0)
}

function inlineTexts(blob: Uint8Array): [string, string] {
  const [version, next] = textWithLength(blob, HEADER)
  return [version, textWithLength(blob, next)[0]]
}

function textWithLength(blob: Uint8Array, at: number): [text: string, end: number] {
  let length = 0
  let start = at
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = blob[start++] ?? 0
    length += (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  const end = start + length
  return [latin(blob.subarray(start, Math.min(end, start + MAX_TEXT))), end]
}

/** Before Go 1.18: the header points to two Go strings (address, length). */
function pointedTexts(elf: ElfFile, blob: Uint8Array): [string, string] {
  const fields = elf.fields(blob)
  const wide = blob[14] === 8
  const text = (at: number): string => {
    const header = elf.fields(elf.memory(fields.word(at, wide), wide ? 16 : 8))
    const length = Math.min(header.word(wide ? 8 : 4, wide), MAX_TEXT)
    return latin(elf.memory(header.word(0, wide), length))
  }
  return [text(16), text(wide ? 24 : 20)]
}

/** The module text stands between two 16-byte marks; its lines are `key TAB value`. */
function mainPath(modules: string): string {
  const start = modules.indexOf('path\t')
  if (start < 0) return ''
  const end = modules.indexOf('\n', start)
  return modules.slice(start + 5, end < 0 ? undefined : end)
}
