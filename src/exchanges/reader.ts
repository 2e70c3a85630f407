import { Cursor } from '../protocols/cursor.ts'
import type { Conversation, Message, Protocol, Step } from '../protocols/protocol.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'
import type { Moment } from '../sockets/moment.ts'
import type { StretchKind } from '../sockets/stretch.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { ExchangeListener, Outcome } from './exchange.ts'
import type { LiveExchange } from './live-exchange.ts'
import type { OpenExchanges } from './open-exchanges.ts'
import { Side } from './side.ts'
import type { ThreadReads } from './thread-reads.ts'

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

/** A step that is not just a word. */
export type Said = Exclude<Step<Message>, string>

/**
 * Reads the two directions of one connection, step by step, and finds its place again after a loss.
 * How messages pair is left to those that extend it.
 */
export abstract class Reader {
  protected readonly desk: Desk
  protected readonly socket: LiveSocket
  protected readonly protocol: Protocol
  protected readonly role: 'client' | 'server'
  protected readonly conversation: Conversation<Message, Message>
  readonly requests: Side
  readonly responses: Side
  /** Both directions spoke as the protocol says. */
  confirmed: boolean
  /** The connection speaks something else from here on. */
  left: boolean
  /** It left; what it speaks from here on has the answer to this. */
  kept: LiveExchange | undefined
  /** This is not the protocol. */
  wrong: boolean
  /** Bytes were needed that had not been copied. */
  starved: boolean

  constructor(desk: Desk, socket: LiveSocket, protocol: Protocol, role: 'client' | 'server') {
    this.desk = desk
    this.socket = socket
    this.protocol = protocol
    this.role = role
    this.conversation = protocol.open(socket.late)
    const server = role === 'server'
    this.requests = new Side('request', server ? socket.ingress : socket.egress, socket.late)
    this.responses = new Side('response', server ? socket.egress : socket.ingress, socket.late)
    this.confirmed = false
    this.left = false
    this.kept = undefined
    this.wrong = false
    this.starved = false
  }

  /** Something waits for time to pass. */
  abstract get isWaiting(): boolean

  /** An exchange has not ended. */
  abstract get isOpen(): boolean

  /** Events were lost before it was known what to read. */
  abstract beginAfterLoss(requests: boolean, responses: boolean): void

  /** A request made before this was spoken is answered in it, if at all. */
  adopt(exchange: LiveExchange): void {
    this.answerLost(exchange)
  }

  /** Nothing that is open will get its answer. */
  abstract giveUp(): void

  /** Ends what is still open. */
  abstract finish(outcome: Outcome, moment: Moment): void

  /** Ends what was waited for long enough. */
  protected abstract expire(now: number): void

  /** Whether the next step may be read already. */
  protected abstract mayRead(side: Side, now: number): boolean

  /** The conversation said something of the next `taken` bytes, which are still to be passed. */
  protected abstract take(side: Side, said: Said, taken: number, now: number): void

  /** The conversation is done with `taken` bytes and has nothing to say of them. */
  protected abstract skip(side: Side, taken: number, now: number): void

  /** The message that lasts until the end of the stream. */
  protected abstract endWithStream(side: Side, said: Said, moment: Moment): void

  /** A gap was passed in which bytes stood that were needed, and came to light at `moment`. */
  protected abstract metGap(side: Side, moment: Moment | undefined, now: number): void

  /** Whole messages, or parts, may have stood in a gap. */
  protected abstract lostMessages(
    side: Side,
    kind: StretchKind,
    now: number,
    moment: Moment | undefined,
  ): void

  /** The bytes at the place of reading, all there, are no message. */
  protected abstract lostPlace(side: Side, now: number): void

