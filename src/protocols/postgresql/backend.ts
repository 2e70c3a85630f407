import type { Cursor } from '../cursor.ts'
import type { Step } from '../protocol.ts'
import { readCommand, readError } from './answers.ts'
import { HEADER, MAX_MESSAGE, readU32 } from './bytes.ts'
import { isBackend, lookAtResponses, lookAtRows } from './look.ts'
import { type PgRequest, PgResponse } from './message.ts'
import type { Session } from './session.ts'

const DATA_ROW = 0x44
const ERROR = 0x45
const COMMAND_COMPLETE = 0x43
const READY = 0x5a
const COPY_IN = 0x47
const COPY_BOTH = 0x57
const NOTICE = 0x4e
const PARAMETER_STATUS = 0x53
const NOTIFICATION = 0x41
/** The one byte that says yes: to TLS, to GSSAPI. */
const ENCRYPTED = [0x53, 0x47]

/** ParseComplete, BindComplete, CloseComplete, NoData, RowDescription. */
const PIECES = [0x31, 0x32, 0x33, 0x6e, 0x54]
const ROW_DESCRIPTION = 0x54
const EXECUTE = 0x45
/** ParseComplete to Parse, BindComplete to Bind. */
const FIRST_ANSWERS = new Map([
  [0x50, 0x31],
  [0x42, 0x32],
])
/** EmptyQueryResponse, PortalSuspended. */
const COMPLETIONS = [0x49, 0x73]

/** Bytes of an ErrorResponse and of a CommandComplete that are read. */
const MAX_ERROR = 1024
const MAX_TAG = 128

const NO_BATCH = -1

/** Reads what the server sends. */
export class Backend {
  readonly #session: Session
  /** Begun and not ended. */
  #current: PgResponse | undefined
  #ends: boolean
  /** Bytes of the message in hand still to pass. */
  #left: number
  #seeking: boolean
  /** Of which the server passes over what comes before the Sync. */
  #failedBatch: number
  #skipped: PgRequest | undefined
  /** The connection speaks something else from here on. */
  left: boolean

  constructor(session: Session, late: boolean) {
    this.#session = session
    this.#current = undefined
    this.#ends = false
    this.#left = 0
    this.#seeking = late
    this.#failedBatch = NO_BATCH
    this.#skipped = undefined
    this.left = false
  }

  get skippable(): number {
    return this.#left
  }

  get isReading(): boolean {
    return this.#current !== undefined
  }

  /** Bytes were lost. */
  forget(): void {
    this.#current = undefined
    this.#ends = false
    this.#left = 0
    this.#seeking = true
    this.#failedBatch = NO_BATCH
  }

  /** `request`: what the next response answers. */
  read(cursor: Cursor, request: PgRequest | undefined): Step<PgResponse> {
    for (;;) {
      if (this.#left > 0) {
        this.#left -= cursor.skipUpTo(this.#left)
        if (this.#left > 0) return 'need-more'
      }
      if (this.#ends || this.#isComplete()) return this.#end()
      const step = this.#next(cursor, request)
      if (step !== undefined) return step
    }
  }

  #end(): Step<PgResponse> {
    const message = this.#current!
    this.#ends = false
    this.#current = undefined
    message.isWhole = true
    const { request, sqlState, command } = message
    if (request) request.isAnswered = true
    if (request?.executes && !sqlState && !message.isSkipped)
      this.#session.took(request.sql, command)
    return { kind: 'end', message }
  }

  /** All that answers statements which are not followed by a Sync. */
  #isComplete(): boolean {
    const response = this.#current
    const request = response?.request
    if (!response || request?.kind !== 'extended') return false
    if (request.endsBatch || !request.isClosed) return false
    return response.sqlState !== '' || (!request.isVague && response.pieces >= request.pieces)
  }

  #next(cursor: Cursor, request: PgRequest | undefined): Step<PgResponse> | undefined {
    if (cursor.readable <= 0) return 'need-more'
    const { bytes, at, end } = cursor
    if (this.#seeking) {
      const look = request?.first === EXECUTE ? lookAtRows : lookAtResponses
      const found = look(bytes, at, end)
      if (found !== 'yes') return found === 'need-more' && !cursor.cut ? 'need-more' : 'lost-sync'
      this.#seeking = false
    }
    if (!this.#current && request?.kind === 'encryption' && bytes[at] !== ERROR)
      return this.#readEncryption(cursor, request)
    if (end - at < HEADER) return 'need-more'
    const type = bytes[at]!
    const length = readU32(bytes, at + 1)
    if (length < 4 || length > MAX_MESSAGE || !isBackend(type)) return 'lost-sync'
    if (!isThere(cursor, type, length + 1)) return 'need-more'
    const response = this.#current
    if (response && request && isNext(response, request, type)) this.#ends = true
    else if (response) this.#readMessage(cursor, response, type, length + 1)
    else return this.#readFirst(cursor, request, type, length + 1)
    return undefined
  }

