import { responseOf } from '../cgi/response-head.ts'
import { Variables } from '../cgi/variables.ts'
import type { Cursor } from '../cursor.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { head, readResponseHead } from '../http1/head.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import { HEADER, looksLikeRequest, readVariables, twoBytes } from './variables.ts'

/** The largest head of an answer that is waited for. */
const MAX_HEAD = 65_536

const variables = new Variables()

/** One connection: a request and its answer. */
export class UwsgiConversation implements Conversation<HttpRequest, HttpResponse> {
  #request: HttpRequest | undefined = undefined
  /** Bytes of its body that are still to come. */
  #left = 0
  /** Where the next request begins cannot be told. */
  #lost = false
  #response: HttpResponse | undefined = undefined
  /** Bytes of the answer's body that are still to come; infinite: until the end of the stream. */
  #bodyLeft = 0
  /** It was answered: what else comes is nothing that anybody reads. */
  #over = false

  readRequest(cursor: Cursor): Step<HttpRequest> {
    if (this.#lost) return 'lost-sync'
    const request = this.#request
    if (!request) return this.#begin(cursor)
    this.#left -= cursor.skipUpTo(this.#left)
    if (this.#left > 0) return 'need-more'
    this.#request = undefined
    return { kind: 'end', message: request }
  }

  readResponse(cursor: Cursor, request: HttpRequest | undefined): Step<HttpResponse> {
    if (this.#response) return this.#readBody(cursor, this.#response)
    if (this.#over) cursor.skipUpTo(Number.MAX_SAFE_INTEGER)
    if (cursor.readable <= 0) return 'need-more'
    const { bytes, at, end, position } = cursor
    const isLast = cursor.cut || cursor.readable >= MAX_HEAD
    const found = readResponseHead(bytes, at, end, position, isLast)
    if (typeof found === 'string') return found
    cursor.at = head.end === -1 ? end : head.end
    this.#bodyLeft = bodyOf(found, request)
    this.#response = responseOf(position, found.status)
    return { kind: 'begin', message: this.#response }
  }

  #readBody(cursor: Cursor, message: HttpResponse): Step<HttpResponse> {
    this.#bodyLeft -= cursor.skipUpTo(this.#bodyLeft)
    if (this.#bodyLeft > 0) return 'need-more'
    this.#response = undefined
    this.#over = true
    return { kind: 'end', message }
  }

  endOfStream(direction: Direction): Step<HttpRequest | HttpResponse> {
    const message = this.#response
    if (direction === 'request' || !message) return 'need-more'
    this.#response = undefined
    return { kind: 'end', message }
  }

  skippable(direction: Direction): number {
    if (direction === 'request') return this.#left
    return this.#response ? Math.min(this.#bodyLeft, Number.MAX_SAFE_INTEGER) : 0
  }

  resync(direction: Direction): void {
    if (direction === 'request') {
      this.#request = undefined
      this.#left = 0
      this.#lost = false
    } else this.#response = undefined
  }

  #begin(cursor: Cursor): Step<HttpRequest> {
    if (cursor.readable <= 0) return 'need-more'
    const { bytes, at, end, position } = cursor
    const looks = looksLikeRequest(bytes, at, end)
    if (looks !== 'request') return looks === 'no' ? 'lost-sync' : looks
    const next = at + HEADER + twoBytes(bytes, at + 1)
    if (next > end && !cursor.cut) return 'need-more'
    variables.clear()
    const isWhole = readVariables(bytes, at + HEADER, Math.min(next, end), variables)
    const request = variables.request(position, !isWhole)
    this.#lost = next > end || request.contentLength < -1
    this.#left = Math.max(0, request.contentLength)
    this.#request = request
    this.#over = false
    cursor.at = Math.min(next, end)
    return { kind: 'begin', message: request }
  }
}

function bodyOf({ status, contentLength }: HttpResponse, request: HttpRequest | undefined): number {
  if (head.end === -1) return Number.POSITIVE_INFINITY
  if (request?.method === 'HEAD' || status === 204 || status === 304) return 0
  return contentLength < 0 ? Number.POSITIVE_INFINITY : contentLength
}
