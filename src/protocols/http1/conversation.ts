import type { Cursor } from '../cursor.ts'
import { BAD_LENGTH, NO_LENGTH } from '../http/fields.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { isRegisteredMethod } from '../http/methods.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import { Body, type Progress } from './body.ts'
import { skipEmptyLines } from './detect.ts'
import { endOfHead, head, readRequestHead, readResponseHead } from './head.ts'

/** The largest head that is waited for. Servers take 8 to 48 KB. */
const MAX_HEAD = 65_536

const LEAVE = { kind: 'leave' } as const
/** RFC 7540, section 3.2: the request is answered on stream 1. */
const TO_HTTP2 = { kind: 'leave', keeps: true } as const
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

  /**
   * Whether the next head is worth reading: not while its end is known to be missing. So a head that comes
   * byte by byte is searched once; its start line is looked at again each time the head has doubled.
   */
  isReady(cursor: Cursor): boolean {
    const { bytes, at, end, origin } = cursor
    if (this.searched === 0 || this.isLast(cursor) || end - at >= this.#looked * 2) {
      this.#looked = end - at
      return true
    }
    // Three bytes back: the empty line may have been cut in two.
    return endOfHead(bytes, Math.max(at, this.searched - 3 - origin), end) !== -1
  }

  /** More of the head will not come, or is not waited for. */
  isLast(cursor: Cursor): boolean {
    return cursor.cut || cursor.readable >= MAX_HEAD
  }

  /** The head is not complete yet. */
  wait(cursor: Cursor): 'need-more' {
    this.searched = cursor.origin + cursor.end
    return 'need-more'
  }

  /** Passes the head that was read. */
  pass(cursor: Cursor): void {
    this.lost = head.end === -1
    cursor.at = this.lost ? cursor.end : head.end
    this.startAnew()
  }

  begin(message: M): Step<M> {
    this.message = message
    this.body.messages = message.messages
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
  #left: typeof LEAVE | typeof TO_HTTP2 | undefined = undefined
  /** It asks for HTTP/2. */
  #asksForHttp2 = false
  /** The place of reading may be in the middle of a body. */
  #unsure: boolean

  constructor(late: boolean) {
    this.#unsure = late
  }

  readRequest(cursor: Cursor): Step<HttpRequest> {
    const side = this.#requests
    if (side.message && !side.lost) return side.readBody(cursor, side.message)
    if (side.lost) return 'lost-sync'
    if (this.#left) return this.#left
    if (this.#deciding) return 'need-more'

    if (!startOfMessage(cursor) || !side.isReady(cursor)) return side.wait(cursor)
    const { bytes, at, end, position } = cursor
    const request = readRequestHead(bytes, at, end, position, side.isLast(cursor))
    if (request === 'lost-sync') return request
    if (request === 'need-more') return side.wait(cursor)
    if (this.#unsure && !isRegisteredMethod(request.method)) return 'lost-sync'
    this.#unsure = false
    side.pass(cursor)
    this.#frameRequest(request)
    return side.begin(request)
  }

  readResponse(cursor: Cursor, request: HttpRequest | undefined): Step<HttpResponse> {
    const side = this.#responses
    if (side.message && !side.lost) return side.readBody(cursor, side.message)
    if (side.lost) return 'lost-sync'
    // Of the request all is read before.
    if (this.#left) return this.#requests.message ? 'need-more' : this.#left

    if (!startOfMessage(cursor) || !side.isReady(cursor)) return side.wait(cursor)
    const { bytes, at, end, position } = cursor
    const response = readResponseHead(bytes, at, end, position, side.isLast(cursor))
    if (response === 'lost-sync') return response
    if (response === 'need-more') return side.wait(cursor)
    side.pass(cursor)
    if (response.status < 200 && response.status !== 101) return INTERIM
    if (response.status === 101 && request && this.#becomesHttp2(side.lost)) {
      this.#left = TO_HTTP2
      return INTERIM
    }
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
    if (direction === 'request') this.#unsure = true
  }

  /** The 101 says it, or it was cut off and the request asked for it. */
  #becomesHttp2(isCut: boolean): boolean {
    return hasHttp2(head.fields.upgrade) || (isCut && this.#asksForHttp2)
  }

  /** RFC 9112, section 6.3. A length that cannot be used means that the next message must be found. */
  #frameRequest(request: HttpRequest): void {
    const { body } = this.#requests
    if (request.method === 'CONNECT' || head.fields.upgrade) this.#deciding = request
    this.#asksForHttp2 = hasHttp2(head.fields.upgrade)
    if (request.method === 'CONNECT') body.ofLength(0)
    else if (head.fields.transferEncoding) this.#frameCoded(this.#requests)
    else if (request.contentLength === BAD_LENGTH) this.#requests.lost = true
    else body.ofLength(Math.max(0, request.contentLength))
  }

  #frameResponse({ status, contentLength }: HttpResponse, request: HttpRequest | undefined): void {
    const { body } = this.#responses
    const tunnel = request?.method === 'CONNECT' && status < 300
    if (status === 101 || tunnel) this.#left = LEAVE
    if (!request || request === this.#deciding) this.#deciding = undefined

    const empty =
      this.#left !== undefined || status === 204 || status === 304 || request?.method === 'HEAD'
    if (empty) body.ofLength(0)
    else if (head.fields.transferEncoding) this.#frameCoded(this.#responses)
    else if (contentLength === NO_LENGTH) body.untilClose()
    else if (contentLength === BAD_LENGTH) this.#responses.lost = true
    else body.ofLength(contentLength)
  }

  /** Transfer-Encoding wins over Content-Length; only `chunked` as the last coding has an end. */
  #frameCoded(side: Side<HttpRequest> | Side<HttpResponse>): void {
    const last = head.fields.transferEncoding.slice(
      head.fields.transferEncoding.lastIndexOf(',') + 1,
    )
    if (last.trim().toLowerCase() === 'chunked') side.body.chunked()
    else if (side === this.#responses) side.body.untilClose()
    else side.lost = true
  }
}

/** In a list of protocols. */
function hasHttp2(upgrade: string): boolean {
  return upgrade !== '' && /(?:^|[,\s])h2c(?:$|[,\s])/i.test(upgrade)
}

/** Passes empty lines; false if nothing else is there. */
function startOfMessage(cursor: Cursor): boolean {
  if (cursor.readable <= 0) return false
  cursor.at = skipEmptyLines(cursor.bytes, cursor.at, cursor.end)
  return cursor.readable > 0
}
