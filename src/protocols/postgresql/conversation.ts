import type { Cursor } from '../cursor.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import { Backend } from './backend.ts'
import { Frontend } from './frontend.ts'
import type { PgRequest, PgResponse } from './message.ts'
import { Session } from './session.ts'

const LEAVE = { kind: 'leave' } as const

/** One connection of the protocol's version 3. */
export class PgConversation implements Conversation<PgRequest, PgResponse> {
  readonly #session: Session
  readonly #frontend: Frontend
  readonly #backend: Backend
  /** What follows this request may be another protocol: its answer tells. */
  #deciding: PgRequest | undefined

  constructor(late: boolean) {
    this.#session = new Session()
    this.#frontend = new Frontend(this.#session, late)
    this.#backend = new Backend(this.#session, late)
    this.#deciding = undefined
  }

  readRequest(cursor: Cursor): Step<PgRequest> {
    if (this.#backend.left && !this.#backend.isReading) return LEAVE
    if (this.#deciding?.isClosed && !this.#deciding.isAnswered) return 'need-more'
    const step = this.#frontend.read(cursor)
    if (typeof step === 'object' && step.kind === 'begin' && step.message.kind === 'encryption')
      this.#deciding = step.message
    return step
  }

  readResponse(cursor: Cursor, request: PgRequest | undefined): Step<PgResponse> {
    if (this.#backend.left && !this.#backend.isReading) return LEAVE
    return this.#backend.read(cursor, request)
  }

  /** No message lasts until the end of the stream. */
  endOfStream(direction: Direction): Step<PgRequest | PgResponse> {
    return direction === 'response' && this.#backend.isReading ? 'lost-sync' : 'need-more'
  }

  skippable(direction: Direction): number {
    return direction === 'request' ? this.#frontend.skippable : this.#backend.skippable
  }

  resync(direction: Direction): void {
    this.#deciding = undefined
    this.#session.forget()
    if (direction === 'request') this.#frontend.forget()
    else this.#backend.forget()
  }
}
