import { MS, SECOND } from '../base/time.ts'
import type { Cursor } from '../protocols/cursor.ts'
import type { Message, Protocol, Step } from '../protocols/protocol.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'
import type { Moment } from '../sockets/moment.ts'
import type { StretchKind } from '../sockets/stretch.ts'
import type { Outcome } from './exchange.ts'
import type { LiveExchange } from './live-exchange.ts'
import { type LossListener, PairInOrder } from './pair-in-order.ts'
import { type Desk, Reader, type Said } from './reader.ts'
import type { Side } from './side.ts'

/** A response that came before its request: so long the request's event may be on its way. */
const MAX_HOLD = 50 * MS
/** Pieces of responses that are held back so. */
const MAX_HELD = 8
/** A response of which the end was not seen has ended when nothing more came for so long. */
const MAX_SILENCE = SECOND

/** Reads a connection on which the n-th response answers the n-th request. */
export class InOrderReader extends Reader implements LossListener {
  readonly #pairing: PairInOrder
  /** The request that lost its end last. */
  #cut: LiveExchange | undefined
  #requestTid: number
  #holding: boolean

  constructor(desk: Desk, socket: LiveSocket, protocol: Protocol, role: 'client' | 'server') {
    super(desk, socket, protocol, role)
    this.#pairing = new PairInOrder(this, desk.reads, role)
    this.#cut = undefined
    this.#requestTid = -1
    this.#holding = false
  }

  override get isWaiting(): boolean {
    const owner = this.responses.owner
    return this.#holding || (owner !== undefined && owner.outcome === undefined)
  }

  override get isOpen(): boolean {
    return !this.#pairing.isEmpty || this.responses.current !== undefined
  }

  override beginAfterLoss(requests: boolean, responses: boolean): void {
    this.requests.damaged = requests
    this.responses.damaged = responses
    if (requests) this.#pairing.requestsLost(true)
    if (responses) this.#pairing.answersLost(true)
  }