  /** An operation was passed over in which no message begins, as far as can be told. */
  protected lostOperation(_side: Side, _now: number, _moment: Moment): void {}

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
    this.expire(now)
  }

  /** Position up to which nothing of a direction needs to be copied; 0: all of it does. */
  skipUntil(side: Side, least: number): number {
    const bytes = this.conversation.skippable(side.direction)
    return bytes > least ? Math.min(Number.MAX_SAFE_INTEGER, side.stream.position + bytes) : 0
  }

  answerLost(exchange: LiveExchange): void {
    exchange.damaged = true
    this.desk.open.end(exchange, 'answer-lost', exchange.last)
  }

  #readSide(side: Side, now: number): boolean {
    let moved = false
    while (!this.left && !this.wrong) {
      if (!this.mayRead(side, now) || !this.step(side, now)) break
      moved = true
    }
    return moved
  }

  /** One step in one direction; false when there is nothing to do. `last`: what is there is all there is. */
  protected step(side: Side, now: number, last = false): boolean {
    const { stream } = side
    if (side.seeking && stream.readable === 0) return this.#seekOn(side, now)
    if (side.seeking && this.#skipToStart(side)) return true
    const { from, readable } = stream
    const cut = last || stream.cut
    cursor.aim(stream.memory, from, from + readable, stream.position, stream.gap, cut)
    if (last) side.damaged = true
    const step = this.ask(side, cursor)
    const taken = cursor.at - from
    if (typeof step === 'object') {
      this.take(side, step, taken, now)
      return true
    }
    if (step === 'lost-sync') return this.#lostSync(side, now)
    if (taken > 0) {
      this.skip(side, taken, now)
      return true
    }
    if (stream.cut) return this.#meetGap(side, now)
    return this.#endOfStream(side)
  }

  /** `at`: borrowed. */
  protected ask(side: Side, at: Cursor): Step<Message> {
    if (side === this.requests) return this.conversation.readRequest(at)
    return this.conversation.readResponse(at, undefined)
  }

  /** Passes over bytes of a message, which begins at `start`, and tells whose they were. */
  protected pass(side: Side, count: number, exchange: LiveExchange | undefined, start = 0): void {
    const { stream } = side
    const end = stream.position + count
    for (let i = 0; ; i++) {
      const stretch = stream.stretch(i)
      if (stretch === undefined || stretch.position >= end) break
      if (stretch.position + stretch.length <= start) continue
      if (stretch.kind === 'events-lost') this.#passLost(side, exchange)
      else if (stretch.moment) this.carried(side, exchange, stretch.moment)
    }
    stream.advance(count)
    side.bodySeen = true
  }

  /** An operation carried bytes of this exchange, or of none that is known. */
  protected carried(side: Side, exchange: LiveExchange | undefined, moment: Moment): void {
    if (exchange) this.desk.open.carried(exchange, moment, side.direction)
  }

  /** Part of a body was lost: whose operations those were is unknown. */
  #passLost({ stream }: Side, exchange: LiveExchange | undefined): void {
    if (exchange) exchange.damaged = true
    const moment = this.#momentBehindGap(stream)
    if (moment) this.desk.listener.lost(this.socket, moment)
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
    this.metGap(side, moment, now)
    this.#lose(side, kind, moment, now)
    return true
  }

  /** Where the next message begins is not known any more. `moment`: when that came to light. */
  #lose(side: Side, kind: StretchKind, moment: Moment | undefined, now: number): void {
    if (kind === 'not-captured') this.starved = true
    else {
      side.damaged = true
      if (side.current) side.current.damaged = true
      if (moment) this.desk.listener.lost(this.socket, moment)
    }
    this.lostMessages(side, kind, now, moment)
    if (!side.seeking) this.conversation.resync(side.direction)
    side.seeking = true
  }

  /** The bytes at the place of reading are no message. */
  #lostSync(side: Side, now: number): boolean {
    const { stream } = side
    if (side === this.responses && !this.confirmed && !side.inMessage && !side.seeking) {
      this.wrong = stream.readable > 0
      if (this.wrong) return false
    }
    if (side.seeking) return this.#seekOn(side, now)
    this.lostPlace(side, now)
    this.conversation.resync(side.direction)
    side.seeking = true
    if (stream.readable > 0 && !side.atStart) this.#skipForeign(side, now)
    return true
  }

  /** Looks on behind what is no message. */
  #seekOn(side: Side, now: number): boolean {
    const { stream } = side
    if (stream.readable > 0) {
      this.#skipForeign(side, now)
      this.conversation.resync(side.direction)
      return true
    }
    if (!stream.cut) return this.#endOfStream(side)
    const first = stream.stretch(0)
    const worst = stream.skipGap()
    if (worst === 'not-captured') this.starved = true
    if (worst === 'not-captured' && first?.moment) this.#foreign(side, first.moment, now)
    else this.#lose(side, worst, stream.stretch(0)?.moment, now)
    return true
  }

  /** Passes over an operation without a message in it. */
  #skipForeign(side: Side, now: number): void {
    const moment = side.stream.stretch(0)?.moment
    side.stream.skipOperation()
    if (moment) this.#foreign(side, moment, now)
  }

  #foreign(side: Side, moment: Moment, now: number): void {
    if (side.owner && !side.damaged) {
      this.carried(side, side.owner, moment)
      return
    }
    this.lostOperation(side, now, moment)
    this.desk.listener.lost(this.socket, moment)
    if (++side.lostOperations >= MAX_LOST) this.wrong = true
  }

  /** An operation that begins a message is not the rest of what stands before it. */
  #skipToStart(side: Side): boolean {
    const { newest, cut, memory, from, readable } = side.stream
    if (newest === undefined || cut || this.protocol.detect(newest) !== side.direction) return false
    const before = memory.subarray(from, from + readable - newest.length)
    if (this.protocol.detect(before) === side.direction) return false
    side.stream.skipToNewest()
    return true
  }

  #endOfStream(side: Side): boolean {
    const { finished } = side.stream
    if (finished === undefined || side.finished) return false
    side.finished = true
    const step = this.conversation.endOfStream(side.direction)
    if (typeof step === 'object' && step.kind === 'end') this.endWithStream(side, step, finished)
    if (side === this.responses) this.finish(outcomeOf(this.socket.error), finished)
    return true
  }
}

const ETIMEDOUT = 110

/** `error`: errno of the socket, 0 none. */
export function outcomeOf(error: number): Outcome {
  if (error === 0) return 'closed'
  return error === ETIMEDOUT ? 'timeout' : 'reset'
}
