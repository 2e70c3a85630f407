import type { Cursor } from '../cursor.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import type { MySqlRequest, MySqlResponse } from './message.ts'
import { Requests } from './requests.ts'
import { Responses } from './responses.ts'
import { Session } from './session.ts'

const LEAVE = { kind: 'leave' } as const

/** One connection of the client/server protocol. */
export class MySqlConversation implements Conversation<MySqlRequest, MySqlResponse> {
  readonly session: Session
  readonly #requests: Requests
  readonly #responses: Responses

  constructor(late: boolean) {
    this.session = new Session()
    this.#requests = new Requests(this.session, late)
    this.#responses = new Responses(this.session, late)
  }

  readRequest(cursor: Cursor): Step<MySqlRequest> {
    if (this.session.left) return this.#responses.isReading ? 'need-more' : LEAVE
    // The greeting is to be read before the connection is left.
    if (this.session.asksForTls) return this.session.isGreeted ? LEAVE : 'need-more'
    return this.#requests.read(cursor)
  }

  readResponse(cursor: Cursor, request: MySqlRequest | undefined): Step<MySqlResponse> {
    if (this.session.left && !this.#responses.isReading) return LEAVE
    return this.#responses.read(cursor, request)
  }

  endOfStream(): Step<MySqlRequest | MySqlResponse> {
    return 'need-more'
  }

  skippable(direction: Direction): number {
    return direction === 'request' ? this.#requests.skippable : this.#responses.skippable
  }

  resync(direction: Direction): void {
    if (direction === 'request') this.#requests.resync()
    else this.#responses.resync()
    if (this.session.asksForTls) this.session.left = true
  }
}
