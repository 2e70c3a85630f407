// ELF object files, both classes and byte orders.
// https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html

import { type Bytes, Fields, textAt } from './bytes.ts'

export interface ElfSection {
  readonly name: string
  readonly type: number
  readonly address: number
  readonly offset: number
  readonly size: number
}

/** A stretch of the file that is mapped when the program runs (PT_LOAD) or holds notes (PT_NOTE). */
export interface ElfSegment {
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly address: number
  readonly fileSize: number
}

export interface ElfNote {
  readonly owner: string
  readonly type: number
  readonly description: Uint8Array
}

export const PT_LOAD = 1
const PT_NOTE = 4
export const PF_W = 2
const SHT_NOBITS = 8

/** Real binaries have fewer than 60; kernels of debug builds a few hundred. */
const MAX_HEADERS = 4096
const MAX_NAMES = 1 << 20
const MAX_NOTES = 1 << 16

/** Headers of an ELF file; contents are read when asked for, never more than the limit given. */
export class ElfFile {
  readonly wide: boolean
  readonly little: boolean
  readonly sections: readonly ElfSection[]
  readonly segments: readonly ElfSegment[]
  readonly #bytes: Bytes

  private constructor(bytes: Bytes, head: Uint8Array) {
    this.#bytes = bytes
    this.wide = head[4] === 2
    this.little = head[5] === 1
    const fields = this.fields(head)
    this.segments = this.#readSegments(fields)
    this.sections = this.#readSections(fields)
  }

  /** undefined: not an ELF file. A damaged one has fewer sections than it says. */
  static open(bytes: Bytes): ElfFile | undefined {
    const head = bytes.read(0, 64)
    const isElf = head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
    if (!isElf || head.length < 52) return undefined
    return new ElfFile(bytes, head)
  }

  section(name: string): ElfSection | undefined {
    return this.sections.find((section) => section.name === name)
  }

  /** The first `limit` bytes of a section; none if it takes no room in the file. */
  contents(section: ElfSection | undefined, limit: number): Uint8Array {
    if (!section || section.type === SHT_NOBITS) return new Uint8Array(0)
    return this.#bytes.read(section.offset, Math.min(section.size, limit))
  }

  /** Bytes at a virtual address, through the segment that maps it. */
  memory(address: number, length: number): Uint8Array {
    const segment = this.segments.find(
      (s) => s.type === PT_LOAD && address >= s.address && address < s.address + s.fileSize,
    )
    if (!segment) return new Uint8Array(0)
    const within = address - segment.address
    return this.#bytes.read(segment.offset + within, Math.min(length, segment.fileSize - within))
  }

  fields(bytes: Uint8Array): Fields {
    return new Fields(bytes, this.little)
  }

  /** Notes survive stripping, as they are found through the segments. */
  *notes(): Generator<ElfNote> {
    for (const segment of this.segments) {
      if (segment.type !== PT_NOTE) continue
      yield* this.#notesIn(this.#bytes.read(segment.offset, Math.min(segment.fileSize, MAX_NOTES)))
    }
  }

  *#notesIn(bytes: Uint8Array): Generator<ElfNote> {
    const fields = this.fields(bytes)
    for (let at = 0; at + 12 <= bytes.length; ) {
      const nameEnd = at + 12 + fields.u32(at)
      const start = (nameEnd + 3) & ~3
      const end = start + fields.u32(at + 4)
      if (end > bytes.length || nameEnd > bytes.length) return
      const owner = textAt(bytes.subarray(at + 12, nameEnd), 0)
      yield { owner, type: fields.u32(at + 8), description: bytes.subarray(start, end) }
      at = (end + 3) & ~3
    }
  }

  #readSegments(head: Fields): ElfSegment[] {
    const { wide } = this
    const size = wide ? 56 : 32
    const count = Math.min(head.u16(wide ? 56 : 44), MAX_HEADERS)
    const table = this.fields(this.#bytes.read(head.word(wide ? 32 : 28, wide), count * size))
    const segments: ElfSegment[] = []
    for (let at = 0; at < count * size; at += size) {
      segments.push({
        type: table.u32(at),
        flags: table.u32(at + (wide ? 4 : 24)),
        offset: table.word(at + (wide ? 8 : 4), wide),
        address: table.word(at + (wide ? 16 : 8), wide),
        fileSize: table.word(at + (wide ? 32 : 16), wide),
      })
    }
    return segments
  }

  #readSections(head: Fields): ElfSection[] {
    const { wide } = this
    const size = wide ? 64 : 40
    const count = Math.min(head.u16(wide ? 60 : 48), MAX_HEADERS)
    const raw = this.#bytes.read(head.word(wide ? 40 : 32, wide), count * size)
    const table = this.fields(raw)
    const namesAt = head.u16(wide ? 62 : 50) * size
    const names = this.#bytes.read(
      table.word(namesAt + (wide ? 24 : 16), wide),
      Math.min(table.word(namesAt + (wide ? 32 : 20), wide), MAX_NAMES),
    )
    const sections: ElfSection[] = []
    for (let at = 0; at + size <= raw.length; at += size) {
      sections.push({
        name: textAt(names, table.u32(at)),
        type: table.u32(at + 4),
        address: table.word(at + (wide ? 16 : 12), wide),
        offset: table.word(at + (wide ? 24 : 16), wide),
        size: table.word(at + (wide ? 32 : 20), wide),
      })
    }
    return sections
  }
}
