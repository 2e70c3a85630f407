import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import type { Direction, Message, Protocol } from '../protocols/protocol.ts'
import type { Moment } from '../sockets/moment.ts'
import { momentWithoutThread } from '../sockets/operation-moment.ts'
import type { Socket } from '../sockets/socket.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { ExchangeListener, Outcome } from './exchange.ts'
import { LiveExchange } from './live-exchange.ts'

/** All exchanges that have not ended, the oldest first: the only place that tells the listener of them. */
export class OpenExchanges {
  readonly #listener: ExchangeListener
  readonly #counters: Counters
  readonly #limit: number
  readonly #maxAge: number
  /** A chain: a map would be emptied and filled all the time, which costs more. */
  #oldest: LiveExchange | undefined
  #newest: LiveExchange | undefined
  #size: number
  #sequence: number

  constructor(
    listener: ExchangeListener,
    counters: Counters,
    maxOpenExchanges: number,
    streamLimitSeconds: number,
  ) {
    this.#listener = listener
    this.#counters = counters
    this.#limit = maxOpenExchanges
    this.#maxAge = streamLimitSeconds * SECOND
    this.#oldest = undefined
    this.#newest = undefined
    this.#size = 0
    this.#sequence = 0
  }

  get size(): number {
    return this.#size
  }

  open(
    socket: Socket,
    protocol: Protocol,
    role: 'client' | 'server',
    request: Message,
    opened: Moment,
    damaged: boolean,
  ): LiveExchange {
    if (this.#size >= this.#limit) this.#giveUpOldest(opened.time)
    const exchange = new LiveExchange(++this.#sequence, socket, protocol, role, request, opened)
    exchange.damaged = damaged
    this.#link(exchange)
    this.#listener.opened(exchange)
    return exchange
  }

  /** An operation carried bytes of its request or response. Said once for each operation. */
  carried(exchange: LiveExchange, moment: Moment, direction: Direction): void {
    if (exchange.outcome !== undefined) return
    if (direction === 'request') {
      if (exchange.requestLast === moment) return
      exchange.requestLast = moment
    } else {
      if (exchange.responseLast === moment) return
      exchange.responseLast = moment
    }
    this.#listener.carried(exchange, moment)
  }

  answered(exchange: LiveExchange, response: Message, moment: Moment): void {
    if (exchange.outcome !== undefined) return
    exchange.response = response
    exchange.answered = moment
    this.#listener.answered(exchange)
  }

  end(exchange: LiveExchange, outcome: Outcome, moment: Moment): void {
    if (exchange.outcome !== undefined) return
    exchange.outcome = outcome
    exchange.ended = moment
    this.#unlink(exchange)
    this.#counters.exchanges.add(outcome)
    this.#listener.ended(exchange)
  }

  /** Ends what has been open for too long. */
  tick(now: MonotonicNs): void {
    while (this.#oldest && now - this.#oldest.opened.time >= this.#maxAge)
      this.#giveUp(this.#oldest, now)
  }

  /** Ends all that is left. */
  finish(now: MonotonicNs): void {
    while (this.#oldest) this.#giveUp(this.#oldest, now)
  }

  #link(exchange: LiveExchange): void {
    const newest = this.#newest
    exchange.older = newest
    if (newest) newest.newer = exchange
    else this.#oldest = exchange
    this.#newest = exchange
    this.#size++
  }

  #unlink(exchange: LiveExchange): void {
    const { older, newer } = exchange
    if (older) older.newer = newer
    else this.#oldest = newer
    if (newer) newer.older = older
    else this.#newest = older
    exchange.older = undefined
    exchange.newer = undefined
    this.#size--
  }

  #giveUpOldest(now: MonotonicNs): void {
    if (this.#oldest === undefined) return
    this.#counters.dropped.add('too-many-open')
    this.#giveUp(this.#oldest, now)
  }

  #giveUp(exchange: LiveExchange, now: MonotonicNs): void {
    this.end(exchange, 'streaming-limit', momentWithoutThread(now, exchange.opened.tgid))
  }
}
