import type { Cursor } from '../cursor.ts'
import type { Step } from '../protocol.ts'
import { lookAtCommand } from './command-shape.ts'
import { COMMAND_NAMES, Command, isReplication, isSilent } from './commands.ts'
import { isHandshakeResponse, isTlsRequest } from './handshake.ts'
import type { MySqlRequest } from './message.ts'
import { Frame, FULL, HEADER, isWhole, lengthAt, MAX_READ, u32 } from './packet.ts'
import { type Payload, readCommand } from './read-command.ts'
import type { Session } from './session.ts'

/** One for all: it is read at once. */
const payload: Payload = {
  command: 0,
  bytes: Buffer.alloc(0),
  at: 0,
  end: 0,
  isCut: false,
  isLong: false,
  start: 0,
}

/** The client's direction: commands, and what follows them. */
export class Requests {
  readonly #session: Session
  readonly #frame: Frame
  #message: MySqlRequest | undefined
  /** Where the next command begins must be seen from its shape. */
  #lost: boolean
  /** The last one that prepares a statement. */
  #prepared: MySqlRequest | undefined

  constructor(session: Session, late: boolean) {
    this.#session = session
    this.#frame = new Frame()
    this.#message = undefined
    this.#lost = late
    this.#prepared = undefined
  }

  read(cursor: Cursor): Step<MySqlRequest> {
    const frame = this.#frame
    for (;;) {
      if (!frame.isDone) {
        const progress = frame.skip(cursor)
        if (progress !== 'end') return progress
      }
      if (this.#session.asksForTls) return 'need-more'
      const message = this.#message
      if (message) {
        this.#message = undefined
        return { kind: 'end', message }
      }
      const step = this.#next(cursor)
      if (step !== undefined) return step
    }
  }

  get skippable(): number {
    return this.#frame.remaining
  }

  resync(): void {
    this.#frame.forget()
    this.#message = undefined
    this.#lost = true
    this.#prepared = undefined
    this.#session.requestsLost()
  }

  /** Undefined: a packet was entered that asks nothing. */
  #next(cursor: Cursor): Step<MySqlRequest> | undefined {
    if (cursor.readable < HEADER) return 'need-more'
    const { bytes, at } = cursor
    const length = lengthAt(bytes, at)
    if (this.#session.sendsFile) return this.#passFile(cursor, length)
    if (bytes[at + 3] !== 0) return this.#follow(cursor, length)
    if (length === 0) return 'lost-sync'
    if (cursor.readable === HEADER) return 'need-more'
    return this.#lost ? this.#find(cursor, length) : this.#take(cursor, length)
  }

  /** After a loss: is this a command? */
  #find(cursor: Cursor, length: number): Step<MySqlRequest> | undefined {
    const { bytes, at, end, cut } = cursor
    const verdict = lookAtCommand(bytes, at, end)
    if (verdict === 'request') return this.#take(cursor, length)
    return verdict === 'need-more' && !cut ? verdict : 'lost-sync'
  }

  #take(cursor: Cursor, length: number): Step<MySqlRequest> | undefined {
    const command = cursor.bytes[cursor.at + HEADER]!
    if (COMMAND_NAMES[command] === undefined) return 'lost-sync'
    if (isReplication(command)) {
      this.#session.left = true
      this.#frame.enter(cursor)
      this.#frame.skipPacket(cursor)
      return 'need-more'
    }
    if (!isWhole(cursor, length)) return 'need-more'
    return isSilent(command)
      ? this.#passSilent(cursor, command)
      : this.#begin(cursor, command, length)
  }

  /** LOAD DATA LOCAL: an empty packet ends the file. */
  #passFile(cursor: Cursor, length: number): undefined {
    this.#session.sendsFile = length > 0
    this.#frame.enter(cursor)
    return undefined
  }

  /** A packet that answers one of the server's: part of a login, or of something older. */
  #follow(cursor: Cursor, length: number): Step<MySqlRequest> | undefined {
    const { bytes, at, end } = cursor
    const isLogin = this.#session.mayLogIn && isHandshakeResponse(bytes, at, end)
    if (isLogin === undefined && !cursor.cut) return 'need-more'
    if (isLogin === true && isTlsRequest(bytes, at + HEADER, length))
      this.#session.asksForTls = true
    else if (isLogin === true)
      return isWhole(cursor, length) ? this.#begin(cursor, Command.login, length) : 'need-more'
    else if (this.#lost) return 'lost-sync'
    this.#frame.enter(cursor)
    return undefined
  }

  #passSilent(cursor: Cursor, command: number): undefined {
    const { bytes, at, end } = cursor
    if (command === Command.stmtClose && end - at >= HEADER + 5)
      this.#session.statements.delete(u32(bytes, at + HEADER + 1))
    this.#frame.enter(cursor)
    return undefined
  }

  #begin(cursor: Cursor, command: number, length: number): Step<MySqlRequest> {
    payload.command = command
    payload.bytes = cursor.bytes
    payload.at = cursor.at + HEADER
    payload.end = Math.min(cursor.end, payload.at + Math.min(length, MAX_READ))
    payload.isLong = length === FULL
    payload.isCut = payload.isLong || payload.end < payload.at + length
    payload.start = cursor.position
    const message = readCommand(payload, this.#session, this.#prepared)
    if (command === Command.stmtPrepare) this.#prepared = message
    this.#message = message
    this.#lost = false
    this.#session.asksFor(message.database)
    this.#session.mayLogIn = command === Command.login
    this.#frame.enter(cursor)
    // What follows, in other packets too, is read with the next step.
    this.#frame.skipPacket(cursor)
    return { kind: 'begin', message }
  }
}
