import { MapOfFew } from '../base/map-of-few.ts'
import { MS, SECOND } from '../base/time.ts'
import type { Moment } from '../sockets/moment.ts'
import { momentWithoutThread } from '../sockets/operation-moment.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Outcome } from './exchange.ts'
import type { LiveExchange } from './live-exchange.ts'
import type { OpenExchanges } from './open-exchanges.ts'
import { OwedAnswers } from './owed-answers.ts'

/** Exchanges of one connection that are open at once. */
export const MAX_OPEN = 4096
/** An answer of which the end may have been lost has ended when nothing more came for so long. */
const MAX_SILENCE = SECOND
/** So long an answer is waited for that may have been lost. */
const MAX_DOUBT = 10 * SECOND
/** Operations of several threads are stamped in their order but for so much. */
const MAX_SKEW = 50 * MS
const NEVER = -1

/** An exchange by its number. */
export class OpenStream {
  readonly exchange: LiveExchange
  /** The end of its request was not seen. */
  asking: boolean
  /** When something of the answers was lost that may have been its end; NEVER: nothing was. */
  doubtedAt: number
  /** Answers may be on their way to others that had the number before. */
  readonly owes: boolean

  constructor(exchange: LiveExchange, asking: boolean, owes: boolean) {
    this.exchange = exchange
    this.asking = asking
    this.doubtedAt = NEVER
    this.owes = owes
  }

  /**
   * What a server did at this moment may be of the answer to one that had the number before: who sent
   * that may be stamped late. A client has read it before it uses the number again.
   */
  isContested({ time, tid }: Moment): boolean {
    const { opened, role } = this.exchange
    return role === 'server' && this.owes && tid !== opened.tid && time - opened.time < MAX_SKEW
  }
}

/**
 * The open exchanges of one connection, by number. A number names one exchange at a time: who asks uses
 * it again only after the end of the answer. So what bears the number of an open exchange is of that
 * exchange
 * - if requests were lost, still: the end of the answer would have been seen before one of them took the
 *   number over;
 * - if answers were lost, only where the protocol uses no number twice: else the end may have been among
 *   them, and a request under the same number lost too, of which nothing has come to light yet. Then all
 *   that was open ends there. Where the answers' operations were seen, but not all of their bytes, those
 *   that have begun go on: at worst they get a later end.
 * What may have lost its end waits on for one second after the last that was seen of its answer; for ten,
 * if nothing was.
 */
export class OpenStreams {
  readonly #open: OpenExchanges
  readonly #counters: Counters
  readonly #numbersOnce: boolean
  readonly #byNumber: MapOfFew<OpenStream>
  #doubts: boolean
  readonly #owed: OwedAnswers

  constructor(open: OpenExchanges, counters: Counters, numbersOnce: boolean) {
    this.#open = open
    this.#counters = counters
    this.#numbersOnce = numbersOnce
    this.#byNumber = new MapOfFew()
    this.#doubts = false
    this.#owed = new OwedAnswers()
  }

  /** Something waits for time to pass. */
  get hasDoubts(): boolean {
    return this.#doubts
  }

  /** Exchanges that may be open still. */
  get size(): number {
    return this.#byNumber.size
  }

  get(number: number): OpenStream | undefined {
    const stream = this.#byNumber.get(number)
    if (stream?.exchange.outcome === undefined) return stream
    this.#gaveUp(number, stream)
    this.#byNumber.delete(number)
    return undefined
  }

  /** A request began. `whole`: its end was seen too. */
  opened(number: number, exchange: LiveExchange, whole: boolean): OpenStream {
    const before = this.get(number)
    if (before) this.endUnseen(number, before)
    else if (this.#byNumber.size >= MAX_OPEN) this.#giveUpOldest(exchange.opened)
    const owes = !this.#numbersOnce && this.#owed.has(number, exchange.opened.time)
    const stream = new OpenStream(exchange, !whole, owes)
    this.#byNumber.set(number, stream)
    return stream
  }

  /** An answer came that no open exchange takes. */
  unpaired(number: number): void {
    this.#owed.came(number)
  }

  /** More of its answer came. */
  seen(stream: OpenStream): void {
    stream.doubtedAt = NEVER
  }

  end(number: number, stream: OpenStream, outcome: Outcome, moment: Moment): void {
    this.#byNumber.delete(number)
    this.#open.end(stream.exchange, outcome, moment)
  }

  /** Requests were made of which nothing is known, before `at`. */
  requestsMissed(at: number): void {
    this.#owed.requestsMissed(at)
  }

  /** Requests, or parts, were lost; it came to light at `now`. */
  requestsLost(now: number): void {
    this.requestsMissed(now)
    for (const [number, stream] of this.#byNumber.entries()) {
      if (stream.asking) stream.exchange.damaged = true
      if (!this.#numbersOnce && stream.doubtedAt !== NEVER) this.endUnseen(number, stream)
    }
  }

  /** Answers, or parts, were lost; it came to light at `now`. `seen`: their operations were not lost. */
  answersLost(now: number, seen: boolean): void {
    for (const [number, stream] of this.#byNumber.entries()) {
      const { exchange } = stream
      exchange.damaged = true
      if (this.#numbersOnce || (seen && exchange.answered)) {
        stream.doubtedAt = now
        this.#doubts = true
      } else this.endUnseen(number, stream)
    }
  }

  /** Ends those whose answers will not come any more. */
  expire(now: number): void {
    if (!this.#doubts) return
    this.#doubts = false
    for (const [number, stream] of this.#byNumber.entries()) {
      const { exchange, doubtedAt } = stream
      if (doubtedAt === NEVER || exchange.outcome !== undefined) continue
      const since = Math.max(doubtedAt, exchange.last.time)
      const limit = exchange.answered ? MAX_SILENCE : MAX_DOUBT
      if (now - since >= limit) this.endUnseen(number, stream)
      else this.#doubts = true
    }
  }

  /** Ends all that is open. */
  finish(outcome: Outcome, moment: Moment): void {
    for (const [number, stream] of this.#byNumber.entries()) {
      if (stream.doubtedAt !== NEVER) this.endUnseen(number, stream)
      else this.end(number, stream, outcome, moment)
    }
  }

  /** Nothing more can be read: what is open has lost its answer. */
  giveUp(): void {
    for (const [number, stream] of this.#byNumber.entries()) {
      if (stream.doubtedAt === NEVER) stream.exchange.damaged = true
      if (stream.doubtedAt !== NEVER) this.endUnseen(number, stream)
      else this.end(number, stream, 'answer-lost', stream.exchange.last)
    }
  }

  /** Its answer has ended, but that was not seen. */
  endUnseen(number: number, stream: OpenStream): void {
    const { exchange } = stream
    this.#gaveUp(number, stream)
    if (!exchange.answered) exchange.damaged = true
    this.end(number, stream, exchange.answered ? 'answered' : 'answer-lost', exchange.last)
  }

  #gaveUp(number: number, { exchange }: OpenStream): void {
    if (!this.#numbersOnce)
      this.#owed.gaveUp(number, Math.max(exchange.last.time, exchange.ended?.time ?? 0))
  }

  #giveUpOldest({ time, tgid }: Moment): void {
    for (const [number, stream] of this.#byNumber.entries()) {
      this.#gaveUp(number, stream)
      if (stream.exchange.outcome === undefined) this.#counters.dropped.add('too-many-open')
      this.end(number, stream, 'streaming-limit', momentWithoutThread(time, tgid))
      return
    }
  }
}