  override giveUp(): void {
    this.#endOwner()
    const { current } = this.responses
    if (current) this.answerLost(current)
    for (const exchange of this.#pairing.takeAll()) this.answerLost(exchange)
  }

  override finish(outcome: Outcome, moment: Moment): void {
    this.#endOwner()
    const { current } = this.responses
    if (current) this.desk.open.end(current, outcome, moment)
    for (const exchange of this.#pairing.takeAll()) this.desk.open.end(exchange, outcome, moment)
  }

  overflow(): void {
    this.desk.counters.dropped.add('too-many-open')
  }

  protected override expire(now: number): void {
    const { owner } = this.responses
    if (owner && now - owner.last.time >= MAX_SILENCE) this.#endOwner()
  }

  protected override mayRead(side: Side, now: number): boolean {
    if (side === this.requests) return true
    if (this.#mustHold(now)) return false
    this.#takePartOfRequest(now)
    return true
  }

  protected override ask(side: Side, at: Cursor): Step<Message> {
    if (side === this.requests) return super.ask(side, at)
    if (this.#isUnexpectedStart(side)) this.conversation.resync('response')
    return this.conversation.readResponse(at, this.#pairing.next?.request)
  }

  protected override take(side: Side, said: Said, taken: number, now: number): void {
    switch (said.kind) {
      case 'begin':
        if (side === this.requests) this.#beginRequest(said.message)
        else this.#beginResponse(said.message, now)
        this.pass(side, taken, side.current, said.message.start)
        side.bodySeen = false
        return
      case 'end':
        if (taken > 0) this.pass(side, taken, side.current)
        this.#end(side)
        return
      case 'interim':
        this.pass(side, taken, this.#pairing.next)
        side.seeking = false
        return
      case 'leave':
        this.left = true
        if (said.keeps) this.kept = this.#pairing.takeNext()
    }
  }

  protected override skip(side: Side, taken: number): void {
    this.pass(side, taken, side.current)
  }

  protected override endWithStream(side: Side, _said: Said, moment: Moment): void {
    if (side.current) this.desk.open.end(side.current, 'answered', moment)
    this.#end(side)
  }

  protected override metGap(side: Side, moment: Moment | undefined, now: number): void {
    if (side === this.requests && !side.inMessage) this.#dropAnswers(moment?.time ?? now, now)
  }

  protected override lostMessages(side: Side, kind: StretchKind): void {
    const { inMessage, seeking } = side
    const whole = !inMessage && !seeking
    if (side === this.requests && inMessage) this.#cut = side.current
    this.#loseMessage(side)
    if (side === this.requests) {
      if (!inMessage) this.#pairing.requestsLost(whole)
      else if (this.#cut?.request.mayBeUnanswered) this.#pairing.disown(this.#cut)
      else this.#pairing.requestCut()
    } else if (kind === 'unknown') this.#pairing.answersUnknown()
    else this.#pairing.answersLost(whole)
  }

  protected override lostPlace(side: Side): void {
    this.#loseMessage(side)
    if (side === this.responses) this.#pairing.answersLost(false)
  }

  /** Who answers has read the request: if its head is not complete by now, the rest of it was lost. */
  #takePartOfRequest(now: number): void {
    const { requests, responses } = this
    if (!requests.hasPart || !responses.hasPart) return
    if (!this.#pairing.isEmpty && !this.#pairing.isAfterLoss) return
    const { memory, from, readable } = responses.stream
    if (this.protocol.detect(memory.subarray(from, from + readable)) !== 'response') return
    this.step(requests, now, true)
  }

  /** Requests are missing: the answers that came before this came to light, at `at`, were to them. */
  #dropAnswers(at: number, now: number): void {
    const { responses } = this
    const isBefore = () => (responses.stream.stretch(0)?.moment?.time ?? at) < at
    while (this.#pairing.isEmpty && isBefore() && this.step(responses, now))
      if (this.left || this.wrong) return
    if (this.#pairing.isEmpty && isBefore() && responses.hasPart) this.step(responses, now, true)
  }

  /** A response that answers no known request may have no body, whatever its head says: HEAD. */
  #isUnexpectedStart(side: Side): boolean {
    if (!side.inMessage || side.current || side.bodySeen || side.stream.readable === 0) return false
    const { memory, from, readable } = side.stream
    if (!side.atStart) return false
    if (this.protocol.detect(memory.subarray(from, from + readable)) !== 'response') return false
    side.inMessage = false
    return true
  }

  #beginRequest(request: Message): void {
    const side = this.requests
    const moment = side.stream.momentAt(request.start)
    if (!moment) return
    // Whoever asks again has had the answer before.
    this.#endOwner()
    this.#endUnasked()
    const { open } = this.desk
    const exchange = open.open(this.socket, this.protocol, this.role, request, moment, side.damaged)
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
      this.desk.counters.dropped.add('unpaired-response')
      return
    }
    this.confirmed = true
    exchange.damaged ||= damaged
    if (moment) this.desk.open.answered(exchange, response, moment)
  }

  #end(side: Side): void {
    const { current } = side
    side.inMessage = false
    side.current = undefined
    if (side === this.responses && current) this.desk.open.end(current, 'answered', current.last)
  }

  /**
   * The answer to a request that nobody saw, or not to its end: then that of the answer may not be known
   * (what PostgreSQL answers to a Flush).
   */
  #endUnasked(): void {
    const side = this.responses
    const { current } = side
    if (!side.inMessage || (current && current !== this.#cut) || !this.#pairing.isEmpty) return
    if (this.conversation.skippable('response') > 0) return
    this.#end(side)
    this.conversation.resync('response')
  }

  /** Of an exchange whose response lost its end. */
  #endOwner(): void {
    const { owner } = this.responses
    this.responses.owner = undefined
    if (owner) this.desk.open.end(owner, 'answered', owner.last)
  }

  /** The message in hand has an end, but nobody will see it. */
  #loseMessage(side: Side): void {
    if (!side.inMessage) return
    side.owner = side.current
    side.inMessage = false
    side.current = undefined
  }

  /** Does the response have to wait for its request? */
  #mustHold(now: number): boolean {
    const { stream, inMessage, seeking } = this.responses
    this.#holding = false
    if (this.requests.stream.waiting) {
      this.#holding = true
    } else if (this.role === 'client' && this.#pairing.isEmpty && !inMessage && !seeking) {
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
