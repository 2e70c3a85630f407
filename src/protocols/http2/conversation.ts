import type { Cursor } from '../cursor.ts'
import { Fields } from '../http/fields.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { CANCEL, REFUSED_STREAM } from '../http/reset-codes.ts'
import type { Conversation, Direction, Outcome, Step } from '../protocol.ts'
import {
  END_HEADERS,
  END_STREAM,
  FrameType,
  frame,
  HEADER,
  isValidFrame,
  PADDED,
  readHeader,
  readUint31,
  readUint32,
} from './frame.ts'
import { Half } from './half.ts'
import { block, readBlock } from './header-block.ts'
import { requestOf, responseOf, statusOf } from './message.ts'
import { applySettings } from './settings.ts'
import { type Stream, Streams } from './streams.ts'

/** The stream that answers the request of an upgrade. */
const UPGRADED = 1

type AnyStep = Step<HttpRequest | HttpResponse>

/** Of the header block read last. */
const fields = new Fields()

/** One connection of HTTP/2. What it says of each stream is told by the number of the stream. */
export class Http2Conversation implements Conversation<HttpRequest, HttpResponse> {
  readonly #requests: Half
  readonly #responses: Half
  readonly #streams = new Streams()
  /** The newest stream that the client opened. */
  #newest = 0
  /** Streams behind this one will not be answered; -1: no GOAWAY came. */
  #refusedBehind = -1

  constructor(late: boolean) {
    this.#requests = new Half('request', late)
    this.#responses = new Half('response', late)
  }

  readRequest(cursor: Cursor): Step<HttpRequest> {
    return this.#read(this.#requests, cursor) as Step<HttpRequest>
  }

  readResponse(cursor: Cursor): Step<HttpResponse> {
    return this.#read(this.#responses, cursor) as Step<HttpResponse>
  }

  /** An upgrade of HTTP/1.1: RFC 7540, section 3.2. */
  adopt(request: HttpRequest): number {
    this.#newest = UPGRADED
    this.#streams.open(UPGRADED, request)
    return UPGRADED
  }

  endOfStream(): 'need-more' {
    return 'need-more'
  }

  skippable(direction: Direction): number {
    const half = direction === 'request' ? this.#requests : this.#responses
    if (!half.inData) return half.skip
    const messages = messagesIn(half)
    if (!messages || messages.skippable >= half.dataLeft) return half.dataLeft + half.padding
    return messages.skippable
  }

  resync(direction: Direction): void {
    const half = direction === 'request' ? this.#requests : this.#responses
    half.forget()
    this.#streams.loseMessages(direction)
  }

  #read(half: Half, cursor: Cursor): AnyStep {
    const start = cursor.at
    if (half.ended) return this.#end(half, half.ended)
    if (half.lost) return 'lost-sync'
    if (this.#refusedBehind >= 0 && half === this.#responses) {
      const refused = this.#streams.firstUnansweredBehind(this.#refusedBehind)
      if (refused) return this.#abort(refused, 'server', REFUSED_STREAM)
      this.#refusedBehind = -1
    }
    for (;;) {
      if (half.skip > 0) half.skip -= cursor.skipUpTo(half.skip)
      if (half.inData) return cursor.at > start ? 'need-more' : this.#readData(half, cursor, start)
      if (cursor.readable <= 0 || half.skip > 0) return 'need-more'
      const found = half.begin(cursor, this.#streams)
      if (found !== 'ready') return found
      if (cursor.readable < HEADER) return 'need-more'
      readHeader(cursor.bytes, cursor.at)
      if (!isExpected(half)) return 'lost-sync'
      // What belongs to a stream is told apart from what belongs to none.
      if (isOfStream(frame.type) && cursor.at > start) return 'need-more'
      const step = this.#readFrame(half, cursor)
      if (step !== undefined) return step
    }
  }