  #readEncryption(cursor: Cursor, request: PgRequest): Step<PgResponse> {
    const { bytes, at, position } = cursor
    this.left = ENCRYPTED.includes(bytes[at]!)
    cursor.at++
    return this.#begin(position, request, true)
  }

  #begin(position: number, request: PgRequest | undefined, ends: boolean): Step<PgResponse> {
    const message = new PgResponse(position, request)
    this.#current = message
    this.#ends = ends
    return { kind: 'begin', message }
  }

  #pass(cursor: Cursor, size: number): undefined {
    this.#left = size - cursor.skipUpTo(size)
    return undefined
  }

  /** No response is in hand. */
  #readFirst(
    cursor: Cursor,
    request: PgRequest | undefined,
    type: number,
    size: number,
  ): Step<PgResponse> | undefined {
    if (type === NOTICE || type === PARAMETER_STATUS || type === NOTIFICATION)
      return this.#pass(cursor, size)
    if (type === READY) return this.#readReady(cursor, request, size)
    if (request?.kind === 'sync' && type !== ERROR && request !== this.#skipped)
      return this.#passOver(cursor, request)
    const step = this.#begin(cursor.position, request, false)
    this.#readMessage(cursor, this.#current!, type, size)
    return step
  }

  #readReady(
    cursor: Cursor,
    request: PgRequest | undefined,
    size: number,
  ): Step<PgResponse> | undefined {
    if (request && this.#isPassedOver(request)) return this.#skip(cursor, request, size)
    this.#failedBatch = NO_BATCH
    const { position } = cursor
    this.#pass(cursor, size)
    return request?.kind === 'sync' ? this.#begin(position, request, true) : undefined
  }

  #isPassedOver(request: PgRequest): boolean {
    const { kind, batch } = request
    return kind === 'extended' && batch === this.#failedBatch && request !== this.#skipped
  }

  /** The server passed over this request: its Sync was answered, or that of one behind it will be. */
  #skip(cursor: Cursor, request: PgRequest, size: number): Step<PgResponse> {
    const step = this.#begin(cursor.position, request, true)
    this.#current!.isSkipped = true
    this.#skipped = request
    if (request.endsBatch) {
      this.#failedBatch = NO_BATCH
      this.#pass(cursor, size)
    }
    return step
  }

  /** A Sync is answered by ReadyForQuery alone: that there was none says that this one was not heard. */
  #passOver(cursor: Cursor, request: PgRequest): Step<PgResponse> {
    this.#skipped = request
    return this.#begin(cursor.position, request, true)
  }

  #readMessage(cursor: Cursor, response: PgResponse, type: number, size: number): void {
    if (type === DATA_ROW) {
      this.#passRows(cursor, response, size)
      return
    }
    this.#note(cursor, response, type, size)
    this.#pass(cursor, size)
    if (response.request?.isVague) this.#ends ||= this.#endsVague(cursor, type)
  }

  #note(cursor: Cursor, response: PgResponse, type: number, size: number): void {
    const { bytes, at, end } = cursor
    const contentsEnd = Math.min(end, at + size)
    if (PIECES.includes(type) || COMPLETIONS.includes(type)) response.pieces++
    else if (type === COMMAND_COMPLETE) {
      response.pieces++
      readCommand(bytes, at + HEADER, contentsEnd, response)
    } else if (type === ERROR) {
      readError(bytes, at + HEADER, contentsEnd, response)
      this.#afterError(response)
    } else if (type === READY) this.#ends = true
    else if (type === COPY_IN && response.request) response.request.copiesIn = true
    else if (type === COPY_BOTH) {
      this.#ends = true
      this.left = true
    }
  }

  #afterError({ request, isFatal }: PgResponse): void {
    const kind = request?.kind
    this.#failedBatch = request && kind === 'extended' ? request.batch : NO_BATCH
    this.#ends = isFatal || kind === 'startup' || kind === 'encryption'
  }

  /** Rows come by the million: those that are there whole cost no step each. */
  #passRows(cursor: Cursor, response: PgResponse, size: number): void {
    const { bytes, end } = cursor
    let next = size
    response.rows++
    let at = cursor.at + next
    while (at + HEADER <= end && bytes[at] === DATA_ROW) {
      next = readU32(bytes, at + 1) + 1
      if (next < HEADER || at + next > end) break
      at += next
      response.rows++
    }
    if (at <= end) cursor.at = at
    else this.#pass(cursor, size)
  }

  /** Its Sync was not seen, so ReadyForQuery is taken if it is there. */
  #endsVague(cursor: Cursor, type: number): boolean {
    if (type !== COMMAND_COMPLETE && type !== ERROR && !COMPLETIONS.includes(type)) return false
    if (this.#left > 0 || cursor.readable < HEADER + 1 || cursor.bytes[cursor.at] !== READY)
      return true
    this.#pass(cursor, HEADER + 1)
    return true
  }
}

/**
 * What was asked for by somebody unseen has been answered without ReadyForQuery (a Flush), and this begins
 * the answer to `request`.
 */
function isNext({ request: asked, commands, rows }: PgResponse, request: PgRequest, type: number) {
  if (asked || commands > 0 || rows > 0) return false
  if (request.kind === 'query') return type === COMMAND_COMPLETE || type === ROW_DESCRIPTION
  return request.kind === 'extended' && type === FIRST_ANSWERS.get(request.first)
}

/** What is read of the message is there, or all of it that will come. */
function isThere(cursor: Cursor, type: number, size: number): boolean {
  if (cursor.cut) return true
  if (type === ERROR) return cursor.readable >= Math.min(size, MAX_ERROR)
  return type !== COMMAND_COMPLETE || cursor.readable >= Math.min(size, MAX_TAG)
}
