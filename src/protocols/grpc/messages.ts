import type { Cursor } from '../cursor.ts'

/** Compressed flag and length, before each message. */
const PREFIX = 5
const COMPRESSED = 0x01
/** gRPC-Web: the message holds the trailers. */
const TRAILERS = 0x80
/** Characters of trailers that are kept. */
const MAX_TRAILERS = 4096

/** The messages in one direction of a call; its bytes may be spread over any number of frames. */
export class GrpcMessages {
  /** Complete ones. */
  count: number
  compressed: number
  /** Bytes were missing or are no messages: what was counted is not all. */
  lost: boolean
  /** Trailers of gRPC-Web: lines as of HTTP/1; '' none so far. */
  trailers: string
  readonly #isWeb: boolean
  /** Bytes of the prefix that were read. */
  #prefix: number
  #flags: number
  /** Length while the prefix is read, then the bytes of the message still to come. */
  #remaining: number

  constructor(isWeb: boolean) {
    this.count = 0
    this.compressed = 0
    this.lost = false
    this.trailers = ''
    this.#isWeb = isWeb
    this.#prefix = 0
    this.#flags = 0
    this.#remaining = 0
  }

  /** Bytes from the place of reading on that need not be seen. */
  get skippable(): number {
    if (this.lost) return Number.MAX_SAFE_INTEGER
    return this.#prefix === PREFIX && !this.#isTrailers ? this.#remaining : 0
  }

  /** Passes over up to `count` bytes of the body, the gap included, and returns how many. */
  pass(cursor: Cursor, count: number): number {
    let left = count
    while (left > 0 && !this.lost) {
      const passed =
        this.#prefix < PREFIX ? this.#readPrefix(cursor, left) : this.#readMessage(cursor, left)
      if (passed === 0) break
      left -= passed
    }
    return count - left + (this.lost ? cursor.skipUpTo(left) : 0)
  }

  #readPrefix(cursor: Cursor, count: number): number {
    if (cursor.readable <= 0) {
      if (cursor.gap > 0) this.lost = true
      return 0
    }
    const upTo = Math.min(count, cursor.readable, PREFIX - this.#prefix)
    for (let i = 0; i < upTo; i++) {
      const byte = cursor.bytes[cursor.at++]!
      if (this.#prefix++ === 0) this.#flags = byte
      else this.#remaining = this.#remaining * 256 + byte
    }
    if (this.#prefix === PREFIX) this.#begin()
    return upTo
  }

  #begin(): void {
    const known = this.#isWeb ? COMPRESSED | TRAILERS : COMPRESSED
    if ((this.#flags & ~known) !== 0) this.lost = true
    else if (this.#remaining === 0) this.#end()
  }

  #readMessage(cursor: Cursor, count: number): number {
    const upTo = Math.min(count, this.#remaining)
    if (this.#isTrailers) this.#keepTrailers(cursor, upTo)
    const passed = cursor.skipUpTo(upTo)
    this.#remaining -= passed
    if (this.#remaining === 0) this.#end()
    return passed
  }

  #end(): void {
    this.#prefix = 0
    if (this.#isTrailers) return
    this.count++
    if ((this.#flags & COMPRESSED) !== 0) this.compressed++
  }

  #keepTrailers(cursor: Cursor, count: number): void {
    const room = Math.min(count, cursor.readable, MAX_TRAILERS - this.trailers.length)
    if (room > 0) this.trailers += cursor.bytes.toString('latin1', cursor.at, cursor.at + room)
  }

  get #isTrailers(): boolean {
    return (this.#flags & TRAILERS) !== 0
  }
}
