import type { Cursor } from '../cursor.ts'
import type { Step } from '../protocol.ts'
import { endOfText, HEADER, MAX_MESSAGE, readU32 } from './bytes.ts'
import { lookAtRequests } from './look.ts'
import { PgRequest, type RequestKind } from './message.ts'
import type { Session } from './session.ts'
import { lookAtPacket, readStartup } from './startup.ts'
import { type Statement, Statements } from './statements.ts'

const QUERY = 0x51
const PARSE = 0x50
const BIND = 0x42
const DESCRIBE = 0x44
const EXECUTE = 0x45
const CLOSE = 0x43
const FLUSH = 0x48
const SYNC = 0x53
const FUNCTION = 0x46
const STATEMENT = 0x53

/** Bytes of a statement that are read. */
const MAX_SQL = 8192
/** Longer names are not remembered. */
const MAX_NAME = 256
/** Two names and their ends. */
const NAMES = 2 * (MAX_NAME + 1)
/** Describe, Execute and Sync behind a Bind, with names of some length. */
const MAX_TAIL = 128
/** The shortest Execute. */
const MIN_EXECUTE = 10

/** Reads what the client sends. */
export class Frontend {
  readonly #session: Session
  #batch: number
  readonly #statements: Statements
  readonly #portals: Statements
  /** Begun and not ended. */
  #current: PgRequest | undefined
  /** Ended last, in this batch. */
  #last: PgRequest | undefined
  /** Ended by a Sync last. */
  #synced: PgRequest | undefined
  #ends: boolean
  /** Bytes of the message in hand still to pass. */
  #left: number
  #seeking: boolean

  constructor(session: Session, late: boolean) {
    this.#session = session
    this.#batch = 0
    this.#statements = new Statements()
    this.#portals = new Statements()
    this.#current = undefined
    this.#last = undefined
    this.#synced = undefined
    this.#ends = false
    this.#left = 0
    this.#seeking = late
  }

  get skippable(): number {
    return this.#left
  }

  /** Bytes were lost. */
  forget(): void {
    this.#current = undefined
    this.#last = undefined
    this.#synced = undefined
    this.#ends = false
    this.#left = 0
    this.#seeking = true
  }

  read(cursor: Cursor): Step<PgRequest> {
    for (;;) {
      if (this.#left > 0) {
        this.#left -= cursor.skipUpTo(this.#left)
        if (this.#left > 0) return 'need-more'
      }
      if (this.#ends) return this.#end()
      const step = this.#next(cursor)
      if (step !== undefined) return step
    }
  }

  #end(): Step<PgRequest> {
    const message = this.#current!
    this.#ends = false
    this.#current = undefined
    this.#last = message.endsBatch ? undefined : message
    message.isClosed = true
    return { kind: 'end', message }
  }

  #next(cursor: Cursor): Step<PgRequest> | undefined {
    if (cursor.readable <= 0) return this.#passTail(cursor)
    const { bytes, at, end } = cursor
    if (this.#seeking) {
      const found = lookAtRequests(bytes, at, end)
      if (found !== 'yes') return found === 'need-more' && !cursor.cut ? 'need-more' : 'lost-sync'
      this.#seeking = false
    }
    if (bytes[at] === 0) return this.#readPacket(cursor)
    if (end - at < HEADER) return 'need-more'
    const length = readU32(bytes, at + 1)
    if (length < 4 || length > MAX_MESSAGE) return 'lost-sync'
    return this.#readMessage(cursor, bytes[at]!, length + 1)
  }

