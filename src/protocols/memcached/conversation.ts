import type { Cursor } from '../cursor.ts'
import type { Conversation, Direction, Step } from '../protocol.ts'
import type { MemcachedReply, MemcachedRequest } from './message.ts'
import { Replies } from './replies.ts'
import { Requests } from './requests.ts'

/** One connection of the text protocol. */
export class MemcachedConversation implements Conversation<MemcachedRequest, MemcachedReply> {
  readonly #requests: Requests
  readonly #replies: Replies
  /** `watch`: what follows is a log. */
  #isFeed: boolean

  constructor(late: boolean) {
    this.#requests = new Requests(late)
    this.#replies = new Replies(late)
    this.#isFeed = false
  }

  readRequest(cursor: Cursor): Step<MemcachedRequest> {
    return this.#requests.read(cursor)
  }

  readResponse(cursor: Cursor, request: MemcachedRequest | undefined): Step<MemcachedReply> {
    if (this.#isFeed && !this.#replies.isInMessage) {
      cursor.skipUpTo(Number.MAX_SAFE_INTEGER)
      return 'need-more'
    }
    const step = this.#replies.read(cursor, request)
    const begins = typeof step === 'object' && step.kind === 'begin'
    if (begins && request?.name === 'watch') this.#isFeed = step.message.error === ''
    return step
  }

  endOfStream(direction: Direction): Step<MemcachedRequest | MemcachedReply> {
    return this.#side(direction).isInMessage ? 'lost-sync' : 'need-more'
  }

  skippable(direction: Direction): number {
    const side = this.#side(direction)
    const isFeed = this.#isFeed && direction === 'response' && !side.isInMessage
    return isFeed ? Number.MAX_SAFE_INTEGER : side.skippable
  }

  resync(direction: Direction): void {
    this.#side(direction).resync()
  }

  #side(direction: Direction): Requests | Replies {
    return direction === 'request' ? this.#requests : this.#replies
  }
}
