import { u16, u32 } from './packet.ts'

/**
 * Reads the fields of one payload, bytes[at, end), from front to back; never throws. What is not there
 * reads as 0 or '', and sets `short`.
 */
export class Fields {
  bytes: Buffer
  at: number
  end: number
  short: boolean

  constructor() {
    this.bytes = Buffer.alloc(0)
    this.at = 0
    this.end = 0
    this.short = false
  }

  aim(bytes: Buffer, at: number, end: number): this {
    this.bytes = bytes
    this.at = at
    this.end = end
    this.short = false
    return this
  }

  get left(): number {
    return this.end - this.at
  }

  u8(): number {
    return this.#has(1) ? this.bytes[this.at++]! : 0
  }

  u16(): number {
    if (!this.#has(2)) return 0
    this.at += 2
    return u16(this.bytes, this.at - 2)
  }

  u32(): number {
    if (!this.#has(4)) return 0
    this.at += 4
    return u32(this.bytes, this.at - 4)
  }

  /** A length-encoded integer; those above 2^53 are not exact. */
  lenenc(): number {
    const first = this.u8()
    if (first < 0xfb) return first
    if (first === 0xfc) return this.u16()
    if (first === 0xfd) return this.u16() + this.u8() * 0x10000
    if (first === 0xfe) return this.u32() + this.u32() * 0x1_0000_0000
    this.short = true
    return 0
  }

  skip(count: number): void {
    if (count > this.left) this.short = true
    this.at = Math.min(this.end, this.at + count)
  }

  /** Bytes up to a NUL, which is passed too. */
  untilNul(): string {
    const start = this.at
    this.skipNul()
    return this.short ? '' : this.bytes.toString('utf8', start, this.at - 1)
  }

  skipNul(): void {
    const nul = this.bytes.indexOf(0, this.at)
    if (nul === -1 || nul >= this.end) this.short = true
    this.at = this.short ? this.end : nul + 1
  }

  /** As many bytes as the length before them says; '' if they are not all there. */
  lenencText(limit: number): string {
    const length = this.lenenc()
    const start = this.at
    this.skip(length)
    return this.short ? '' : this.bytes.toString('utf8', start, start + Math.min(length, limit))
  }

  #has(count: number): boolean {
    if (count <= this.left) return true
    this.at = this.end
    this.short = true
    return false
  }
}

/** One for all: valid until it is aimed anew. */
export const fields = new Fields()
