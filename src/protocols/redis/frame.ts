import type { Cursor } from '../cursor.ts'
import * as resp from './resp.ts'

/** Aggregates inside of each other. Redis itself nests eight deep, scripts as they like. */
const MAX_DEPTH = 32
/** Text of one line: Redis bounds what it is sent so. */
const MAX_LINE = 65_536
/** Of an error so much is waited for. */
const MAX_PREFIX = 64

export type Progress = 'end' | 'need-more' | 'lost-sync'

/** Where one value ends, whatever is in it. Bodies are passed by their length. */
export class Frame {
  /** Values to come at each depth; infinite: until their end is said. */
  readonly #left: Float64Array
  #depth: number
  /** Bytes to come of a string and of the line end behind it. */
  #bytes: number
  /** Bytes read of a line of text of which the end was not; -1: of none. */
  #line: number
  /** The word that the first error in it begins with; '' no error. */
  error: string
  /** Of numbers the last one. */
  number: number

  constructor() {
    this.#left = new Float64Array(MAX_DEPTH)
    this.#depth = 0
    this.#bytes = 0
    this.#line = -1
    this.error = ''
    this.number = 0
  }

  /** `values` begin; `bytes`: what is left of a string before them. */
  begin(values: number, bytes: number): void {
    this.#left[0] = values
    this.#depth = 0
    this.#bytes = bytes
    this.#line = -1
    this.error = ''
    this.number = 0
  }

  /** Bytes that need not be seen. */
  get skippable(): number {
    return Math.max(0, this.#bytes - 2)
  }

  read(cursor: Cursor): Progress {
    for (;;) {
      const progress = this.#readRest(cursor)
      if (progress !== 'end') return progress
      while (this.#left[this.#depth] === 0) {
        if (this.#depth === 0) return 'end'
        this.#depth--
      }
      const begun = this.#readHead(cursor)
      if (begun !== 'end') return begun
    }
  }

  /** What was begun before. */
  #readRest(cursor: Cursor): Progress {
    if (this.#bytes > 0) return this.#passString(cursor)
    return this.#line >= 0 ? this.#passLine(cursor) : 'end'
  }

  #passString(cursor: Cursor): Progress {
    if (this.#bytes > 2) this.#bytes -= cursor.skipUpTo(this.#bytes - 2)
    if (this.#bytes > 2) return 'need-more'
    for (; this.#bytes > 0 && cursor.readable > 0; this.#bytes--) {
      if (cursor.bytes[cursor.at] !== (this.#bytes === 2 ? resp.CR : resp.LF)) return 'lost-sync'
      cursor.at++
    }
    this.#bytes -= cursor.skipUpTo(this.#bytes)
    return this.#bytes > 0 ? 'need-more' : 'end'
  }

  #passLine(cursor: Cursor): Progress {
    const { bytes, end } = cursor
    const start = cursor.at
    let at = start
    while (at < end && bytes[at] !== resp.LF) at++
    if (at >= end) {
      cursor.at = Math.max(start, end)
      this.#line += cursor.at - start
      return this.#line > MAX_LINE ? 'lost-sync' : 'need-more'
    }
    cursor.at = at + 1
    this.#line = -1
    return 'end'
  }

  /** The first byte of a value and what tells its length. */
  #readHead(cursor: Cursor): Progress {
    if (cursor.readable <= 0) return 'need-more'
    switch (cursor.bytes[cursor.at]) {
      case resp.BULK:
      case resp.VERBATIM:
        return this.#beginString(cursor)
      case resp.BULK_ERROR:
        return this.#beginBulkError(cursor)
      case resp.ERROR:
        return this.#beginError(cursor)
      case resp.NUMBER:
        return this.#readNumber(cursor)
      case resp.SIMPLE:
      case resp.NULL:
      case resp.BOOLEAN:
      case resp.DOUBLE:
      case resp.BIG_NUMBER:
        return this.#beginLine(cursor)
      case resp.ARRAY:
      case resp.SET:
      case resp.PUSH:
        return this.#beginAggregate(cursor, 1, true)
      case resp.MAP:
        return this.#beginAggregate(cursor, 2, true)
      case resp.ATTRIBUTE:
        return this.#beginAggregate(cursor, 2, false)
      case resp.CHUNK:
        return this.#beginChunk(cursor)
      case resp.END:
        return this.#endStreamed(cursor)
      default:
        return 'lost-sync'
    }
  }

  #count(): void {
    this.#left[this.#depth]!--
  }

  #beginLine(cursor: Cursor): Progress {
    this.#count()
    cursor.at++
    this.#line = 0
    return 'end'
  }

  #readNumber(cursor: Cursor): Progress {
    const value = resp.readLength(cursor.bytes, cursor.at, cursor.end)
    if (value >= 0) this.number = value
    return this.#beginLine(cursor)
  }

