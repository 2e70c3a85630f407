// Protocol Buffers, as OTLP needs them: https://protobuf.dev/programming-guides/encoding/
import type { HrTime } from './sdk.ts'

const FIRST_SIZE = 1 << 16
/** Longer strings are given to the UTF-8 encoder, whose call costs as much as 60 characters here. */
const SHORT = 64
/** UTF-8 bytes of a UTF-16 unit, at most. */
const WIDEST = 3
/** Room for whatever has a known size: tags, lengths, numbers, ids. */
const ROOM = 64

/** Writes fields into one memory that is used again and again, and grows to the largest message. */
export class ProtobufWriter {
  #bytes: Buffer
  #view: DataView
  #at: number

  constructor() {
    this.#bytes = Buffer.allocUnsafeSlow(FIRST_SIZE)
    this.#view = new DataView(this.#bytes.buffer)
    this.#at = 0
  }

  /** Begins a new message. */
  reset(): void {
    this.#at = 0
  }

  get length(): number {
    return this.#at
  }

  /** What was written from there on. Borrowed until the next `reset`. */
  since(length: number): Uint8Array {
    return this.#bytes.subarray(length, this.#at)
  }

  /** `tag`: field number and wire type, below 128. */
  tag(tag: number): void {
    this.#room(ROOM)
    this.#bytes[this.#at++] = tag
  }

  /** Begins a message within; `end` takes what this returns. `expected`: bytes that its length will take. */
  begin(expected: number): number {
    this.#room(ROOM)
    const start = this.#at + expected
    this.#at = start
    return start
  }

  end(start: number, expected: number): void {
    const length = this.#at - start
    const needed = sizeOf(length)
    if (needed !== expected) {
      this.#room(ROOM)
      this.#bytes.copyWithin(start + needed - expected, start, this.#at)
      this.#at += needed - expected
    }
    const end = this.#at
    this.#at = start - expected
    this.#varint32(length)
    this.#at = end
  }

  /** As the official exporter writes int64: exact below 2^53 and for powers of two. */
  varint(value: number): void {
    this.#room(ROOM)
    if (value >= 0 && value <= 0xffff_ffff) this.#varint32(value)
    else this.#varint64(value)
  }

  fixed32(value: number): void {
    this.#room(ROOM)
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  /** Nanoseconds since 1970 as fixed64. */
  time([seconds, nanoseconds]: HrTime): void {
    this.#room(ROOM)
    // Seconds in two halves, so that no product passes 2^53.
    const low = (seconds & 0xffff) * 1e9 + nanoseconds
    const high = Math.floor(seconds / 0x1_0000) * 1e9
    const bottom = (low >>> 0) + (high & 0xffff) * 0x1_0000
    const top =
      Math.floor(low / 2 ** 32) + Math.floor(high / 0x1_0000) + Math.floor(bottom / 2 ** 32)
    this.#view.setUint32(this.#at, bottom, true)
    this.#view.setUint32(this.#at + 4, top, true)
    this.#at += 8
  }

  double(value: number): void {
    this.#room(ROOM)
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  /** With its length. */
  text(text: string): void {
    const { length } = text
    this.#room(length * WIDEST + ROOM)
    const start = this.begin(sizeOf(length))
    if (!this.#ascii(text, length)) this.#at += this.#bytes.write(text, start)
    this.end(start, sizeOf(length))
  }

  /** Hex digits as bytes, with their length. */
  hex(digits: string): void {
    const { length } = digits
    this.#room(length + ROOM)
    const bytes = this.#bytes
    let at = this.#at
    bytes[at++] = length >> 1
    for (let i = 0; i < length; i += 2)
      bytes[at++] = (nibble(digits.charCodeAt(i)) << 4) | nibble(digits.charCodeAt(i + 1))
    this.#at = at
  }

  /** Fields that were written before. */
  raw(fields: Uint8Array): void {
    this.#room(fields.length)
    this.#bytes.set(fields, this.#at)
    this.#at += fields.length
  }

  /** False: it is long or not ASCII, and nothing is written. */
  #ascii(text: string, length: number): boolean {
    if (length > SHORT) return false
    const bytes = this.#bytes
    const start = this.#at
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) return false
      bytes[start + i] = code
    }
    this.#at = start + length
    return true
  }

  #varint32(value: number): void {
    let rest = value >>> 0
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80
    this.#bytes[this.#at++] = rest
  }

  #varint64(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.#at++] = Number(rest)
  }

  #room(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + size))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}

/** Bytes of a length. */
function sizeOf(length: number): number {
  if (length < 0x80) return 1
  if (length < 0x4000) return 2
  if (length < 0x20_0000) return 3
  return length < 0x1000_0000 ? 4 : 5
}

/** Of a hex digit. */
function nibble(code: number): number {
  return code <= 57 ? code & 15 : (code & 15) + 9
}