  /** Undefined: there is nothing to tell, on to the next. */
  #readFrame(half: Half, cursor: Cursor): AnyStep | undefined {
    switch (frame.type) {
      case FrameType.data:
        return this.#beginData(half, cursor)
      case FrameType.headers:
        return this.#readHeaders(half, cursor)
      case FrameType.pushPromise:
        return this.#readPromise(half, cursor)
      case FrameType.rstStream:
        return this.#readReset(half, cursor)
      case FrameType.goaway:
        return this.#readGoaway(half, cursor)
      case FrameType.settings:
        return applySettings(cursor, half === this.#requests ? this.#responses : this.#requests)
      case FrameType.continuation:
        half.continues = (frame.flags & END_HEADERS) === 0
        return pass(half, cursor)
      default:
        return pass(half, cursor)
    }
  }

  #beginData(half: Half, cursor: Cursor): AnyStep {
    const { length, flags, stream } = frame
    const isPadded = (flags & PADDED) !== 0
    if (isPadded && length > 0 && cursor.readable === HEADER) return 'need-more'
    const padding = isPadded && length > 0 ? cursor.bytes[cursor.at + HEADER]! + 1 : 0
    if (padding > length) return 'lost-sync'
    const start = cursor.at
    cursor.at += HEADER + Math.min(padding, 1)
    half.inData = true
    half.dataLeft = length - padding
    half.padding = Math.max(0, padding - 1)
    half.dataEnds = (flags & END_STREAM) !== 0
    half.data = this.#streams.get(stream)
    return this.#readData(half, cursor, start)
  }

  #readData(half: Half, cursor: Cursor, start: number): AnyStep {
    const { data } = half
    const messages = messagesIn(half)
    half.dataLeft -= messages
      ? messages.pass(cursor, half.dataLeft)
      : cursor.skipUpTo(half.dataLeft)
    if (half.dataLeft === 0) half.padding -= cursor.skipUpTo(half.padding)
    const isOver = half.dataLeft === 0 && half.padding === 0
    if (isOver) half.leaveData()
    if (data === undefined || cursor.at === start) return 'need-more'
    return isOver && half.dataEnds ? this.#end(half, data) : { kind: 'part', stream: data.id }
  }

  #readHeaders(half: Half, cursor: Cursor): AnyStep {
    const { stream: id, flags } = frame
    const start = cursor.position
    const found = readBlock(cursor, half, fields)
    if (found !== 'read') return found
    const isRequest = half === this.#requests
    if (isRequest ? fields.status !== '' : fields.method !== '' || fields.path !== '')
      return 'lost-sync'
    passBlock(half, cursor)
    const ends = (flags & END_STREAM) !== 0
    return isRequest
      ? this.#takeRequestHead(id, start, ends)
      : this.#takeResponseHead(id, start, ends)
  }

  #takeRequestHead(id: number, start: number, ends: boolean): AnyStep {
    const half = this.#requests
    const stream = this.#streams.get(id)
    if (stream?.request) return this.#takeTrailers(half, stream, ends)
    const { hasUnknown, beginsUnknown } = half.hpack
    const begins = fields.method !== '' || fields.path !== '' || fields.scheme !== ''
    // Trailers of a stream that was opened before look like a head of which nothing is known.
    if (id <= this.#newest || id % 2 === 0 || !(begins || beginsUnknown || block.isPartial))
      return 'need-more'
    if (half.hasGap) this.#streams.miss(this.#newest + 1, id - 1)
    half.hasGap = false
    this.#newest = id
    const request = requestOf(start, fields, hasUnknown || block.isPartial)
    const opened = stream ?? this.#streams.open(id, undefined)
    opened.request = request
    if (opened.responseDone) this.#streams.close(opened)
    else if (ends) half.ended = opened
    return { kind: 'begin', message: request, stream: id }
  }

  #takeResponseHead(id: number, start: number, ends: boolean): AnyStep {
    const half = this.#responses
    let stream = this.#streams.get(id)
    if (stream?.response) return this.#takeTrailers(half, stream, ends)
    const status = statusOf(fields)
    if (status > 0 && status < 200) return { kind: 'interim', stream: id }
    const { hasUnknown } = half.hpack
    if (!stream && (status === 0 || id % 2 === 0 || !this.#mayBeUnread(id))) return 'need-more'
    const response = responseOf(start, fields, hasUnknown || block.isPartial || status === 0)
    stream ??= this.#streams.open(id, undefined)
    stream.response = response
    const isTunnel = stream.request?.method === 'CONNECT' && status > 0 && status < 300
    if (ends || isTunnel) half.ended = stream
    return { kind: 'begin', message: response, stream: id }
  }

  /** Whether a stream that is not open may be one whose request was not read: not one that has ended. */
  #mayBeUnread(id: number): boolean {
    return id > this.#newest || this.#streams.isMissed(id)
  }

  #takeTrailers(half: Half, stream: Stream, ends: boolean): AnyStep {
    const { response } = stream
    if (response && half === this.#responses) {
      response.grpcStatus ||= fields.grpcStatus
      response.grpcMessage ||= fields.grpcMessage
      if (half.hpack.hasUnknown && response.grpcStatus === '') response.incomplete = true
    }
    return ends ? this.#end(half, stream) : { kind: 'part', stream: stream.id }
  }

  #end(half: Half, stream: Stream): AnyStep {
    half.ended = undefined
    const { id, request, response } = stream
    const isRequest = half === this.#requests
    if (!isRequest) {
      stream.responseDone = true
      if (request || id <= this.#newest) this.#streams.close(stream)
    }
    const message = isRequest ? request : response
    return message ? { kind: 'end', message, stream: id } : { kind: 'part', stream: id }
  }

  /** What is pushed was not asked for: its block is read for the table's sake. */
  #readPromise(half: Half, cursor: Cursor): AnyStep | undefined {
    if (half === this.#requests) return 'lost-sync'
    const found = readBlock(cursor, half, fields)
    if (found !== 'read') return found
    passBlock(half, cursor)
    return undefined
  }

  #readReset(half: Half, cursor: Cursor): AnyStep | undefined {
    if (cursor.readable < HEADER + 4) return 'need-more'
    const code = readUint32(cursor.bytes, cursor.at + HEADER)
    const stream = this.#streams.get(frame.stream)
    pass(half, cursor)
    if (!stream || stream.responseDone) return 'need-more'
    return this.#abort(stream, half === this.#requests ? 'client' : 'server', code)
  }

  #readGoaway(half: Half, cursor: Cursor): AnyStep | undefined {
    if (cursor.readable < HEADER + 4) return 'need-more'
    const last = readUint31(cursor.bytes, cursor.at + HEADER)
    pass(half, cursor)
    if (half !== this.#responses) return undefined
    this.#refusedBehind = last
    return 'need-more'
  }

  #abort(stream: Stream, by: 'client' | 'server', code: number): AnyStep {
    this.#streams.close(stream)
    if (this.#requests.ended === stream) this.#requests.ended = undefined
    // A stream may be reset behind its answer: if that was lost, this says nothing.
    if (stream.answerLost) return { kind: 'abort', stream: stream.id, outcome: 'answer-lost' }
    if (stream.request) stream.request.reset = { by, code }
    const outcome: Outcome = code === CANCEL ? 'cancelled' : 'reset'
    return { kind: 'abort', stream: stream.id, outcome }
  }
}

/** Nothing may stand between the frames of a block. */
function isExpected(half: Half): boolean {
  return isValidFrame(half.maxFrame) && (frame.type === FrameType.continuation) === half.continues
}

function isOfStream(type: number): boolean {
  return type === FrameType.data || type === FrameType.headers || type === FrameType.rstStream
}

function messagesIn({ data, direction }: Half): HttpRequest['messages'] {
  return direction === 'request' ? data?.request?.messages : data?.response?.messages
}

/** Passes over the frame whose header was read. */
function pass(half: Half, cursor: Cursor): undefined {
  half.skip = HEADER + frame.length
  half.skip -= cursor.skipUpTo(half.skip)
}

/** Passes over the frames of the block that was read; of what is cut off, over as much as is there. */
function passBlock(half: Half, cursor: Cursor): void {
  half.continues = block.continues
  half.skip = block.taken
  half.skip -= cursor.skipUpTo(half.skip)
}
