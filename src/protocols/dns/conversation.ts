import type { Cursor } from '../cursor.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import { Type } from './codes.ts'
import { type DnsQuestion, type DnsRequest, type DnsResponse, exchangeKey } from './message.ts'
import { readQuery, readReply } from './read.ts'

/** Queries of one socket whose number is remembered for a reply that repeats no question. */
const MAX_ASKED = 1024

/** What a reply needs to know of the queries before it: the number of the exchange, by their id. */
export class Asked {
  /** Of the last query; -1: there was none. */
  #id: number
  #key: number
  /** Of those before it: most sockets have one query only. */
  #keys: Map<number, number> | undefined

  constructor() {
    this.#id = -1
    this.#key = 0
    this.#keys = undefined
  }

  query({ id, question }: DnsRequest): number {
    if (this.#id >= 0 && this.#id !== id) this.#keep(this.#id, this.#key)
    this.#id = id
    this.#key = question ? exchangeKey(id, question) : id
    return this.#key
  }

  /** Undefined: nobody knows what it answers. */
  reply({ id, question }: DnsResponse): number | undefined {
    if (question) return exchangeKey(id, question)
    return id === this.#id ? this.#key : this.#keys?.get(id)
  }

  #keep(id: number, key: number): void {
    this.#keys ??= new Map()
    if (this.#keys.size >= MAX_ASKED - 1)
      for (const oldest of this.#keys.keys()) {
        this.#keys.delete(oldest)
        break
      }
    this.#keys.set(id, key)
  }
}

/** What was asked, as the reply repeats it. */
export function asksFor({ start, id, opcode, question }: DnsResponse): DnsRequest | undefined {
  return question && { start, id, opcode, question }
}

export function unreadRequest(): DnsRequest {
  return { start: 0, id: 0, opcode: 0, question: undefined }
}

/** Over UDP: one message in each datagram. */
export class DatagramConversation implements Conversation<DnsRequest, DnsResponse> {
  readonly #asked: Asked

  constructor() {
    this.#asked = new Asked()
  }

  readRequest(cursor: Cursor): Step<DnsRequest> {
    const { bytes, at, end, position, cut } = cursor
    const message = readQuery(bytes, at, end, position, !cut)
    if (!message) return 'lost-sync'
    cursor.skipUpTo(cursor.readable + cursor.gap)
    return { kind: 'begin', message, stream: this.#asked.query(message) }
  }

  readResponse(cursor: Cursor): Step<DnsResponse> {
    const { bytes, at, end, position, cut } = cursor
    const message = readReply(bytes, at, end, position, !cut)
    if (!message) return 'lost-sync'
    const stream = this.#asked.reply(message)
    if (stream === undefined) return 'lost-sync'
    cursor.skipUpTo(cursor.readable + cursor.gap)
    return { kind: 'begin', message, stream }
  }

  endOfStream(): 'need-more' {
    return 'need-more'
  }

  skippable(): number {
    return 0
  }

  resync(): void {
    // Nothing is half read.
  }
}

/** One direction over TCP. */
interface Reading {
  /** Bytes of the message begun last that are still to be passed. */
  left: number
  ending: { readonly message: DnsRequest | DnsResponse; readonly stream: number } | undefined
}

/** Over TCP: each message behind its length (RFC 1035, section 4.2.2; many at once: RFC 7766). */
export class StreamConversation implements Conversation<DnsRequest, DnsResponse> {
  readonly #asked: Asked
  readonly #request: Reading
  readonly #response: Reading
  /** The transfer of a zone whose first message was read: more follow it. */
  #transfer: number

  constructor() {
    this.#asked = new Asked()
    this.#request = { left: 0, ending: undefined }
    this.#response = { left: 0, ending: undefined }
    this.#transfer = -1
  }

  readRequest(cursor: Cursor): Step<DnsRequest> {
    const reading = this.#request
    const ending = finish(reading, cursor)
    if (ending) return ending as Step<DnsRequest>
    const length = wholeLength(cursor)
    if (length === 'need-more') return length
    const from = cursor.at + 2
    const end = Math.min(cursor.end, from + length)
    const whole = end === from + length
    const message = readQuery(cursor.bytes, from, end, cursor.position, whole)
    if (!message) return 'lost-sync'
    const stream = this.#asked.query(message)
    if (isTransfer(message.question)) this.#transfer = -1
    pass(reading, cursor, length, message, stream)
    return { kind: 'begin', message, stream }
  }

  readResponse(cursor: Cursor): Step<DnsResponse> {
    const reading = this.#response
    const ending = finish(reading, cursor)
    if (ending) return ending as Step<DnsResponse>
    const length = wholeLength(cursor)
    if (length === 'need-more') return length
    const from = cursor.at + 2
    const end = Math.min(cursor.end, from + length)
    const whole = end === from + length
    const message = readReply(cursor.bytes, from, end, cursor.position, whole)
    if (!message) return 'lost-sync'
    const stream = this.#asked.reply(message)
    if (stream === undefined) return 'lost-sync'
    if (stream === this.#transfer) {
      cursor.skipUpTo(length + 2)
      return { kind: 'interim' }
    }
    if (isTransfer(message.question)) this.#transfer = stream
    pass(reading, cursor, length, message, stream)
    return { kind: 'begin', message, stream }
  }

  endOfStream(): 'need-more' {
    return 'need-more'
  }

  skippable(): number {
    return 0
  }

  resync(direction: Direction): void {
    const reading = direction === 'request' ? this.#request : this.#response
    reading.left = 0
    reading.ending = undefined
    this.#transfer = -1
  }
}

function isTransfer(question: DnsQuestion | undefined): boolean {
  return question?.type === Type.axfr || question?.type === Type.ixfr
}

/** Of the next message, once all of it is there that will be. */
function wholeLength(cursor: Cursor): number | 'need-more' {
  if (cursor.readable < 2) return 'need-more'
  const length = (cursor.bytes[cursor.at]! << 8) | cursor.bytes[cursor.at + 1]!
  return cursor.readable < length + 2 && !cursor.cut ? 'need-more' : length
}

function pass(
  reading: Reading,
  cursor: Cursor,
  length: number,
  message: DnsRequest | DnsResponse,
  stream: number,
): void {
  reading.left = length + 2 - cursor.skipUpTo(length + 2)
  reading.ending = { message, stream }
}

/** What is left of the message begun before, and its end. */
function finish(reading: Reading, cursor: Cursor): Step<DnsRequest | DnsResponse> | undefined {
  if (!reading.ending) return undefined
  if (reading.left > 0) reading.left -= cursor.skipUpTo(reading.left)
  if (reading.left > 0) return 'need-more'
  const { message, stream } = reading.ending
  reading.ending = undefined
  return { kind: 'end', message, stream }
}
