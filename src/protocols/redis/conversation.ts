import type { Cursor } from '../cursor.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import { Agreement } from './agreement.ts'
import type { RedisReply, RedisRequest } from './message.ts'
import { Replies } from './replies.ts'
import { Requests } from './requests.ts'

/** One connection of RESP2 or RESP3: the same frames, whatever HELLO agreed on. */
export class RedisConversation implements Conversation<RedisRequest, RedisReply> {
  readonly #agreement: Agreement
  readonly #requests: Requests
  readonly #replies: Replies

  constructor(late: boolean) {
    this.#agreement = new Agreement(late)
    this.#requests = new Requests(this.#agreement, late)
    this.#replies = new Replies(this.#agreement, late)
  }

  readRequest(cursor: Cursor): Step<RedisRequest> {
    const passes = this.#agreement.isFeed && !this.#requests.isInMessage
    return passes ? passAll(cursor) : this.#requests.read(cursor)
  }

  readResponse(cursor: Cursor, request: RedisRequest | undefined): Step<RedisReply> {
    const passes = this.#agreement.isFeed && !this.#replies.isInMessage
    return passes ? passAll(cursor) : this.#replies.read(cursor, request)
  }

  endOfStream(direction: Direction): Step<RedisRequest | RedisReply> {
    const side = direction === 'request' ? this.#requests : this.#replies
    return side.isInMessage ? 'lost-sync' : 'need-more'
  }

  skippable(direction: Direction): number {
    const side = direction === 'request' ? this.#requests : this.#replies
    if (this.#agreement.isFeed && !side.isInMessage) return Number.MAX_SAFE_INTEGER
    return side.skippable
  }

  resync(direction: Direction): void {
    this.#agreement.forget()
    if (direction === 'request') this.#requests.resync()
    else this.#replies.resync()
  }
}

function passAll(cursor: Cursor): 'need-more' {
  cursor.skipUpTo(Number.MAX_SAFE_INTEGER)
  return 'need-more'
}