  /** So few bytes behind a Bind that nobody saw: the rest of its statement. */
  #passTail(cursor: Cursor): Step<PgRequest> | undefined {
    const hidden = cursor.end + cursor.gap - cursor.at
    const request = this.#current
    if (!request?.isBound) return 'need-more'
    if (hidden < MIN_EXECUTE || hidden > MAX_TAIL) return 'need-more'
    cursor.skipUpTo(hidden)
    request.executes = true
    request.isVague = true
    this.#batch++
    this.#ends = true
    return undefined
  }

  #readPacket(cursor: Cursor): Step<PgRequest> | undefined {
    const { bytes, at, end } = cursor
    const kind = lookAtPacket(bytes, at, end)
    if (kind === 'need-more') return cursor.cut ? 'lost-sync' : 'need-more'
    if (kind === 'no') return 'lost-sync'
    const length = readU32(bytes, at)
    if (!isThere(cursor, length)) return 'need-more'
    if (kind !== 'startup') return this.#beginWhole(cursor, kind, length)
    const { database, schema } = readStartup(bytes, at + 8, Math.min(end, at + length))
    this.#session.database = database
    const step = this.#beginWhole(cursor, kind, length)
    this.#session.schema = schema
    return step
  }

  /** `size`: the type included. */
  #readMessage(cursor: Cursor, type: number, size: number): Step<PgRequest> | undefined {
    switch (type) {
      case QUERY:
      case FUNCTION:
        return this.#readQuery(cursor, type, size)
      case PARSE:
        return isThere(cursor, Math.min(size, NAMES + MAX_SQL))
          ? this.#readParse(cursor, size)
          : 'need-more'
      case BIND:
      case DESCRIBE:
      case CLOSE:
      case EXECUTE:
        return isThere(cursor, Math.min(size, NAMES + HEADER))
          ? this.#readNamed(cursor, type, size)
          : 'need-more'
      case SYNC:
        return this.#readSync(cursor, size)
      case FLUSH:
        this.#ends = this.#current !== undefined
        return this.#pass(cursor, size)
      default:
        // Data of COPY, answers to questions for a password, Terminate: they ask nothing.
        return isQuiet(type) ? this.#pass(cursor, size) : 'lost-sync'
    }
  }

  #pass(cursor: Cursor, size: number): undefined {
    this.#left = size - cursor.skipUpTo(size)
    return undefined
  }

  /** The exchange in hand, or a new one. */
  #take(cursor: Cursor, type: number, size: number): Step<PgRequest> | undefined {
    const { position } = cursor
    this.#pass(cursor, size)
    if (this.#current) return undefined
    this.#current = new PgRequest(position, 'extended', this.#session.namespace, this.#batch)
    this.#current.first = type
    return { kind: 'begin', message: this.#current }
  }

  /** A message that is all of its exchange. */
  #beginWhole(cursor: Cursor, kind: RequestKind, size: number): Step<PgRequest> {
    const message = new PgRequest(cursor.position, kind, this.#session.namespace, this.#batch++)
    message.endsBatch = true
    this.#pass(cursor, size)
    this.#current = message
    this.#ends = true
    return { kind: 'begin', message }
  }

  #readQuery(cursor: Cursor, type: number, size: number): Step<PgRequest> | undefined {
    if (this.#current) {
      this.#ends = true
      return undefined
    }
    if (type === FUNCTION) return this.#beginWhole(cursor, 'function', size)
    if (!isThere(cursor, Math.min(size, HEADER + MAX_SQL))) return 'need-more'
    const statement = readStatement(cursor, cursor.at + HEADER, cursor.at + size)
    const step = this.#beginWhole(cursor, 'query', size)
    this.#current!.executes = true
    give(this.#current!, statement)
    return step
  }

  #readParse(cursor: Cursor, size: number): Step<PgRequest> | undefined {
    const { bytes, at, end } = cursor
    const textEnd = Math.min(end, at + size)
    const nameEnd = endOfText(bytes, at + HEADER, Math.min(textEnd, at + HEADER + MAX_NAME))
    const sqlStart = nameEnd === -1 ? endOfText(bytes, at + HEADER, textEnd) : nameEnd
    const statement = sqlStart === -1 ? undefined : readStatement(cursor, sqlStart + 1, at + size)
    if (nameEnd !== -1 && statement)
      this.#statements.set(bytes.toString('latin1', at + HEADER, nameEnd), statement)
    const step = this.#take(cursor, PARSE, size)
    this.#current!.pieces++
    if (statement) give(this.#current!, statement)
    return step
  }

  #readNamed(cursor: Cursor, type: number, size: number): Step<PgRequest> | undefined {
    const { bytes, at, end } = cursor
    const textEnd = Math.min(end, at + size)
    const statement = this.#lookUp(bytes, at + HEADER, textEnd, type)
    const step = this.#take(cursor, type, size)
    const request = this.#current!
    request.pieces++
    if (type === BIND) {
      request.isBound = true
      give(request, statement)
    } else if (statement && !request.sql) give(request, statement)
    if (type !== EXECUTE) return step
    request.executes = true
    this.#ends = true
    return step
  }

  /** What the message names. */
  #lookUp(bytes: Buffer, at: number, end: number, type: number): Statement | undefined {
    if (type === BIND) return this.#bind(bytes, at, end)
    if (type === EXECUTE) return this.#portals.get(readName(bytes, at, end) ?? '\0')
    const name = readName(bytes, at + 1, end) ?? '\0'
    const named = bytes[at] === STATEMENT ? this.#statements : this.#portals
    if (type === DESCRIBE) return named.get(name)
    named.delete(name)
    return undefined
  }

  #bind(bytes: Buffer, at: number, end: number): Statement | undefined {
    const portal = readName(bytes, at, end)
    if (portal === undefined) return undefined
    const name = readName(bytes, at + Buffer.byteLength(portal, 'latin1') + 1, end)
    const statement = name === undefined ? undefined : this.#statements.get(name)
    if (statement) this.#portals.set(portal, statement)
    else this.#portals.delete(portal)
    return statement
  }

  #readSync(cursor: Cursor, size: number): Step<PgRequest> | undefined {
    const request = this.#current ?? this.#last
    if (!request && this.#isBehindCopy()) return this.#pass(cursor, size)
    if (!request || (request.isAnswered && !this.#current))
      return this.#beginWhole(cursor, 'sync', size)
    request.endsBatch = true
    this.#synced = request
    this.#batch++
    this.#ends = this.#current !== undefined
    this.#last = undefined
    return this.#pass(cursor, size)
  }

  /** The Sync before was passed over by the server: this one takes its place. */
  #isBehindCopy(): boolean {
    const request = this.#synced
    if (!request?.copiesIn || request.isAnswered) return false
    request.copiesIn = false
    return true
  }
}

/** Enough of the message to be read, or all that will come. */
function isThere(cursor: Cursor, wanted: number): boolean {
  return cursor.readable >= wanted || cursor.cut
}

function isQuiet(type: number): boolean {
  // d, c, f, p, X
  return type === 0x64 || type === 0x63 || type === 0x66 || type === 0x70 || type === 0x58
}

function readStatement({ bytes, end }: Cursor, at: number, messageEnd: number): Statement {
  const limit = Math.min(end, messageEnd, at + MAX_SQL)
  const close = endOfText(bytes, at, limit)
  const isCut = close === -1 && limit < messageEnd
  return { sql: bytes.toString('utf8', at, close === -1 ? limit : close), isCut }
}

/** undefined: too long, or not all there. */
function readName(bytes: Buffer, at: number, end: number): string | undefined {
  const close = endOfText(bytes, at, Math.min(end, at + MAX_NAME))
  return close === -1 ? undefined : bytes.toString('latin1', at, close)
}

function give(request: PgRequest, statement: Statement | undefined): void {
  request.sql = statement?.sql ?? ''
  request.isCut = statement?.isCut ?? false
}
