import type { Cursor } from '../cursor.ts'
import type { Step } from '../protocol.ts'
import { lookAtAnswer, lookAtAnswerTo } from './answer-shape.ts'
import { Capability, Status } from './capabilities.ts'
import { Command } from './commands.ts'
import { isProgress, readError } from './error-packet.ts'
import { fields } from './fields.ts'
import { isGreeting, readGreeting } from './handshake.ts'
import type { MySqlRequest, MySqlResponse } from './message.ts'
import { ok, readEof, readOk } from './ok-packet.ts'
import { Frame, FULL, HEADER, isWhole, lengthAt, type Progress, u16, u32 } from './packet.ts'
import type { Session } from './session.ts'

const INTERIM = { kind: 'interim' } as const

/** A statement has 65,535 parameters at most, a table 4,096 columns. */
const MAX_DEFINITIONS = 65_535

const OK = 0x00
const MORE_DATA = 0x01
const NEXT_FACTOR = 0x02
const LOCAL_FILE = 0xfb
const EOF = 0xfe
const ERROR = 0xff
/** What is longer is no EOF packet, but may be an OK packet in its place. */
const MAX_EOF = 8

/**
 * What comes next of a response:
 * - `result`: an OK, an error, or the head of a result set.
 * - `definitions`: of columns or parameters, then perhaps an EOF.
 * - `rows`: until an EOF or an error.
 * - `nothing`: the rest of the packet in hand is all.
 */
type Phase = 'result' | 'definitions' | 'eof' | 'rows' | 'nothing'

/** The server's direction: its greeting, and one response to each command. */
export class Responses {
  readonly #session: Session
  readonly #frame: Frame
  #message: MySqlResponse | undefined
  /** What it answers, if that is known. */
  #request: MySqlRequest | undefined
  #phase: Phase
  /** Definitions still to come, and those of a second list behind them (statements: columns). */
  #definitions: number
  #second: number
  /** Rows follow the definitions. */
  #hasRows: boolean
  /** An EOF of the message before may still come. */
  #owesEof: boolean
  /** Something stood before, or was sent in between: the number of the next packet is not known. */
  #interrupted: boolean
  /** Where the next response begins must be seen from its shape. */
  #lost: boolean
  /** Of the packet at the cursor. */
  #length: number
  #first: number

  constructor(session: Session, late: boolean) {
    this.#session = session
    this.#frame = new Frame()
    this.#message = undefined
    this.#request = undefined
    this.#phase = 'nothing'
    this.#definitions = 0
    this.#second = 0
    this.#hasRows = false
    this.#owesEof = false
    this.#interrupted = false
    this.#lost = late
    this.#length = 0
    this.#first = 0
  }

  read(cursor: Cursor, request: MySqlRequest | undefined): Step<MySqlResponse> {
    const message = this.#message
    const progress = message ? this.#readOn(cursor, message) : this.#passRest(cursor)
    if (progress !== 'end') return progress
    if (!message) return this.#begin(cursor, request)
    message.isWhole = true
    this.#message = undefined
    this.#request = undefined
    return { kind: 'end', message }
  }

  get isReading(): boolean {
    return this.#message !== undefined
  }

  get skippable(): number {
    return this.#frame.remaining
  }

  resync(): void {
    this.#frame.forget()
    this.#message = undefined
    this.#request = undefined
    this.#phase = 'nothing'
    this.#owesEof = false
    this.#interrupted = false
    this.#lost = true
  }

