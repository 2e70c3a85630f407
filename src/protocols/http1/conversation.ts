import type { Cursor } from '../cursor.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import { Body, type Progress } from './body.ts'
import { skipEmptyLines } from './detect.ts'
import { BAD_LENGTH, NO_LENGTH } from './fields.ts'
import { endOfHead, fields, readRequestHead, readResponseHead } from './head.ts'
import type { HttpRequest, HttpResponse } from './message.ts'
import { lookAtRequestLine, lookAtStatusLine } from './start-line.ts'

/** The largest head that is waited for. Servers take 8 to 48 KB. */
const MAX_HEAD = 65_536

const LEAVE = { kind: 'leave' } as const
const INTERIM = { kind: 'interim' } as const

/** One direction of a connection. */
class Side<M extends HttpRequest | HttpResponse> {
  readonly body = new Body()
  /** Its head was read, its body was not. */
  message: M | undefined = undefined
  /** Where the next message begins cannot be told. */
  lost = false
  /** Position up to which no end of the head was found. */
  searched = 0
  /** Bytes of the head when its start line was looked at last. */
  #looked = 0

  /** Index behind the next head; the end of what is there if a gap or the limit cut it; -1: not yet. */
  findHead(cursor: Cursor): number {
    // Three bytes back: the empty line may have been cut in two.
    const from = Math.max(cursor.at, this.searched - 3 - cursor.origin)
    const found = endOfHead(cursor.bytes, from, cursor.end)
    if (found !== -1) return found
    this.searched = cursor.origin + cursor.end
    this.lost = cursor.cut || cursor.readable >= MAX_HEAD
    return this.lost ? cursor.end : -1
  }

  /** Can the incomplete head become one? Looked at each time it has doubled. */
  isHopeless({ bytes, at, end }: Cursor, look: typeof lookAtRequestLine): boolean {
    if (end - at < this.#looked * 2) return false
    this.#looked = end - at
    return look(bytes, at, end) === 'no'
  }

  begin(message: M): Step<M> {
    this.message = message
    this.startAnew()
    return { kind: 'begin', message }
  }

  readBody(cursor: Cursor, message: M): Step<M> {
    const progress: Progress = this.body.read(cursor)
    if (progress !== 'end') return progress
    this.message = undefined
    return { kind: 'end', message }
  }

  startAnew(): void {
    this.searched = 0
    this.#looked = 0
  }

  forget(): void {
    this.message = undefined
    this.lost = false
    this.startAnew()
  }
}

/** One connection of HTTP/1.0 or 1.1. */
export class Http1Conversation implements Conversation<HttpRequest, HttpResponse> {
  readonly #requests = new Side<HttpRequest>()
  readonly #responses = new Side<HttpResponse>()
  /** What follows this request may be another protocol: its answer tells. */
  #deciding: HttpRequest | undefined = undefined
  #left = false

  readRequest(cursor: Cursor): Step<HttpRequest> {
    const side = this.#requests
    if (side.message && !side.lost) return side.readBody(cursor, side.message)
    if (side.lost) return 'lost-sync'
    if (this.#left) return LEAVE
    if (this.#deciding) return 'need-more'

    if (!startOfMessage(cursor)) return 'need-more'
    const end = side.findHead(cursor)
    if (end === -1) return side.isHopeless(cursor, lookAtRequestLine) ? 'lost-sync' : 'need-more'
    const request = readRequestHead(cursor.bytes, cursor.at, end, cursor.position)
    if (!request) return 'lost-sync'
    cursor.at = end
    this.#frameRequest(request)
    return side.begin(request)
  }

  readResponse(cursor: Cursor, request: HttpRequest | undefined): Step<HttpResponse> {
    const side = this.#responses
    if (side.message && !side.lost) return side.readBody(cursor, side.message)
    if (side.lost) return 'lost-sync'
    if (this.#left) return LEAVE

    if (!startOfMessage(cursor)) return 'need-more'
    const end = side.findHead(cursor)
    if (end === -1) return side.isHopeless(cursor, lookAtStatusLine) ? 'lost-sync' : 'need-more'
    const response = readResponseHead(cursor.bytes, cursor.at, end, cursor.position)
    if (!response) return 'lost-sync'
    cursor.at = end
    side.startAnew()
    if (response.status < 200 && response.status !== 101) return INTERIM
    this.#frameResponse(response, request)
    return side.begin(response)
  }

  endOfStream(direction: Direction): Step<HttpRequest | HttpResponse> {
    const side = direction === 'request' ? this.#requests : this.#responses
    const { message } = side
    if (!message) return 'need-more'
    side.message = undefined
    return side.body.endsWithStream && !side.lost ? { kind: 'end', message } : 'lost-sync'
  }

  skippable(direction: Direction): number {
    const side = direction === 'request' ? this.#requests : this.#responses
    return side.message && !side.lost ? side.body.skippable : 0
  }

  resync(direction: Direction): void {
    const side = direction === 'request' ? this.#requests : this.#responses
    side.forget()
    this.#deciding = undefined
  }

  /** RFC 9112, section 6.3. A length that cannot be used means that the next message must be found. */
  #frameRequest(request: HttpRequest): void {
    const { body } = this.#requests
    if (request.method === 'CONNECT' || fields.upgrade) this.#deciding = request
    if (request.method === 'CONNECT') body.ofLength(0)
    else if (fields.transferEncoding) this.#frameCoded(this.#requests)
    else if (request.contentLength === BAD_LENGTH) this.#requests.lost = true
    else body.ofLength(Math.max(0, request.contentLength))
  }

  #frameResponse({ status, contentLength }: HttpResponse, request: HttpRequest | undefined): void {
    const { body } = this.#responses
    const tunnel = request?.method === 'CONNECT' && status < 300
    if (status === 101 || tunnel) this.#left = true
    if (!request || request === this.#deciding) this.#deciding = undefined

    const empty = this.#left || status === 204 || status === 304 || request?.method === 'HEAD'
    if (empty) body.ofLength(0)
    else if (fields.transferEncoding) this.#frameCoded(this.#responses)
    else if (contentLength === NO_LENGTH) body.untilClose()
    else if (contentLength === BAD_LENGTH) this.#responses.lost = true
    else body.ofLength(contentLength)
  }

  /** Transfer-Encoding wins over Content-Length; only `chunked` as the last coding has an end. */
  #frameCoded(side: Side<HttpRequest> | Side<HttpResponse>): void {
    const last = fields.transferEncoding.slice(fields.transferEncoding.lastIndexOf(',') + 1)
    if (last.trim().toLowerCase() === 'chunked') side.body.chunked()
    else if (side === this.#responses) side.body.untilClose()
    else side.lost = true
  }
}

/** Passes empty lines; false if nothing else is there. */
function startOfMessage(cursor: Cursor): boolean {
  if (cursor.readable <= 0) return false
  cursor.at = skipEmptyLines(cursor.bytes, cursor.at, cursor.end)
  return cursor.readable > 0
}
