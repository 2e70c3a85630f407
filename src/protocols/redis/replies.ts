import type { Cursor } from '../cursor.ts'
import type { Step } from '../protocol.ts'
import type { Agreement } from './agreement.ts'
import { isWord } from './commands.ts'
import { lookAtReply, lookAtRequest } from './detect.ts'
import { Frame, type Progress } from './frame.ts'
import type { RedisReply, RedisRequest } from './message.ts'
import * as resp from './resp.ts'
import { FirstWord, isSubscription } from './subscription.ts'

const LEAVE = { kind: 'leave' } as const
/** `Q` of `+QUEUED`. */
const Q = 0x51

const word = new FirstWord()

/** What a server sends: replies, and what nobody asked for. */
export class Replies {
  readonly #agreement: Agreement
  readonly #frame: Frame
  #reply: RedisReply | undefined
  #request: RedisRequest | undefined
  /** All of the reply was read when it began. */
  #ended: boolean
  /** Its last number says how many subscriptions there are. */
  #counts: boolean
  #queued: boolean
  /** A subscription is confirmed once for each channel: so many are to come. */
  #confirmations: number
  /** It is no reply that is being read. */
  #passing: boolean
  /** The place of reading may be in the middle of something. */
  #unsure: boolean
  /** Nothing was seen yet that a client cannot have sent. */
  #doubtful: boolean

  constructor(agreement: Agreement, late: boolean) {
    this.#agreement = agreement
    this.#frame = new Frame()
    this.#reply = undefined
    this.#request = undefined
    this.#ended = false
    this.#counts = false
    this.#queued = false
    this.#confirmations = 0
    this.#passing = false
    this.#unsure = late
    this.#doubtful = late
  }

  get skippable(): number {
    return this.#reply || this.#passing ? this.#frame.skippable : 0
  }

  get isInMessage(): boolean {
    return this.#reply !== undefined
  }

  resync(): void {
    this.#reply = undefined
    this.#request = undefined
    this.#passing = false
    this.#unsure = true
  }

  read(cursor: Cursor, request: RedisRequest | undefined): Step<RedisReply> {
    if (this.#reply) return this.#readRest(cursor, this.#reply)
    for (;;) {
      if (this.#passing) {
        const progress = this.#frame.read(cursor)
        if (progress !== 'end') return progress
        this.#passing = false
        if (this.#counts) this.#agreement.channels = this.#frame.number
      }
      if (cursor.readable <= 0) return 'need-more'
      const step = this.#readNext(cursor, request)
      if (step !== 'nothing') return step
    }
  }

  #readNext(cursor: Cursor, request: RedisRequest | undefined): Step<RedisReply> | 'nothing' {
    const trouble = this.#unsure || this.#doubtful ? this.#look(cursor) : undefined
    if (trouble) return trouble
    const { bytes, at } = cursor
    const type = bytes[at]
    this.#confirmations = 1
    this.#counts = false
    if (type === resp.PUSH || (type === resp.ARRAY && this.#mayBeMessage(request))) {
      if (!word.read(cursor) && !(cursor.cut && this.#isPlain(type, request))) return 'need-more'
      if (type === resp.PUSH) this.#agreement.channels = 0
      this.#counts = type === resp.ARRAY && word.kind === 'confirmation'
      if (this.#isUnasked(type, request)) return this.#pass()
      if (word.kind === 'confirmation' && request) this.#confirmations = Math.max(1, request.count)
    }
    return this.#begin(cursor, request)
  }

  /** Undefined: a reply may begin here. */
  #look(cursor: Cursor): Step<RedisReply> | undefined {
    const { bytes, at, end } = cursor
    const isArray = bytes[at] === resp.ARRAY
    if (this.#doubtful && isArray) {
      const request = lookAtRequest(bytes, at, end)
      if (request === 'need-more' && !cursor.cut) return request
      if (request === 'request') return this.#meetRequest(cursor)
    }
    const verdict = lookAtReply(bytes, at, end)
    if (verdict === 'need-more') return verdict
    if (verdict === 'no' && this.#unsure) return 'lost-sync'
    if (!isArray) this.#doubtful = false
    return undefined
  }

  /** What was taken for a server sends requests. */
  #meetRequest({ bytes, at, end }: Cursor): Step<RedisReply> {
    if (!isOfReplica(bytes, at, end)) return LEAVE
    this.#agreement.isFeed = true
    return 'need-more'
  }

  /** Whatever its first word is, which was cut off, it is no confirmation of another command. */
  #isPlain(type: number, request: RedisRequest | undefined): boolean {
    return !isSubscription(request) && (type === resp.PUSH || this.#agreement.channels <= 0)
  }

  #mayBeMessage(request: RedisRequest | undefined): boolean {
    return this.#agreement.channels !== 0 || isSubscription(request)
  }

  /** Whether it answers nothing. Decided by its first word. */
  #isUnasked(type: number, request: RedisRequest | undefined): boolean {
    if (word.kind === 'confirmation' && request?.command?.name === word.command) return false
    if (type === resp.PUSH) return true
    const { channels } = this.#agreement
    const isSubscribed = channels > 0 || (channels < 0 && (!request || isSubscription(request)))
    return word.kind !== 'other' && isSubscribed
  }

  #pass(): 'nothing' {
    this.#unsure = false
    this.#passing = true
    this.#frame.begin(1, 0)
    return 'nothing'
  }

  #begin(cursor: Cursor, request: RedisRequest | undefined): Step<RedisReply> {
    const { bytes, at, end, position } = cursor
    const size = bytes[at] === resp.ARRAY ? resp.readLength(bytes, at, end) : -1
    const queued = bytes[at] === resp.SIMPLE && at + 1 < end && bytes[at + 1] === Q
    this.#frame.begin(1, 0)
    const progress = this.#readFrame(cursor)
    if (progress === 'lost-sync') return progress
    if (progress === 'need-more' && cursor.at === at) return progress
    const message = {
      start: position,
      error: this.#frame.error,
      database: this.#agreement.database,
      size,
    }
    this.#unsure = false
    this.#queued = queued
    this.#reply = message
    this.#request = request
    this.#ended = progress === 'end'
    return { kind: 'begin', message }
  }

  #readRest(cursor: Cursor, message: RedisReply): Step<RedisReply> {
    if (!this.#ended) {
      const progress = this.#readFrame(cursor)
      message.error ||= this.#frame.error
      if (progress !== 'end') return progress
    }
    this.#finish(message)
    return { kind: 'end', message }
  }

  /** All of a reply: of some several values. */
  #readFrame(cursor: Cursor): Progress {
    for (;;) {
      const progress = this.#frame.read(cursor)
      if (progress !== 'end') return progress
      if (--this.#confirmations <= 0) return progress
      this.#frame.begin(1, 0)
    }
  }

  #finish(message: RedisReply): void {
    const request = this.#request
    message.error ||= this.#frame.error
    this.#reply = undefined
    this.#request = undefined
    if (!request || message.error) return
    if (this.#counts) this.#agreement.channels = this.#frame.number
    this.#agreement.took(request, message, this.#queued)
  }
}

/** `REPLCONF ACK`: the other end feeds a replica. */
function isOfReplica(bytes: Uint8Array, at: number, end: number): boolean {
  const name = resp.behindLength(bytes, resp.behindLength(bytes, at))
  return name + 8 <= end && isWord(bytes, name, name + 8, 'REPLCONF')
}