  #passRest(cursor: Cursor): Progress {
    return this.#frame.isDone ? 'end' : this.#frame.skip(cursor)
  }

  #begin(cursor: Cursor, request: MySqlRequest | undefined): Step<MySqlResponse> {
    const seen = this.#look(cursor)
    if (seen !== 'end') return seen
    const { bytes, at } = cursor
    const sequence = bytes[at + 3]!
    if (this.#owesEof && this.#first === EOF && sequence === this.#frame.next) {
      this.#session.noEof = false
      this.#owesEof = false
      return this.#pass(cursor)
    }
    if (sequence === 0 && isGreeting(bytes, at + HEADER, cursor.end, this.#length) !== false)
      return this.#greeting(cursor)
    const place = this.#place(cursor, request, sequence)
    if (place !== 'end') return place
    if (!isWhole(cursor, this.#length)) return 'need-more'
    return this.#take(cursor, request)
  }

  /** Can this packet begin a response? */
  #place(cursor: Cursor, request: MySqlRequest | undefined, sequence: number): Progress {
    if (this.#lost) {
      const { bytes, at, end } = cursor
      const verdict = request
        ? lookAtAnswerTo(request.command, bytes, at, end)
        : lookAtAnswer(bytes, at, end)
      if (verdict === 'response') return 'end'
      return verdict === 'need-more' && !cursor.cut ? verdict : 'lost-sync'
    }
    if (this.#first === ERROR || this.#interrupted || request?.isLong) return 'end'
    if (request && logsIn(request.command)) return 'end'
    return sequence === 1 ? 'end' : 'lost-sync'
  }

  #greeting(cursor: Cursor): Step<MySqlResponse> {
    if (!isWhole(cursor, this.#length)) return 'need-more'
    const end = this.#payloadEnd(cursor)
    if (isGreeting(cursor.bytes, cursor.at + HEADER, end, this.#length) !== true) return 'lost-sync'
    readGreeting(cursor.bytes, cursor.at + HEADER, end, this.#session)
    return this.#interim(cursor)
  }

  #take(cursor: Cursor, request: MySqlRequest | undefined): Step<MySqlResponse> {
    this.#lost = false
    if (this.#isInterim(cursor, request)) return this.#interim(cursor)
    const message = { start: cursor.position, error: 0, sqlState: '', rows: -1, isWhole: false }
    this.#message = message
    this.#request = request
    this.#interrupted = false
    this.#owesEof = false
    if (request && listsOnly(request.command)) this.#readList(cursor, message)
    else this.#readResult(cursor, message)
    return { kind: 'begin', message }
  }

  /** Rows without a head: the first packet may be the last. */
  #readList(cursor: Cursor, message: MySqlResponse): void {
    const isFetch = this.#request?.command === Command.stmtFetch
    if (isFetch) message.rows = 0
    this.#phase = 'rows'
    if (this.#first === ERROR || (this.#first === EOF && this.#length < FULL)) {
      this.#readEnd(cursor, message)
      return
    }
    if (isFetch) message.rows++
    this.#frame.enter(cursor)
    this.#frame.skipPacket(cursor)
  }

  /** What a server says before it answers. */
  #isInterim(cursor: Cursor, request: MySqlRequest | undefined): boolean {
    const payload = cursor.at + HEADER
    if (this.#first === ERROR) {
      const end = this.#payloadEnd(cursor)
      return cursor.bytes[cursor.at + 3] === 0 && !request
        ? true
        : isProgress(cursor.bytes, payload, end)
    }
    if (request && logsIn(request.command)) {
      const first = this.#first
      return first === MORE_DATA || first === NEXT_FACTOR || first === EOF
    }
    if (this.#first !== LOCAL_FILE || !asksForResults(request)) return false
    this.#askForFile()
    return true
  }

  #interim(cursor: Cursor): Step<MySqlResponse> {
    this.#interrupted = true
    this.#frame.enter(cursor)
    this.#frame.skipPacket(cursor)
    return INTERIM
  }

  #pass(cursor: Cursor): 'need-more' {
    this.#frame.enter(cursor)
    this.#frame.skipPacket(cursor)
    return 'need-more'
  }

  #readOn(cursor: Cursor, message: MySqlResponse): Progress {
    for (;;) {
      const progress = this.#passRest(cursor)
      if (progress !== 'end' || this.#phase === 'nothing') return progress
      const step = this.#readPart(cursor, message)
      if (step !== 'end') return step
    }
  }

  /** `end`: of this part. */
  #readPart(cursor: Cursor, message: MySqlResponse): Progress {
    switch (this.#phase) {
      case 'definitions':
        return this.#readDefinitions(cursor, message)
      case 'eof':
        return this.#readEofOfDefinitions(cursor, message)
      case 'rows':
        return this.#readRows(cursor, message)
      default: {
        const next = this.#lookAtNext(cursor)
        if (next !== 'end') return next
        if (!isWhole(cursor, this.#length)) return 'need-more'
        this.#readResult(cursor, message)
        return 'end'
      }
    }
  }

  #readDefinitions(cursor: Cursor, message: MySqlResponse): Progress {
    while (this.#definitions > 0) {
      const next = this.#lookAtNext(cursor)
      if (next !== 'end') return next
      if (this.#first === ERROR) return this.#readEnd(cursor, message)
      this.#definitions--
      this.#frame.enter(cursor)
      const progress = this.#frame.skip(cursor)
      if (progress !== 'end') return progress
    }
    this.#phase = 'eof'
    return 'end'
  }

  /** Whether there is one is seen from what comes: an OK packet in its place would be longer. */
  #readEofOfDefinitions(cursor: Cursor, message: MySqlResponse): Progress {
    const isLast = !this.#hasRows && this.#second === 0
    const { noEof } = this.#session
    if (isLast && noEof !== false) {
      this.#owesEof = noEof === undefined
      this.#phase = 'nothing'
      return 'end'
    }
    const next = this.#lookAtNext(cursor)
    if (next !== 'end') return next
    if (this.#first === ERROR) return this.#readEnd(cursor, message)
    this.#session.noEof = this.#first !== EOF || this.#length >= 7
    if (this.#session.noEof) this.#behindDefinitions(0)
    else {
      if (!isWhole(cursor, this.#length)) return 'need-more'
      const payload = cursor.at + HEADER
      readEof(cursor.bytes, payload + 1, this.#payloadEnd(cursor), this.#length)
      this.#frame.enter(cursor)
      this.#behindDefinitions(ok.status)
    }
    return 'end'
  }

  #behindDefinitions(status: number): void {
    this.#definitions = this.#second
    this.#second = 0
    if (this.#definitions > 0) this.#phase = 'definitions'
    else if (!this.#hasRows) this.#phase = 'nothing'
    // With a cursor, rows come when they are fetched.
    else this.#phase = (status & Status.cursorExists) === 0 ? 'rows' : 'nothing'
  }

  /** Rows are passed over by their lengths, in one go. */
  #readRows(cursor: Cursor, message: MySqlResponse): Progress {
    const frame = this.#frame
    const { bytes, end } = cursor
    let { at } = cursor
    while (end - at > HEADER) {
      const length = lengthAt(bytes, at)
      if (bytes[at + 3] !== frame.next || length === 0) return 'lost-sync'
      const first = bytes[at + HEADER]!
      if (first === ERROR || (first === EOF && length < FULL)) {
        cursor.at = at
        this.#length = length
        this.#first = first
        return this.#readEnd(cursor, message)
      }
      if (length === FULL || end - at < HEADER + length) {
        message.rows++
        cursor.at = at
        frame.enter(cursor)
        return frame.skip(cursor)
      }
      message.rows++
      at += HEADER + length
      frame.next = (frame.next + 1) & 0xff
    }
    cursor.at = at
    return 'need-more'
  }

  /** An error, or an EOF behind rows. */
  #readEnd(cursor: Cursor, message: MySqlResponse): Progress {
    if (!isWhole(cursor, this.#length)) return 'need-more'
    const { bytes, at } = cursor
    const end = this.#payloadEnd(cursor)
    if (this.#first === ERROR) {
      if (!isProgress(bytes, at + HEADER, end)) this.#fail(bytes, at + HEADER, end, message)
      this.#frame.enter(cursor)
      return 'end'
    }
    readEof(bytes, at + HEADER + 1, end, this.#length)
    this.#frame.enter(cursor)
    this.#ended()
    return 'end'
  }

  /** The packet at the cursor, which is whole, says what kind of result this is. */
  #readResult(cursor: Cursor, message: MySqlResponse): void {
    const payload = cursor.at + HEADER
    const end = this.#payloadEnd(cursor)
    const { bytes } = cursor
    const first = this.#first
    this.#phase = 'nothing'
    if (first === ERROR) {
      if (isProgress(bytes, payload, end)) this.#phase = 'result'
      else this.#fail(bytes, payload, end, message)
    } else if (this.#request?.command === Command.stmtPrepare && first === OK)
      this.#prepared(bytes, payload, end)
    else if (first === OK && !this.#isHeadWithoutDefinitions()) {
      readOk(bytes, payload + 1, end)
      this.#ended()
    } else if (first === EOF && this.#length <= MAX_EOF) {
      readEof(bytes, payload + 1, end, this.#length)
      this.#ended()
    } else if (first === LOCAL_FILE && asksForResults(this.#request)) {
      this.#askForFile()
      this.#phase = 'result'
    } else if (asksForResults(this.#request)) this.#readHead(bytes, payload, end, message)
    this.#frame.enter(cursor)
    if (this.#interrupted) this.#frame.next = -1
    this.#interrupted = false
    this.#frame.skipPacket(cursor)
  }

  /** MySQL's optional metadata: 0, then the number of columns. */
  #isHeadWithoutDefinitions(): boolean {
    return this.#length < 7 && asksForResults(this.#request)
  }

  /**
   * The number of columns, and perhaps whether their definitions follow: before it (MySQL's optional
   * metadata: none, all) or behind it (MariaDB's cached metadata).
   */
  #readHead(bytes: Buffer, at: number, end: number, message: MySqlResponse): void {
    fields.aim(bytes, at, end)
    const one = fields.lenenc()
    if (fields.short || one > MAX_DEFINITIONS) return
    const isPair = fields.left > 0
    const two = isPair ? fields.lenenc() : 0
    let hasDefinitions = true
    let columns = one
    if (isPair && this.#session.has(Capability.optionalMetadata) !== false && one < 2 && two > 0) {
      hasDefinitions = one === 1
      columns = two
    } else if (isPair) hasDefinitions = two === 1
    if (message.rows < 0) message.rows = 0
    this.#hasRows = true
    this.#second = 0
    this.#definitions = hasDefinitions ? columns : 0
    this.#phase = hasDefinitions && columns > 0 ? 'definitions' : 'eof'
  }

  /** The OK of COM_STMT_PREPARE: id, columns, parameters, a filler, warnings, whether definitions follow. */
  #prepared(bytes: Buffer, at: number, end: number): void {
    const { statements } = this.#session
    if (end - at < 9) return
    const id = u32(bytes, at + 1)
    const { text, isCut } = this.#request ?? { text: '', isCut: false }
    if (text) statements.set(id, { text, isCut })
    else statements.delete(id)
    const hasDefinitions = end - at < 13 || bytes[at + 12] !== 0
    const columns = hasDefinitions ? u16(bytes, at + 5) : 0
    const parameters = hasDefinitions ? u16(bytes, at + 7) : 0
    this.#hasRows = false
    this.#definitions = parameters > 0 ? parameters : columns
    this.#second = parameters > 0 ? columns : 0
    if (this.#definitions > 0) this.#phase = 'definitions'
  }

  #fail(bytes: Buffer, at: number, end: number, message: MySqlResponse): void {
    readError(bytes, at, end, message)
    this.#phase = 'nothing'
    const request = this.#request
    if (request?.database !== undefined) this.#session.namespace = request.namespace
  }

  /** A result ended as `ok` says. */
  #ended(): void {
    this.#phase = (ok.status & Status.moreResults) === 0 ? 'nothing' : 'result'
    this.#session.wentWell(this.#request, ok.schema)
  }

  #askForFile(): void {
    this.#session.sendsFile = true
    this.#interrupted = true
  }

  /** Length and first byte of the packet at the cursor. */
  #look(cursor: Cursor): Progress {
    const { bytes, at, readable } = cursor
    if (readable < HEADER) return 'need-more'
    this.#length = lengthAt(bytes, at)
    if (this.#length === 0) return 'lost-sync'
    if (readable === HEADER) return 'need-more'
    this.#first = bytes[at + HEADER]!
    return 'end'
  }

  /** The same, of a packet that must follow the one before. */
  #lookAtNext(cursor: Cursor): Progress {
    const progress = this.#look(cursor)
    if (progress !== 'end') return progress
    const { next } = this.#frame
    return next < 0 || cursor.bytes[cursor.at + 3] === next ? 'end' : 'lost-sync'
  }

  #payloadEnd(cursor: Cursor): number {
    return Math.min(cursor.end, cursor.at + HEADER + this.#length)
  }
}

function logsIn(command: number): boolean {
  return command === Command.login || command === Command.changeUser
}

/** Its response is a list without a head. */
function listsOnly(command: number): boolean {
  return command === Command.stmtFetch || command === Command.fieldList
}

/** Its response may be a result set, or several; what is not known is taken for a query. */
function asksForResults(request: MySqlRequest | undefined): boolean {
  if (!request) return true
  const { command } = request
  return (
    command === Command.query ||
    command === Command.stmtExecute ||
    command === Command.stmtBulkExecute
  )
}
