/** Kinds of include/uapi/linux/btf.h, as far as they are told apart here. */
const INT = 1
const ARRAY = 3
const STRUCT = 4
const UNION = 5
const ENUM = 6
const TYPEDEF = 8
const FUNC_PROTO = 13
const VAR = 14
const DATASEC = 15
const DECL_TAG = 17
const ENUM64 = 19

/** Bytes that every type begins with. */
const COMMON = 12

const NO_NAME = 0

interface Member {
  readonly nameAt: number
  readonly type: number
  /** Bits from the start of the struct. */
  readonly bit: number
}

/**
 * Types of a kernel, from the raw bytes of its BTF
 * (https://docs.kernel.org/bpf/btf.html). Reads what it is asked for; keeps one number per type.
 */
export class Btf {
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #stringsAt: number
  readonly #stringsEnd: number
  /** Byte of each type, by id. */
  readonly #types: number[] = [0]

  constructor(raw: ArrayBuffer) {
    this.#bytes = Buffer.from(raw)
    this.#view = new DataView(raw)
    if (raw.byteLength < 24 || this.#view.getUint16(0, true) !== 0xeb9f) throw new Error('not BTF')
    const header = this.#view.getUint32(4, true)
    this.#stringsAt = header + this.#view.getUint32(16, true)
    this.#stringsEnd = Math.min(this.#stringsAt + this.#view.getUint32(20, true), raw.byteLength)
    this.#index(header + this.#view.getUint32(8, true), this.#view.getUint32(12, true))
  }

  /** Whether a tracepoint of this name exists, with types. */
  hasTracepoint(name: string): boolean {
    return this.#find(`btf_trace_${name}`, TYPEDEF) !== undefined
  }

  hasStruct(name: string): boolean {
    return this.#find(name, STRUCT) !== undefined
  }

  /** Bytes from the start of `struct name` to a member, through anonymous structs; `a.b` goes into a named one. */
  offset(name: string, path: string): number | undefined {
    let type = this.#find(name, STRUCT)
    let bytes = 0
    for (const word of path.split('.')) {
      const found: Member | undefined = type === undefined ? undefined : this.#member(type, word)
      if (found === undefined || found.bit % 8 !== 0) return undefined
      bytes += found.bit / 8
      type = this.#strip(found.type)
    }
    return bytes
  }

  /** A type that is cut off is not there. */
  #index(start: number, length: number): void {
    const end = Math.min(start + length, this.#bytes.length)
    for (let at = start; at + COMMON <= end; ) {
      const next = at + COMMON + this.#tail(at)
      if (next > end) return
      this.#types.push(at)
      at = next
    }
  }

  /** Bytes behind the common part of a type. */
  #tail(at: number): number {
    const info = this.#view.getUint32(at + 4, true)
    const count = info & 0xffff
    switch ((info >>> 24) & 0x1f) {
      case INT:
      case VAR:
      case DECL_TAG:
        return 4
      case ARRAY:
        return 12
      case STRUCT:
      case UNION:
      case DATASEC:
      case ENUM64:
        return 12 * count
      case ENUM:
      case FUNC_PROTO:
        return 8 * count
      default:
        return 0
    }
  }

  #kind(at: number): number {
    return (this.#view.getUint32(at + 4, true) >>> 24) & 0x1f
  }

  #nameAt(name: string): number {
    const strings = this.#bytes.subarray(this.#stringsAt, this.#stringsEnd)
    const found = strings.indexOf(`\0${name}\0`, 0, 'latin1')
    return found < 0 ? NO_NAME : found + 1
  }

  /** The first of that name and kind; the string table holds each name once. */
  #find(name: string, kind: number): number | undefined {
    const nameAt = this.#nameAt(name)
    if (nameAt === NO_NAME) return undefined
    for (let id = 1; id < this.#types.length; id++) {
      const at = this.#types[id]!
      if (this.#view.getUint32(at, true) === nameAt && this.#kind(at) === kind) return at
    }
    return undefined
  }

  #strip(id: number): number | undefined {
    let at = this.#types[id]
    // typedef, volatile, const, restrict, type_tag
    while (at !== undefined && [TYPEDEF, 9, 10, 11, 18].includes(this.#kind(at))) {
      at = this.#types[this.#view.getUint32(at + 8, true)]
    }
    return at
  }

  #member(type: number, name: string, base = 0): Member | undefined {
    const info = this.#view.getUint32(type + 4, true)
    const kind = this.#kind(type)
    if (kind !== STRUCT && kind !== UNION) return undefined
    const bitfields = info >>> 31 === 1
    for (let i = 0; i < (info & 0xffff); i++) {
      const at = type + 12 + i * 12
      const raw = this.#view.getUint32(at + 8, true)
      const member = {
        nameAt: this.#view.getUint32(at, true),
        type: this.#view.getUint32(at + 4, true),
        bit: base + (bitfields ? raw & 0xff_ffff : raw),
      }
      if (this.#isNamed(member.nameAt, name)) return member
      const inner = member.nameAt === NO_NAME ? this.#strip(member.type) : undefined
      const found = inner === undefined ? undefined : this.#member(inner, name, member.bit)
      if (found !== undefined) return found
    }
    return undefined
  }

  #isNamed(nameAt: number, name: string): boolean {
    const at = this.#stringsAt + nameAt
    const text = this.#bytes.toString('latin1', at, at + name.length)
    return text === name && this.#bytes[at + name.length] === 0
  }
}
