import type { Cursor } from '../cursor.ts'
import type { GrpcMessages } from '../grpc/messages.ts'
import { endOfLine } from './field-lines.ts'

const LF = 0x0a
const CR = 0x0d

/** A chunk's size line with its extensions; a trailer line. */
const MAX_LINE = 8192
/** 13 hexadecimal digits stay below 2^53. */
const MAX_SIZE_DIGITS = 13
/** The last chunk, `0 CRLF CRLF`, when it has no extensions and no trailers. */
const LAST_CHUNK = 5

export type Progress = 'end' | 'need-more' | 'lost-sync'

type Kind = 'none' | 'length' | 'chunked' | 'until-close'
type Phase = 'size' | 'data' | 'data-end' | 'trailers'

/**
 * Where a message's body ends: RFC 9112, sections 6.3 and 7.1. Only its frame is read, and the messages of
 * gRPC-Web in it.
 */
export class Body {
  messages: GrpcMessages | undefined
  #kind: Kind
  #phase: Phase
  /** Bytes of the body, of the chunk, or of the line end behind it still to come. */
  #remaining: number
  /** Position up to which no line end was found. */
  #searched: number

  constructor() {
    this.messages = undefined
    this.#kind = 'none'
    this.#phase = 'size'
    this.#remaining = 0
    this.#searched = 0
  }

  ofLength(length: number): void {
    this.#kind = length === 0 ? 'none' : 'length'
    this.#remaining = length
  }

  chunked(): void {
    this.#kind = 'chunked'
    this.#phase = 'size'
    this.#searched = 0
  }

  untilClose(): void {
    this.#kind = 'until-close'
  }

  get endsWithStream(): boolean {
    return this.#kind === 'until-close'
  }

  /** Bytes from the place of reading on that need not be seen. */
  get skippable(): number {
    const unread = this.#unread
    return this.messages ? Math.min(unread, this.messages.skippable) : unread
  }

  get #unread(): number {
    if (this.#kind === 'until-close') return Number.MAX_SAFE_INTEGER
    if (this.#kind === 'length') return this.#remaining
    return this.#kind === 'chunked' && this.#phase === 'data' ? this.#remaining + 2 : 0
  }

  read(cursor: Cursor): Progress {
    if (this.#kind === 'none') return 'end'
    if (this.#kind === 'chunked') return this.#readChunks(cursor)
    if (this.#kind === 'length') return this.#skip(cursor) ? 'end' : 'need-more'
    this.#pass(cursor, Number.MAX_SAFE_INTEGER)
    return 'need-more'
  }

  #readChunks(cursor: Cursor): Progress {
    for (;;) {
      if (this.#phase === 'trailers') return this.#readTrailers(cursor)
      if (this.#phase === 'size') {
        const progress = this.#readSize(cursor)
        if (progress !== undefined) return progress
      }
      if (this.#phase === 'data') {
        if (!this.#skip(cursor)) return 'need-more'
        this.#phase = 'data-end'
        this.#remaining = 2
      }
      if (this.#phase === 'data-end') {
        const progress = this.#readDataEnd(cursor)
        if (progress !== undefined) return progress
      }
    }
  }

  #skip(cursor: Cursor): boolean {
    this.#remaining -= this.#pass(cursor, this.#remaining)
    return this.#remaining === 0
  }

  #pass(cursor: Cursor, count: number): number {
    return this.messages ? this.messages.pass(cursor, count) : cursor.skipUpTo(count)
  }

  /** Undefined: on to the next phase. */
  #readSize(cursor: Cursor): Progress | undefined {
    // So many bytes that nobody saw, where a chunk would begin: nothing else ends so.
    if (cursor.readable <= 0 && cursor.end + cursor.gap - cursor.at === LAST_CHUNK) {
      cursor.skipUpTo(LAST_CHUNK)
      return 'end'
    }
    const lineEnd = this.#findLine(cursor)
    if (lineEnd < 0) return lineEnd === -1 ? 'need-more' : 'lost-sync'
    const size = parseSize(cursor.bytes, cursor.at, lineEnd)
    if (size < 0) return 'lost-sync'
    cursor.at = lineEnd + 1
    this.#remaining = size
    this.#phase = size === 0 ? 'trailers' : 'data'
    return undefined
  }

  /** CR LF behind a chunk's data; a bare LF passes. */
  #readDataEnd(cursor: Cursor): Progress | undefined {
    while (cursor.readable > 0) {
      const byte = cursor.bytes[cursor.at]
      if (byte !== LF && (byte !== CR || this.#remaining === 1)) return 'lost-sync'
      cursor.at++
      this.#remaining--
      if (byte === LF) return this.#nextSize()
    }
    this.#remaining -= cursor.skipUpTo(this.#remaining)
    return this.#remaining === 0 ? this.#nextSize() : 'need-more'
  }

  #nextSize(): undefined {
    this.#phase = 'size'
    this.#searched = 0
    return undefined
  }

  #readTrailers(cursor: Cursor): Progress {
    for (;;) {
      const lineEnd = this.#findLine(cursor)
      if (lineEnd < 0) return lineEnd === -1 ? 'need-more' : 'lost-sync'
      const length = lineEnd - cursor.at
      const empty = length === 0 || (length === 1 && cursor.bytes[cursor.at] === CR)
      cursor.at = lineEnd + 1
      if (empty) return 'end'
    }
  }

  /** Index of the LF; -1: not yet, -2: there will be none. Looks at no byte twice. */
  #findLine(cursor: Cursor): number {
    if (cursor.readable <= 0) return -1
    const from = Math.max(cursor.at, this.#searched - cursor.origin)
    const found = endOfLine(cursor.bytes, from, cursor.end)
    if (found !== -1) return found
    this.#searched = cursor.origin + cursor.end
    return cursor.readable > MAX_LINE ? -2 : -1
  }
}

/** `chunk-size [ chunk-ext ]`; -1 if it is none. */
function parseSize(bytes: Uint8Array, start: number, end: number): number {
  let size = 0
  let digits = 0
  let at = start
  for (; at < end; at++) {
    const digit = hexDigit(bytes[at]!)
    if (digit < 0) break
    size = size * 16 + digit
    // Leading zeros count for nothing.
    if (size > 0 && ++digits > MAX_SIZE_DIGITS) return -1
  }
  if (at === start) return -1
  const next = bytes[at]
  const ends = at === end || next === CR || next === 0x3b || next === 0x20 || next === 0x09
  return ends ? size : -1
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
