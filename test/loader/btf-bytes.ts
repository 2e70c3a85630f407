/** Kinds of include/uapi/linux/btf.h. */
const INT = 1
const STRUCT = 4
const UNION = 5
const TYPEDEF = 8

export interface MemberSpec {
  readonly name: string
  readonly type: number
  readonly bit: number
  /** Width of a bit-field. */
  readonly width?: number
}

/** Writes BTF for tests: each call adds a type and returns its id. */
export class BtfBytes {
  readonly #types: number[] = []
  #strings = '\0'
  #count = 0

  int(name: string, bytes: number): number {
    return this.#add(name, INT, 0, bytes, [bytes * 8])
  }

  typedef(name: string, type: number): number {
    return this.#add(name, TYPEDEF, 0, type, [])
  }

  struct(name: string, bytes: number, members: readonly MemberSpec[]): number {
    return this.#composite(STRUCT, name, bytes, members)
  }

  union(name: string, bytes: number, members: readonly MemberSpec[]): number {
    return this.#composite(UNION, name, bytes, members)
  }

  toBytes(): ArrayBuffer {
    const strings = Buffer.from(this.#strings, 'latin1')
    const header = [
      0x0001_eb9f,
      24,
      0,
      this.#types.length * 4,
      this.#types.length * 4,
      strings.length,
    ]
    const words = Uint32Array.from([...header, ...this.#types])
    return Uint8Array.from(Buffer.concat([Buffer.from(words.buffer), strings])).buffer
  }

  #composite(kind: number, name: string, bytes: number, members: readonly MemberSpec[]): number {
    const bitfields = members.some(({ width }) => width !== undefined)
    const words = members.flatMap((member) => [
      this.#string(member.name),
      member.type,
      bitfields ? (member.width ?? 0) * 2 ** 24 + member.bit : member.bit,
    ])
    const info = (bitfields ? 0x8000_0000 : 0) + kind * 2 ** 24 + members.length
    return this.#add(name, undefined, info, bytes, words)
  }

  #add(
    name: string,
    kind: number | undefined,
    info: number,
    size: number,
    rest: readonly number[],
  ): number {
    this.#types.push(this.#string(name), kind === undefined ? info : kind * 2 ** 24, size, ...rest)
    return ++this.#count
  }

  #string(text: string): number {
    if (text === '') return 0
    const at = this.#strings.indexOf(`\0${text}\0`)
    if (at >= 0) return at + 1
    this.#strings += `${text}\0`
    return this.#strings.length - text.length - 1
  }
}
