import type { Message, Protocol } from '../protocols/protocol.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'
import type { Moment } from '../sockets/moment.ts'
import type { StretchKind } from '../sockets/stretch.ts'
import { type EarlyAnswer, EarlyAnswers, MAX_HOLD } from './early-answers.ts'
import type { Outcome } from './exchange.ts'
import type { LiveExchange } from './live-exchange.ts'
import { type OpenStream, OpenStreams } from './open-streams.ts'
import { type Desk, Reader, type Said } from './reader.ts'
import type { Side } from './side.ts'

/**
 * Reads a connection whose messages carry the number of their exchange, whole (by-id) or in parts that
 * are interleaved (multiplexed). An exchange ends with its response.
 */
export class StreamReader extends Reader {
  readonly #open: OpenStreams
  readonly #early: EarlyAnswers
  readonly #whole: boolean
  readonly #numbersOnce: boolean
  /** No request of this connection was missed. */
  #sawAllRequests: boolean
  /** What comes behind an unknown gap of the answers: whole operations may be missing before it. */
  #unplaced: boolean
  /** No answer was missed before the first request was read. */
  #sawAllAnswers: boolean
  /** A request was read. */
  #begun: boolean
  #tid: number
  #severalThreads: boolean
  /** When it came to light that answers were lost. */
  #answersLostAt: number
  #holding: boolean
  /** Whose bytes are passed, if their request has not come. */
  #passing: EarlyAnswer | undefined

  constructor(desk: Desk, socket: LiveSocket, protocol: Protocol, role: 'client' | 'server') {
    super(desk, socket, protocol, role)
    this.#whole = protocol.pairing === 'by-id'
    this.#numbersOnce = protocol.numbersOnce === true
    this.#open = new OpenStreams(desk.open, desk.counters, this.#numbersOnce)
    this.#early = new EarlyAnswers()
    this.#sawAllRequests = !socket.late && this.requests.stream.position === 0
    this.#sawAllAnswers = !socket.late && this.responses.stream.position === 0
    this.#unplaced = false
    this.#begun = false
    this.#tid = -1
    this.#severalThreads = false
    this.#answersLostAt = Number.NEGATIVE_INFINITY
    this.#holding = false
    this.#passing = undefined
  }

  override get isWaiting(): boolean {
    return this.#holding || this.#early.size > 0 || this.#open.hasDoubts
  }

  override get isOpen(): boolean {
    return this.#open.size > 0
  }

  override beginAfterLoss(requests: boolean, responses: boolean): void {
    this.requests.damaged = requests
    this.responses.damaged = responses
    if (requests) this.#sawAllRequests = false
    if (!responses) return
    this.#sawAllAnswers = false
    this.#unplaced = true
  }

  override adopt(exchange: LiveExchange): void {
    const number = this.conversation.adopt?.(exchange.request)
    if (number === undefined) super.adopt(exchange)
    else this.#open.opened(number, exchange, true)
  }

  override giveUp(): void {
    this.#dropEarly(Number.POSITIVE_INFINITY)
    this.#open.giveUp()
  }

  override finish(outcome: Outcome, moment: Moment): void {
    this.#dropEarly(Number.POSITIVE_INFINITY)
    this.#open.finish(outcome, moment)
  }

  protected override expire(now: number): void {
    this.#open.expire(now)
    this.#dropEarly(now)
  }

  /** Answers wait while requests are put in order. */
  protected override mayRead(side: Side): boolean {
    if (side === this.requests) return true
    this.#holding = this.requests.stream.waiting !== undefined
    return !this.#holding
  }

  protected override take(side: Side, said: Said, taken: number, now: number): void {
    if (said.kind === 'leave') {
      this.left = true
      return
    }
    this.#foundPlace(side, now)
    const number = said.stream ?? 0
    if (said.kind !== 'begin') this.#takePart(side, said, number, taken)
    else if (side === this.requests) this.#beginRequest(said.message, number, taken)
    else this.#beginResponse(said.message, number, taken)
  }

  protected override skip(side: Side, taken: number, now: number): void {
    this.#foundPlace(side, now)
    side.stream.advance(taken)
  }

