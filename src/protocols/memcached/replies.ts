import type { Cursor } from '../cursor.ts'
import type { Step } from '../protocol.ts'
import { lookAtReply } from './detect.ts'
import { findLineEnd, lengthOf, textOf } from './line.ts'
import type { MemcachedReply, MemcachedRequest } from './message.ts'
import { type Progress, Rest } from './rest.ts'

/** A line of an answer: statistics, keys, words. */
const MAX_LINE = 8192

const ERRORS = new Set(['ERROR', 'CLIENT_ERROR', 'SERVER_ERROR'])
/** Lines of answers that END ends; `key=` are those of a dump. */
const ITEMS = /^(?:VALUE|STAT|ITEM|key=)/
const WORDS = /^(?:[A-Z_]{2,16}|\d{1,20})$/

const LEAVE = { kind: 'leave' } as const

/** What a server sends: lines, and values behind some. */
export class Replies {
  readonly #rest: Rest
  #reply: MemcachedReply | undefined
  /** Nobody's: the answer to a quiet command. */
  #passing: boolean
  /** Its last line was read. */
  #ended: boolean
  #unsure: boolean

  constructor(late: boolean) {
    this.#rest = new Rest()
    this.#reply = undefined
    this.#passing = false
    this.#ended = false
    this.#unsure = late
  }

  get isInMessage(): boolean {
    return this.#reply !== undefined
  }

  get skippable(): number {
    return this.#reply || this.#passing ? this.#rest.skippable : 0
  }

  resync(): void {
    this.#reply = undefined
    this.#passing = false
    this.#unsure = true
  }

  read(cursor: Cursor, request: MemcachedRequest | undefined): Step<MemcachedReply> {
    for (;;) {
      const message = this.#reply
      if (message || this.#passing) {
        const progress = this.#readRest(cursor, message)
        if (progress !== 'end') return progress
        this.#reply = undefined
        this.#passing = false
        if (message) return { kind: 'end', message }
      }
      const step = this.#begin(cursor, request)
      if (step !== 'nothing') return step
    }
  }

  #begin(cursor: Cursor, request: MemcachedRequest | undefined): Step<MemcachedReply> | 'nothing' {
    if (cursor.readable <= 0) return 'need-more'
    if (this.#unsure) {
      const verdict = lookAtReply(cursor.bytes, cursor.at, cursor.end)
      if (verdict === 'need-more') return verdict
      if (verdict === 'no') return 'lost-sync'
    }
    const { position } = cursor
    const line = readLine(cursor)
    if (line === 'need-more' || line === 'lost-sync') return line
    const words = line.split(' ')
    if (!WORDS.test(words[0]!) && !ITEMS.test(line)) return 'lost-sync'
    this.#unsure = false
    const whose = whoseIs(words, request)
    if (whose === 'unknown') return LEAVE
    this.#ended = !ITEMS.test(line)
    this.#rest.begin(lengthOfValue(words), false)
    this.#passing = whose === 'quiet'
    if (this.#passing) return 'nothing'
    const message = { start: position, error: errorOf(words[0]!) }
    this.#reply = message
    return { kind: 'begin', message }
  }

  #readRest(cursor: Cursor, message: MemcachedReply | undefined): Progress {
    for (;;) {
      const progress = this.#rest.read(cursor)
      if (progress !== 'end' || this.#ended) return progress
      const line = cursor.readable > 0 ? readLine(cursor) : 'need-more'
      if (line === 'need-more' || line === 'lost-sync') return line
      const words = line.split(' ')
      this.#ended = !ITEMS.test(line)
      this.#rest.begin(lengthOfValue(words), false)
      if (message) message.error ||= errorOf(words[0]!)
    }
  }
}

function readLine(cursor: Cursor): string {
  const { bytes, at, end } = cursor
  const found = findLineEnd(bytes, at, Math.min(end, at + MAX_LINE))
  if (found === -1) return cursor.readable >= MAX_LINE ? 'lost-sync' : 'need-more'
  cursor.at = found + 1
  return textOf(bytes, at, found)
}

/** `VALUE key flags bytes`, `VA bytes flag…`: bytes of the value and of the line end behind it. */
function lengthOfValue(words: readonly string[]): number {
  const word = words[0] === 'VALUE' ? words[3] : words[0] === 'VA' ? words[1] : '0'
  const length = lengthOf(word)
  return length > 0 || words[0] === 'VALUE' || words[0] === 'VA' ? Math.max(0, length) + 2 : 0
}

/** Quiet commands before a request may have been answered: only its own words tell. */
function whoseIs(
  words: readonly string[],
  request: MemcachedRequest | undefined,
): 'its' | 'quiet' | 'unknown' {
  if (!request || request.quietBefore === 0) return 'its'
  if (request.name === 'mn') return words[0] === 'MN' ? 'its' : 'quiet'
  if (request.opaque) return words.includes(request.opaque) ? 'its' : 'quiet'
  return 'unknown'
}

function errorOf(word: string): string {
  return ERRORS.has(word) ? word : ''
}
