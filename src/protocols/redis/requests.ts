import type { Cursor } from '../cursor.ts'
import type { Step, Verdict } from '../protocol.ts'
import type { Agreement } from './agreement.ts'
import { lookAtRequest } from './detect.ts'
import { Frame } from './frame.ts'
import { lookAtInline } from './inline.ts'
import type { RedisRequest } from './message.ts'
import { head, readRequestHead } from './request.ts'
import { ARRAY } from './resp.ts'

/** What a client sends. */
export class Requests {
  readonly #agreement: Agreement
  readonly #rest: Frame
  /** Its words are being read. */
  #request: RedisRequest | undefined
  /** The words being read are of one that nobody answers. */
  #passing: boolean
  /** The place of reading may be in the middle of something. */
  #unsure: boolean
  /** A request was seen: lines are commands too. */
  #spoke: boolean
  /** CLIENT REPLY: nothing is answered any more, or the next command is not. */
  #silence: 'none' | 'next' | 'all'

  constructor(agreement: Agreement, late: boolean) {
    this.#agreement = agreement
    this.#rest = new Frame()
    this.#request = undefined
    this.#passing = false
    this.#unsure = late
    this.#spoke = false
    this.#silence = 'none'
  }

  get skippable(): number {
    return this.#request || this.#passing ? this.#rest.skippable : 0
  }

  get isInMessage(): boolean {
    return this.#request !== undefined
  }

  resync(): void {
    this.#request = undefined
    this.#passing = false
    this.#unsure = true
  }

  read(cursor: Cursor): Step<RedisRequest> {
    if (this.#request) return this.#readRest(cursor, this.#request)
    for (;;) {
      if (this.#passing) {
        const progress = this.#rest.read(cursor)
        if (progress !== 'end') return progress
        this.#passing = false
      }
      if (cursor.readable <= 0) return 'need-more'
      const step = this.#readNext(cursor)
      if (step !== 'nothing') return step
    }
  }

  #readRest(cursor: Cursor, message: RedisRequest): Step<RedisRequest> {
    const progress = this.#rest.read(cursor)
    if (progress !== 'end') return progress
    this.#request = undefined
    return { kind: 'end', message }
  }

  #readNext(cursor: Cursor): Step<RedisRequest> | 'nothing' {
    if (this.#unsure || !this.#spoke) {
      const verdict = this.#look(cursor)
      if (verdict === 'need-more') return verdict
      if (verdict === 'no' && (this.#unsure || cursor.bytes[cursor.at] !== ARRAY))
        return 'lost-sync'
    }
    const request = readRequestHead(cursor)
    if (request === 'need-more' || request === 'lost-sync') return request
    cursor.at = head.end
    return request === 'nothing' ? request : this.#take(request)
  }

  #look({ bytes, at, end }: Cursor): Verdict {
    return bytes[at] === ARRAY ? lookAtRequest(bytes, at, end) : lookAtInline(bytes, at, end)
  }

  #take(request: RedisRequest): Step<RedisRequest> | 'nothing' {
    this.#spoke = true
    this.#unsure = false
    this.#rest.begin(head.words, head.bytes)
    if (isAcknowledgement(request)) this.#agreement.isFeed = true
    if (!this.#isAnswered(request)) {
      this.#passing = true
      return 'nothing'
    }
    this.#request = request
    return { kind: 'begin', message: request }
  }

  #isAnswered(request: RedisRequest): boolean {
    if (request.name === 'CLIENT REPLY') return this.#setSilence(request)
    if (request.command?.effect === 'reset') this.#silence = 'none'
    if (isAcknowledgement(request)) return false
    if (this.#silence === 'none') return true
    if (this.#silence === 'next') this.#silence = 'none'
    return false
  }

  /** Only `ON` is answered. */
  #setSilence({ words }: RedisRequest): boolean {
    const mode = words.trimEnd().slice(-4).toUpperCase()
    if (mode.endsWith('OFF')) this.#silence = 'all'
    else if (mode !== 'SKIP') this.#silence = 'none'
    else if (this.#silence === 'none') this.#silence = 'next'
    return this.#silence === 'none'
  }
}

/** A replica says how far it is; nobody answers. */
function isAcknowledgement({ command, words }: RedisRequest): boolean {
  return command?.effect === 'replconf' && /^(?:\$3\r\n)?ACK\b/i.test(words.slice(0, 10))
}
