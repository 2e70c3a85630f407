import { Cursor } from '../../../src/protocols/cursor.ts'
import type { Conversation, Direction, Step } from '../../../src/protocols/protocol.ts'
import { redis } from '../../../src/protocols/redis/index.ts'
import type { RedisReply, RedisRequest } from '../../../src/protocols/redis/message.ts'

/** A request as clients write it. */
export function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`
}

/** One conversation: what is said in each direction is read as far as it goes. */
export class Reading {
  readonly conversation: Conversation<RedisRequest, RedisReply>
  readonly requests: RedisRequest[] = []
  readonly replies: RedisReply[] = []
  /** Requests that no reply has begun to answer. */
  readonly open: RedisRequest[] = []
  /** The last step that moved nothing. */
  last: Step<RedisRequest | RedisReply> = 'need-more'
  readonly #cursor = new Cursor()
  readonly #unread = { request: Buffer.alloc(0), response: Buffer.alloc(0) }
  readonly #positions = { request: 0, response: 0 }

  constructor(late = false) {
    this.conversation = redis.open(late)
  }

  asks(text: string, gap = 0): string[] {
    return this.#read('request', text, gap)
  }

  answers(text: string, gap = 0): string[] {
    return this.#read('response', text, gap)
  }

  get unread(): number {
    return this.#unread.request.length + this.#unread.response.length
  }

  /** Kinds of the steps. `gap`: so many bytes follow that nobody saw. */
  #read(direction: Direction, text: string, gap: number): string[] {
    const bytes = Buffer.concat([this.#unread[direction], Buffer.from(text, 'latin1')])
    const kinds: string[] = []
    let at = 0
    let left = gap
    for (;;) {
      const position = this.#positions[direction] + at
      const cursor = this.#cursor.aim(bytes, at, bytes.length, position, left, gap > 0)
      const step = this.#step(direction)
      const moved = cursor.at - at
      this.last = step
      if (typeof step === 'object') kinds.push(step.kind)
      else if (step === 'lost-sync') kinds.push(step)
      if (typeof step === 'string' && (moved === 0 || step === 'lost-sync')) break
      if (typeof step === 'object' && step.kind === 'leave') break
      left -= Math.max(0, cursor.at - Math.max(at, bytes.length))
      at = cursor.at
    }
    this.#positions[direction] += at
    this.#unread[direction] = bytes.subarray(Math.min(at, bytes.length))
    return kinds
  }

  #step(direction: Direction): Step<RedisRequest | RedisReply> {
    if (direction === 'request') {
      const step = this.conversation.readRequest(this.#cursor)
      if (typeof step === 'object' && step.kind === 'begin') {
        this.requests.push(step.message)
        this.open.push(step.message)
      }
      return step
    }
    const step = this.conversation.readResponse(this.#cursor, this.open[0])
    if (typeof step === 'object' && step.kind === 'begin') {
      this.replies.push(step.message)
      this.open.shift()
    }
    return step
  }
}
