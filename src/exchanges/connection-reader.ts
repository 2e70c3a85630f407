import { MS, SECOND } from '../base/time.ts'
import { Cursor } from '../protocols/cursor.ts'
import type { Conversation, Message, Protocol, Step } from '../protocols/protocol.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'
import type { Moment } from '../sockets/moment.ts'
import type { StretchKind } from '../sockets/stretch.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { ExchangeListener, Outcome } from './exchange.ts'
import type { LiveExchange } from './live-exchange.ts'
import type { OpenExchanges } from './open-exchanges.ts'
import { type LossListener, PairInOrder } from './pair-in-order.ts'
import { Side } from './side.ts'
import type { ThreadReads } from './thread-reads.ts'

/** A response that came before its request: so long the request's event may be on its way. */
const MAX_HOLD = 50 * MS
/** Pieces of responses that are held back so. */
const MAX_HELD = 8
/** A response of which the end was not seen has ended when nothing more came for so long. */
const MAX_SILENCE = SECOND
/** Operations without a message, after which the protocol was a mistake. */
const MAX_LOST = 1024

const cursor = new Cursor()

/** What all readers share. */
export interface Desk {
  readonly open: OpenExchanges
  readonly listener: ExchangeListener
  readonly counters: Counters
  readonly reads: ThreadReads
}

/** Reads the two directions of one connection, message by message, and pairs them. */
export class ConnectionReader implements LossListener {
  readonly #desk: Desk
  readonly #socket: LiveSocket
  readonly #protocol: Protocol
  readonly #role: 'client' | 'server'
  readonly #conversation: Conversation<Message, Message>
  readonly #pairing: PairInOrder
  readonly requests: Side
  readonly responses: Side
  #requestTid: number
  #holding: boolean
  /** Both directions spoke as the protocol says. */
  confirmed: boolean
  /** The connection speaks something else from here on. */
  left: boolean
  /** This is not the protocol. */
  wrong: boolean

  constructor(desk: Desk, socket: LiveSocket, protocol: Protocol, role: 'client' | 'server') {
    this.#desk = desk
    this.#socket = socket
    this.#protocol = protocol
    this.#role = role
    this.#conversation = protocol.open(socket.late)
    this.#pairing = new PairInOrder(this, desk.reads, role)
    const server = role === 'server'
    this.requests = new Side('request', server ? socket.ingress : socket.egress, socket.late)
    this.responses = new Side('response', server ? socket.egress : socket.ingress, socket.late)
    this.#requestTid = -1
    this.#holding = false
    this.confirmed = false
    this.left = false
    this.wrong = false
  }

  /** Events were lost before it was known what to read. */
  beginAfterLoss(requests: boolean, responses: boolean): void {
    this.requests.damaged = requests
    this.responses.damaged = responses
    if (requests) this.#pairing.requestsLost(true)
    if (responses) this.#pairing.answersLost(true)
  }

  /** Something waits for time to pass. */
  get isWaiting(): boolean {
    const owner = this.responses.owner
    return this.#holding || (owner !== undefined && owner.outcome === undefined)
  }

