import { MS } from '../base/time.ts'
import type { Message, Outcome } from '../protocols/protocol.ts'
import type { Moment } from '../sockets/moment.ts'

/** So long the request's event may be on its way: a thread is stamped when it has left the socket's lock. */
export const MAX_HOLD = 50 * MS
/** Answers of one connection that wait so. */
const MAX_EARLY = 64
/** Operations of an answer that are told. */
const MAX_MOMENTS = 16

/** A response that was recorded before its request. */
export class EarlyAnswer {
  readonly response: Message
  readonly moment: Moment
  readonly moments: Moment[]
  outcome: Outcome | undefined

  constructor(response: Message, moment: Moment) {
    this.response = response
    this.moment = moment
    this.moments = []
    this.outcome = undefined
  }

  carried(moment: Moment): void {
    if (this.moments.at(-1) === moment) return
    if (this.moments.length === MAX_MOMENTS) this.moments.pop()
    this.moments.push(moment)
  }
}

/** Responses of a client's connection that wait for their requests, by number of the exchange. */
export class EarlyAnswers {
  /** Made when one waits: few do. */
  #byNumber: Map<number, EarlyAnswer> | undefined

  constructor() {
    this.#byNumber = undefined
  }

  get size(): number {
    return this.#byNumber === undefined ? 0 : this.#byNumber.size
  }

  get(number: number): EarlyAnswer | undefined {
    return this.#byNumber?.get(number)
  }

  /** Undefined: there is no room. Two cannot wait under one number. */
  add(number: number, response: Message, moment: Moment): EarlyAnswer | undefined {
    if (this.size >= MAX_EARLY) return undefined
    this.#byNumber ??= new Map()
    const early = new EarlyAnswer(response, moment)
    this.#byNumber.set(number, early)
    return early
  }

  take(number: number): EarlyAnswer | undefined {
    const early = this.get(number)
    if (early) this.#byNumber?.delete(number)
    return early
  }

  /** Forgets one to which no request came until `now`, and returns its number. */
  expire(now: number): number | undefined {
    if (this.#byNumber === undefined) return undefined
    for (const [number, { moment }] of this.#byNumber) {
      if (now - moment.time < MAX_HOLD) return undefined
      this.#byNumber.delete(number)
      return number
    }
    return undefined
  }
}