  protected override endWithStream(side: Side, said: Said, moment: Moment): void {
    if (side === this.requests || said.kind !== 'end') return
    const number = said.stream ?? 0
    const stream = this.#open.get(number)
    if (stream?.exchange.answered) this.#open.end(number, stream, 'answered', moment)
  }

  protected override metGap(): void {}

  protected override lostMessages(
    side: Side,
    kind: StretchKind,
    now: number,
    moment: Moment | undefined,
  ): void {
    if (moment) this.#sawThread(moment)
    const seen = kind === 'not-captured'
    if (kind === 'unknown' && side === this.responses) this.#unplaced = true
    // What was not captured behind the only open answer is most likely the rest of it.
    const alone = seen && this.#open.size === 1 && side.last?.answered !== undefined
    this.#lost(side, now, seen)
    side.owner = alone ? side.last : undefined
  }

  protected override lostPlace(side: Side, now: number): void {
    this.#lost(side, now, true)
  }

  protected override lostOperation(side: Side, now: number, moment: Moment): void {
    this.#sawThread(moment)
    this.#lost(side, now, true)
  }

  protected override carried(side: Side, exchange: LiveExchange | undefined, moment: Moment): void {
    this.#sawThread(moment)
    if (exchange) super.carried(side, exchange, moment)
    else if (this.#passing) this.#passing.carried(moment)
    else if (side === this.requests && !this.#sawAllRequests)
      this.desk.listener.lost(this.socket, moment)
  }

  #sawThread({ tid }: Moment): void {
    if (tid !== this.#tid) this.#severalThreads ||= this.#tid !== -1
    this.#tid = tid
  }

  /** What stands at the place of reading was understood. */
  #foundPlace(side: Side, now: number): void {
    side.seeking = false
    side.owner = undefined
    side.lostOperations = 0
    if (!this.#unplaced || side === this.requests) return
    this.#unplaced = false
    this.#open.answersLost(now, false)
  }

  /** `seen`: the operations were, but not what was in them. */
  #lost(side: Side, now: number, seen: boolean): void {
    if (side === this.responses) {
      this.#open.answersLost(now, seen)
      this.#answersLostAt = now
      return
    }
    this.#sawAllRequests = false
    this.#open.requestsLost(now)
  }

  #beginRequest(request: Message, number: number, taken: number): void {
    const side = this.requests
    const moment = side.stream.momentAt(request.start)
    if (!moment) {
      this.pass(side, taken, undefined)
      return
    }
    const { open } = this.desk
    const exchange = open.open(this.socket, this.protocol, this.role, request, moment, side.damaged)
    side.damaged = false
    this.#sawThread(moment)
    if (!this.#begun) this.#begin(moment)
    side.last = exchange
    this.responses.owner = undefined
    const stream = this.#open.opened(number, exchange, this.#whole)
    this.pass(side, taken, exchange, request.start)
    const early = this.#early.take(number)
    if (early) this.#answerEarly(number, stream, early)
    if (!exchange.answered && this.#mayHaveLostAnswer(moment)) this.#open.endUnseen(number, stream)
  }

  /** The first request was read: what was before it is not known. */
  #begin({ time }: Moment): void {
    this.#begun = true
    if (!this.#sawAllRequests) this.#open.requestsMissed(time)
    if (!this.#sawAllAnswers) this.#answersLostAt = Math.max(this.#answersLostAt, time)
  }

  /** The answer to what a client's thread wrote at this moment may have been among those lost before. */
  #mayHaveLostAnswer({ time }: Moment): boolean {
    if (this.role === 'server' || this.#numbersOnce || !this.#severalThreads) return false
    return time - this.#answersLostAt < MAX_HOLD
  }

  #beginResponse(response: Message, number: number, taken: number): void {
    const side = this.responses
    const moment = side.stream.momentAt(response.start)
    const stream = moment && this.#openFor(number, moment)
    if (!moment || !stream) {
      this.#passUnasked(response, number, taken, moment)
      return
    }
    const { exchange } = stream
    this.confirmed = true
    exchange.damaged ||= side.damaged
    side.damaged = false
    side.last = exchange
    this.desk.open.answered(exchange, response, moment)
    this.pass(side, taken, exchange, response.start)
    if (this.#whole) this.#open.end(number, stream, 'answered', exchange.last)
  }

  /** What an answer under this number is for, if that is known. */
  #openFor(number: number, moment: Moment): OpenStream | undefined {
    const stream = this.#open.get(number)
    if (!stream) return undefined
    const fits = stream.exchange.answered ? 'unsure' : this.#fits(stream, moment)
    if (fits === 'no') return undefined
    this.#open.seen(stream)
    if (fits === 'yes') return stream
    // Another answer under the number, for one: then the end of the first was not seen.
    this.#open.endUnseen(number, stream)
    return undefined
  }

  /**
   * Whether what was done at `moment` may be of the answer to this request. A thread answers what it has
   * read, and reads no answer to what it has not asked; but another thread's request may have been
   * stamped late, if it is not that the number named a request before this one that nobody saw.
   */
  #fits(stream: OpenStream, moment: Moment): 'yes' | 'no' | 'unsure' {
    const { opened } = stream.exchange
    const early = opened.time - moment.time
    if (early <= 0) return stream.isContested(moment) ? 'unsure' : 'yes'
    if (this.role === 'server' || moment.tid === opened.tid || early >= MAX_HOLD) return 'no'
    return stream.owes ? 'unsure' : 'yes'
  }

  /** Nobody asked for it, or the request is on its way. */
  #passUnasked(response: Message, number: number, taken: number, moment: Moment | undefined): void {
    const waits = moment && this.role === 'client'
    // What waited under the number was for none that comes after this.
    if (waits && this.#early.take(number)) this.#unpaired(number)
    const early = waits ? this.#early.add(number, response, moment) : undefined
    if (early && this.#whole) early.outcome = 'answered'
    if (!early) this.#unpaired(number)
    this.#passing = early
    this.pass(this.responses, taken, undefined, response.start)
    this.#passing = undefined
  }

  /** Bytes, the end, or the abort of a message begun before. */
  #takePart(side: Side, said: Said, number: number, taken: number): void {
    const { stream: bytes } = side
    const moment = taken > 0 ? bytes.momentAt(bytes.position + taken - 1) : undefined
    const stream = this.#open.get(number)
    if (!stream) {
      this.#passPartUnasked(side, said, number, taken)
      return
    }
    const { exchange } = stream
    const asked = side === this.requests
    if (!asked && !exchange.answered && moment && this.#fits(stream, moment) !== 'yes') {
      this.pass(side, taken, undefined)
      return
    }
    if (!asked) this.#open.seen(stream)
    this.pass(side, taken, exchange)
    side.last = exchange
    if (said.kind === 'abort') this.#open.end(number, stream, said.outcome, moment ?? exchange.last)
    else if (said.kind !== 'end') return
    else if (asked) stream.asking = false
    else if (exchange.answered) this.#open.end(number, stream, 'answered', exchange.last)
    else this.#open.endUnseen(number, stream)
  }

  #passPartUnasked(side: Side, said: Said, number: number, taken: number): void {
    const early = side === this.responses ? this.#early.get(number) : undefined
    this.#passing = early
    this.pass(side, taken, undefined)
    this.#passing = undefined
    if (!early || early.outcome !== undefined) return
    if (said.kind === 'end') early.outcome = 'answered'
    else if (said.kind === 'abort') early.outcome = said.outcome
  }

  /** A response was recorded before the request, by another thread, or it was not the answer to this. */
  #answerEarly(number: number, stream: OpenStream, early: EarlyAnswer): void {
    const { exchange } = stream
    const { open } = this.desk
    const fits = this.#fits(stream, early.moment)
    if (fits !== 'yes') this.#unpaired(number)
    if (fits === 'unsure') this.#open.endUnseen(number, stream)
    if (fits !== 'yes') return
    this.confirmed = true
    open.answered(exchange, early.response, early.moment)
    for (const moment of early.moments) open.carried(exchange, moment, 'response')
    if (early.outcome) this.#open.end(number, stream, early.outcome, exchange.last)
  }

  #dropEarly(now: number): void {
    for (;;) {
      const number = this.#early.expire(now)
      if (number === undefined) return
      this.#unpaired(number)
    }
  }

  #unpaired(number: number): void {
    this.desk.counters.dropped.add('unpaired-response')
    this.#open.unpaired(number)
  }
}