  /** Reads all that can be read. */
  read(now: number): void {
    let moved = true
    while (moved && !this.left && !this.wrong) {
      moved = this.#readSide(this.requests, now)
      if (this.#readSide(this.responses, now)) moved = true
    }
  }

  tick(now: number): void {
    this.read(now)
    const { owner } = this.responses
    if (owner && now - owner.last.time >= MAX_SILENCE) this.#endOwner()
  }

  /** Position up to which nothing of a direction needs to be copied; 0: all of it does. */
  skipUntil(side: Side, least: number): number {
    const bytes = this.#conversation.skippable(side.direction)
    return bytes > least ? Math.min(Number.MAX_SAFE_INTEGER, side.stream.position + bytes) : 0
  }

  /** Nothing that is open will get its answer. */
  giveUp(): void {
    this.#endOwner()
    const { current } = this.responses
    if (current) this.answerLost(current)
    for (const exchange of this.#pairing.takeAll()) this.answerLost(exchange)
  }

  /** Ends what is still open. */
  finish(outcome: Outcome, moment: Moment): void {
    this.#endOwner()
    const { current } = this.responses
    if (current) this.#desk.open.end(current, outcome, moment)
    for (const exchange of this.#pairing.takeAll()) this.#desk.open.end(exchange, outcome, moment)
  }

  answerLost(exchange: LiveExchange): void {
    exchange.damaged = true
    this.#desk.open.end(exchange, 'answer-lost', exchange.last)
  }

  overflow(): void {
    this.#desk.counters.dropped.add('too-many-open')
  }

  #readSide(side: Side, now: number): boolean {
    let moved = false
    while (!this.left && !this.wrong) {
      if (side === this.responses) {
        if (this.#mustHold(now)) break
        this.#takePartOfRequest(now)
      }
      if (!this.#step(side, now)) break
      moved = true
    }
    return moved
  }

  /** One step in one direction; false when there is nothing to do. `last`: what is there is all there is. */
  #step(side: Side, now: number, last = false): boolean {
    const { stream } = side
    if (side.seeking && stream.readable === 0) return this.#seekOn(side)
    if (side.seeking && this.#skipToStart(side)) return true
    const { from, readable } = stream
    const cut = last || stream.cut
    cursor.aim(stream.memory, from, from + readable, stream.position, stream.gap, cut)
    if (last) side.damaged = true
    const step = this.#ask(side)
    const taken = cursor.at - from
    if (typeof step === 'object') {
      this.#take(side, step, taken, now)
      return true
    }
    if (step === 'lost-sync') return this.#lostSync(side)
    if (taken > 0) {
      this.#pass(side, taken)
      return true
    }
    if (stream.cut) return this.#meetGap(side, now)
    return this.#endOfStream(side)
  }

  /** Who answers has read the request: if its head is not complete by now, the rest of it was lost. */
  #takePartOfRequest(now: number): void {
    const { requests, responses } = this
    if (!requests.hasPart || !responses.hasPart) return
    if (!this.#pairing.isEmpty && !this.#pairing.isAfterLoss) return
    const { memory, from, readable } = responses.stream
    if (this.#protocol.detect(memory.subarray(from, from + readable)) !== 'response') return
    this.#step(requests, now, true)
  }

  /** Requests are missing: the answers that came before this came to light, at `at`, were to them. */
  #dropAnswers(at: number, now: number): void {
    const { responses } = this
    const isBefore = () => (responses.stream.stretch(0)?.moment?.time ?? at) < at
    while (this.#pairing.isEmpty && isBefore() && this.#step(responses, now))
      if (this.left || this.wrong) return
    if (this.#pairing.isEmpty && isBefore() && responses.hasPart) this.#step(responses, now, true)
  }

  #ask(side: Side): Step<Message> {
    if (side === this.requests) return this.#conversation.readRequest(cursor)
    if (this.#isUnexpectedStart(side)) this.#conversation.resync('response')
    return this.#conversation.readResponse(cursor, this.#pairing.next?.request)
  }

  /** A response that answers no known request may have no body, whatever its head says: HEAD. */
  #isUnexpectedStart(side: Side): boolean {
    if (!side.inMessage || side.current || side.bodySeen || side.stream.readable === 0) return false
    const { memory, from, readable } = side.stream
    if (!side.atStart) return false
    if (this.#protocol.detect(memory.subarray(from, from + readable)) !== 'response') return false
    side.inMessage = false
    return true
  }

  #take(side: Side, step: Exclude<Step<Message>, string>, taken: number, now: number): void {
    switch (step.kind) {
      case 'begin':
        if (side === this.requests) this.#beginRequest(step.message)
        else this.#beginResponse(step.message, now)
        this.#pass(side, taken, step.message.start)
        side.bodySeen = false
        return
      case 'end':
        if (taken > 0) this.#pass(side, taken)
        this.#end(side)
        return
      case 'interim':
        this.#passInterim(taken)
        return
      case 'leave':
        this.left = true
    }
  }

  #beginRequest(request: Message): void {
    const side = this.requests
    const moment = side.stream.momentAt(request.start)
    if (!moment) return
    // Whoever asks again has had the answer before.
    this.#endOwner()
    const { open } = this.#desk
    const exchange = open.open(
      this.#socket,
      this.#protocol,
      this.#role,
      request,
      moment,
      side.damaged,
    )
    this.#requestTid = moment.tid
    this.#pairing.opened(exchange)
    side.begin(exchange)
  }

  #beginResponse(response: Message, now: number): void {
    const side = this.responses
    this.#endOwner()
    const moment = side.stream.momentAt(response.start)
    const exchange = this.#pairing.answer(moment, now)
    const { damaged } = side
    side.begin(exchange)
    if (!exchange) {
      this.#desk.counters.dropped.add('unpaired-response')
      return
    }
    this.confirmed = true
    exchange.damaged ||= damaged
    if (moment) this.#desk.open.answered(exchange, response, moment)
  }

  #end(side: Side): void {
    const { current } = side
    side.inMessage = false
    side.current = undefined
    if (side === this.responses && current) this.#desk.open.end(current, 'answered', current.last)
  }

  /** Of an exchange whose response lost its end. */
  #endOwner(): void {
    const { owner } = this.responses
    this.responses.owner = undefined
    if (owner) this.#desk.open.end(owner, 'answered', owner.last)
  }

  #passInterim(taken: number): void {
    const side = this.responses
    side.current = this.#pairing.next
    this.#pass(side, taken)
    side.current = undefined
    side.seeking = false
  }