  #beginError(cursor: Cursor): Progress {
    const { bytes, at, end } = cursor
    const word = prefixAt(bytes, at + 1, end)
    if (word === undefined && !isAllThereIs(cursor, MAX_PREFIX)) return 'need-more'
    this.error ||= word || '_OTHER'
    return this.#beginLine(cursor)
  }

  #beginBulkError(cursor: Cursor): Progress {
    const { bytes, at, end } = cursor
    const length = resp.readLength(bytes, at, end)
    if (length < 0) return length === resp.NEED_MORE ? 'need-more' : 'lost-sync'
    const start = resp.behindLength(bytes, at)
    const word = prefixAt(bytes, start, Math.min(end, start + length))
    if (word === undefined && end < start + length && !isAllThereIs(cursor, MAX_PREFIX))
      return 'need-more'
    this.error ||= word || '_OTHER'
    return this.#beginString(cursor)
  }

  #beginString(cursor: Cursor): Progress {
    const length = resp.readLength(cursor.bytes, cursor.at, cursor.end)
    if (length === resp.NEED_MORE) return 'need-more'
    if (length === resp.MALFORMED) return 'lost-sync'
    this.#count()
    cursor.at = resp.behindLength(cursor.bytes, cursor.at)
    if (length === resp.STREAMED) return this.#deepen(Number.POSITIVE_INFINITY)
    if (length >= 0) this.#bytes = length + 2
    return 'end'
  }

  #beginAggregate(cursor: Cursor, each: number, counts: boolean): Progress {
    const length = resp.readLength(cursor.bytes, cursor.at, cursor.end)
    if (length === resp.NEED_MORE) return 'need-more'
    if (length === resp.MALFORMED) return 'lost-sync'
    if (counts) this.#count()
    cursor.at = resp.behindLength(cursor.bytes, cursor.at)
    if (length === resp.STREAMED) return this.#deepen(Number.POSITIVE_INFINITY)
    return length > 0 ? this.#deepen(length * each) : 'end'
  }

  #deepen(values: number): Progress {
    if (this.#depth === MAX_DEPTH - 1) return 'lost-sync'
    this.#left[++this.#depth] = values
    return 'end'
  }

  /** Of a streamed string; the empty one is the last. */
  #beginChunk(cursor: Cursor): Progress {
    if (this.#left[this.#depth] !== Number.POSITIVE_INFINITY) return 'lost-sync'
    const length = resp.readLength(cursor.bytes, cursor.at, cursor.end)
    if (length < 0) return length === resp.NEED_MORE ? 'need-more' : 'lost-sync'
    cursor.at = resp.behindLength(cursor.bytes, cursor.at)
    if (length === 0) this.#left[this.#depth] = 0
    else this.#bytes = length + 2
    return 'end'
  }

  #endStreamed(cursor: Cursor): Progress {
    if (this.#left[this.#depth] !== Number.POSITIVE_INFINITY) return 'lost-sync'
    this.#left[this.#depth] = 0
    cursor.at++
    this.#line = 0
    return 'end'
  }
}

/** The rest of a short thing is not waited for. */
function isAllThereIs({ cut, readable }: Cursor, enough: number): boolean {
  return cut || readable >= enough
}

/** `WRONGTYPE` of `WRONGTYPE Operation against…`; '' it has none; undefined: it is not all there. */
function prefixAt(bytes: Buffer, start: number, end: number): string | undefined {
  const most = Math.min(end, start + MAX_PREFIX / 2)
  let at = start
  while (at < most && isPrefixByte(bytes[at]!)) at++
  if (at === end && at - start < MAX_PREFIX / 2) return undefined
  const ends = at < end && (bytes[at] === 0x20 || bytes[at] === resp.CR)
  return ends ? bytes.toString('latin1', start, at) : ''
}

/** Capitals; digits and underscores. */
function isPrefixByte(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f
}
