import { Oldest } from '../base/oldest.ts'
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
  readonly #open: Map<number, LiveExchange>
  readonly #oldest: Oldest<number>
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
    this.#open = new Map()
    this.#oldest = new Oldest(this.#open)
    this.#sequence = 0
  }

  get size(): number {
    return this.#open.size
  }

  open(
    socket: Socket,
    protocol: Protocol,
    role: 'client' | 'server',
    request: Message,
    opened: Moment,
    damaged: boolean,
  ): LiveExchange {
    if (this.#open.size >= this.#limit) this.#giveUpOldest(opened.time)
    const exchange = new LiveExchange(++this.#sequence, socket, protocol, role, request, opened)
    exchange.damaged = damaged
    this.#open.set(exchange.sequence, exchange)
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
    this.#open.delete(exchange.sequence)
    this.#counters.exchanges.add(outcome)
    this.#listener.ended(exchange)
  }

  /** Ends what has been open for too long. */
  tick(now: MonotonicNs): void {
    for (const exchange of this.#open.values()) {
      if (now - exchange.opened.time < this.#maxAge) return
      this.#giveUp(exchange, now)
    }
  }

  /** Ends all that is left. */
  finish(now: MonotonicNs): void {
    for (const exchange of this.#open.values()) this.#giveUp(exchange, now)
  }

  #giveUpOldest(now: MonotonicNs): void {
    const oldest = this.#open.get(this.#oldest.next() ?? -1)
    if (!oldest) return
    this.#counters.dropped.add('too-many-open')
    this.#giveUp(oldest, now)
  }

  #giveUp(exchange: LiveExchange, now: MonotonicNs): void {
    this.end(exchange, 'streaming-limit', momentWithoutThread(now, exchange.opened.tgid))
  }
}