  /** Passes over bytes of the message in hand, which begins at `start`, and tells whose they were. */
  #pass(side: Side, count: number, start = 0): void {
    const { stream, current } = side
    const end = stream.position + count
    for (let i = 0; ; i++) {
      const stretch = stream.stretch(i)
      if (stretch === undefined || stretch.position >= end) break
      if (stretch.position + stretch.length <= start) continue
      if (stretch.kind === 'events-lost') this.#passLost(side)
      else if (current && stretch.moment) this.#carried(side, current, stretch.moment)
    }
    stream.advance(count)
    side.bodySeen = true
  }

  #carried(side: Side, exchange: LiveExchange, moment: Moment): void {
    this.#desk.open.carried(exchange, moment, side.direction)
  }

  /** Part of a body was lost: whose operations those were is unknown. */
  #passLost({ current, stream }: Side): void {
    if (current) current.damaged = true
    const moment = this.#momentBehindGap(stream)
    if (moment) this.#desk.listener.lost(this.#socket, moment)
  }

  #momentBehindGap(stream: Side['stream']): Moment | undefined {
    for (let i = 0; ; i++) {
      const stretch = stream.stretch(i)
      if (stretch === undefined || (stretch.moment && stretch.kind !== 'unknown'))
        return stretch?.moment
    }
  }

  /** Bytes were needed that stand in a gap. */
  #meetGap(side: Side, now: number): boolean {
    const { stream } = side
    let kind: StretchKind = 'not-captured'
    let moment = stream.stretch(0)?.moment
    // The rest of the operation that the readable bytes began is lost with them.
    if (stream.readable > 0) stream.skipOperation()
    else {
      kind = stream.skipGap()
      moment = stream.stretch(0)?.moment
    }
    if (side === this.requests && !side.inMessage) this.#dropAnswers(moment?.time ?? now, now)
    this.#lose(side, kind, moment)
    return true
  }

  /** Where the next message begins is not known any more. `moment`: when that came to light. */
  #lose(side: Side, kind: StretchKind, moment: Moment | undefined): void {
    const { inMessage, seeking } = side
    const whole = !inMessage && !seeking
    if (kind !== 'not-captured') this.#markDamage(side, moment)
    this.#loseMessage(side)
    if (side === this.requests) {
      if (!inMessage) this.#pairing.requestsLost(whole)
    } else if (kind === 'unknown') this.#pairing.answersUnknown()
    else this.#pairing.answersLost(whole)
    if (!side.seeking) this.#conversation.resync(side.direction)
    side.seeking = true
  }

  #markDamage(side: Side, moment: Moment | undefined): void {
    side.damaged = true
    if (side.current) side.current.damaged = true
    if (moment) this.#desk.listener.lost(this.#socket, moment)
  }

  /** The message in hand has an end, but nobody will see it. */
  #loseMessage(side: Side): void {
    if (!side.inMessage) return
    side.owner = side.current
    side.inMessage = false
    side.current = undefined
  }

  /** The bytes at the place of reading are no message. */
  #lostSync(side: Side): boolean {
    const { stream } = side
    if (side === this.responses && !this.confirmed && !side.inMessage && !side.seeking) {
      this.wrong = stream.readable > 0
      if (this.wrong) return false
    }
    if (!side.seeking) {
      this.#loseMessage(side)
      if (side === this.responses) this.#pairing.answersLost(false)
      this.#conversation.resync(side.direction)
      side.seeking = true
      if (stream.readable > 0 && !side.atStart) this.#skipForeign(side)
      return true
    }
    return this.#seekOn(side)
  }

  /** Looks on behind what is no message. */
  #seekOn(side: Side): boolean {
    const { stream } = side
    if (stream.readable > 0) {
      this.#skipForeign(side)
      this.#conversation.resync(side.direction)
      return true
    }
    if (stream.cut) {
      const first = stream.stretch(0)
      const worst = stream.skipGap()
      if (worst === 'not-captured' && first?.moment) this.#foreign(side, first.moment)
      else this.#lose(side, worst, stream.stretch(0)?.moment)
      return true
    }
    return this.#endOfStream(side)
  }

  /** Passes over an operation without a message in it. */
  #skipForeign(side: Side): void {
    const moment = side.stream.stretch(0)?.moment
    side.stream.skipOperation()
    if (moment) this.#foreign(side, moment)
  }

  #foreign(side: Side, moment: Moment): void {
    if (side.owner && !side.damaged) {
      this.#carried(side, side.owner, moment)
      return
    }
    this.#desk.listener.lost(this.#socket, moment)
    if (++side.lostOperations >= MAX_LOST) this.wrong = true
  }

  /** An operation that begins a message is not the rest of what stands before it. */
  #skipToStart(side: Side): boolean {
    const { newest, cut, memory, from, readable } = side.stream
    if (newest === undefined || cut || this.#protocol.detect(newest) !== side.direction)
      return false
    const before = memory.subarray(from, from + readable - newest.length)
    if (this.#protocol.detect(before) === side.direction) return false
    side.stream.skipToNewest()
    return true
  }

  #endOfStream(side: Side): boolean {
    const { finished } = side.stream
    if (finished === undefined || side.finished) return false
    side.finished = true
    const step = this.#conversation.endOfStream(side.direction)
    if (typeof step === 'object' && step.kind === 'end') {
      if (side.current) this.#desk.open.end(side.current, 'answered', finished)
      this.#end(side)
    }
    if (side === this.responses) this.finish(this.#outcome(), finished)
    return true
  }

  #outcome(): Outcome {
    return outcomeOf(this.#socket.error)
  }

  /** Does the response have to wait for its request? */
  #mustHold(now: number): boolean {
    const { stream, inMessage, seeking } = this.responses
    this.#holding = false
    if (this.requests.stream.waiting) {
      this.#holding = true
    } else if (this.#role === 'client' && this.#pairing.isEmpty && !inMessage && !seeking) {
      const moment = stream.stretch(0)?.moment
      this.#holding =
        moment !== undefined &&
        moment.tid !== this.#requestTid &&
        now - moment.time < MAX_HOLD &&
        stream.stretch(MAX_HELD) === undefined
    }
    return this.#holding
  }
}

const ETIMEDOUT = 110

/** `error`: errno of the socket, 0 none. */
export function outcomeOf(error: number): Outcome {
  if (error === 0) return 'closed'
  return error === ETIMEDOUT ? 'timeout' : 'reset'
}
