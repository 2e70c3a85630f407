import { responseOf, statusOf } from '../cgi/response-head.ts'
import { Variables } from '../cgi/variables.ts'
import type { Cursor } from '../cursor.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import { readParams } from './params.ts'
import { FIXED, HEADER, lookAtHeader, RecordType, record } from './records.ts'

/** Parameters that are waited for; nginx sends up to 32 KB in a record. */
const MAX_HEAD = 65_536

/** In a record that begins a request. */
const FLAGS_AT = 10
const KEEP_CONNECTION = 1

const variables = new Variables()

/** One direction of a connection: the request that is open on it, and the record in hand. */
class Side<M extends HttpRequest | HttpResponse> {
  message: M | undefined = undefined
  /** Id of the request. */
  id = 0
  /** The record in hand is the last of the message. */
  isLast = false
  /** Bytes of it that are still to come, padding included. */
  left = 0
  /** The place of the next record is not known. */
  lost = false
  /** The program closes the connection behind its answer, and web servers wait for that. */
  endsWithStream = false

  /** Passes what is left of the record in hand; false while some of it is to come. */
  passRecord(cursor: Cursor): boolean {
    this.left -= cursor.skipUpTo(this.left)
    return this.left === 0
  }

  /** The header in `record` stands at the cursor. */
  takeRecord(cursor: Cursor): void {
    cursor.at += HEADER
    this.left = record.length + record.padding
  }

  begin(message: M): Step<M> {
    this.message = message
    return { kind: 'begin', message }
  }

  end(message: M): Step<M> {
    this.message = undefined
    this.isLast = false
    return { kind: 'end', message }
  }

  forget(): void {
    this.message = undefined
    this.isLast = false
    this.left = 0
    this.lost = false
  }
}

/** One connection, on which requests come one after the other. */
export class FastCgiConversation implements Conversation<HttpRequest, HttpResponse> {
  readonly #requests = new Side<HttpRequest>()
  readonly #responses = new Side<HttpResponse>()

  readRequest(cursor: Cursor): Step<HttpRequest> {
    const side = this.#requests
    if (side.lost) return 'lost-sync'
    for (;;) {
      if (!side.passRecord(cursor)) return 'need-more'
      if (side.message && side.isLast) return side.end(side.message)
      if (cursor.readable < HEADER) return 'need-more'
      if (!lookAtHeader(cursor.bytes, cursor.at)) return 'lost-sync'
      const { type, id, length } = record
      if (!side.message && type === RecordType.beginRequest) return this.#begin(cursor)
      if (id !== 0 && id !== side.id) return 'lost-sync'
      side.isLast = (type === RecordType.stdin && length === 0) || type === RecordType.abortRequest
      side.takeRecord(cursor)
    }
  }

  readResponse(cursor: Cursor): Step<HttpResponse> {
    const side = this.#responses
    for (;;) {
      if (!side.passRecord(cursor)) return 'need-more'
      if (side.message && side.isLast && !side.endsWithStream) return side.end(side.message)
      if (cursor.readable < HEADER) return 'need-more'
      if (!lookAtHeader(cursor.bytes, cursor.at)) return 'lost-sync'
      const { type, id } = record
      if (side.message && id !== 0 && id !== side.id) return 'lost-sync'
      const isEnd = type === RecordType.endRequest
      if (!side.message && (isEnd || type === RecordType.stdout)) return this.#answer(cursor)
      side.isLast = isEnd
      side.takeRecord(cursor)
    }
  }

  endOfStream(direction: Direction): Step<HttpRequest | HttpResponse> {
    const side = this.#responses
    const isEnd = direction === 'response' && side.isLast
    return side.message && isEnd ? side.end(side.message) : 'need-more'
  }

  skippable(direction: Direction): number {
    return direction === 'request' ? this.#requests.left : this.#responses.left
  }

  resync(direction: Direction): void {
    if (direction === 'request') this.#requests.forget()
    else this.#responses.forget()
  }

  /** A request begins: all of its parameters have to be there, or never come. */
  #begin(cursor: Cursor): Step<HttpRequest> {
    const side = this.#requests
    const { bytes, at, end, position } = cursor
    const { id } = record
    const isLast = cursor.cut || cursor.readable >= MAX_HEAD
    variables.clear()
    let incomplete = false
    let next = at + HEADER + record.length + record.padding
    for (;;) {
      if (next + HEADER > end) {
        if (!isLast) return 'need-more'
        side.lost = true
        break
      }
      if (!lookAtHeader(bytes, next) || record.id !== id) return 'lost-sync'
      if (record.type !== RecordType.params) break
      const start = next + HEADER
      next = start + record.length + record.padding
      if (next > end && !isLast) return 'need-more'
      // One that begins in a record and ends in the next is left out.
      if (!readParams(bytes, start, Math.min(start + record.length, end), variables))
        incomplete = true
      if (record.length === 0) break
    }
    side.id = id
    this.#responses.endsWithStream = (bytes[at + FLAGS_AT]! & KEEP_CONNECTION) === 0
    cursor.at = Math.min(next, end)
    return side.begin(variables.request(position, incomplete || side.lost))
  }

  /** The first words of a program, or its end without any. */
  #answer(cursor: Cursor): Step<HttpResponse> {
    const side = this.#responses
    const { bytes, at, end, position } = cursor
    const { type, id, length } = record
    const isEnd = type === RecordType.endRequest
    if (isEnd && length !== FIXED) return 'lost-sync'
    const contentEnd = at + HEADER + length
    const isWhole = contentEnd <= end || cursor.cut || cursor.readable >= MAX_HEAD
    const status = isEnd ? 0 : statusOf(bytes, at + HEADER, Math.min(contentEnd, end), isWhole)
    if (status === 'need-more') return status
    side.id = id
    side.isLast = isEnd
    side.takeRecord(cursor)
    return side.begin(responseOf(position, status))
  }
}
