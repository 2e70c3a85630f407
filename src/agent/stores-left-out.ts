import type { Exchange, ExchangeListener } from '../exchanges/exchange.ts'
import type { Moment } from '../sockets/moment.ts'
import type { Socket } from '../sockets/socket.ts'
import type { Counters } from '../telemetry/counters.ts'

/**
 * Leaves out what data stores answer, for where everything is traced: the client's span says as much,
 * and a store's own tasks are nobody's request. What a store asks others for (replication) is told.
 */
export class StoresLeftOut implements ExchangeListener {
  readonly #next: ExchangeListener
  readonly #counters: Counters

  constructor(next: ExchangeListener, counters: Counters) {
    this.#next = next
    this.#counters = counters
  }

  operation(socket: Socket, moment: Moment, turn: number): void {
    this.#next.operation(socket, moment, turn)
  }

  carried(exchange: Exchange, moment: Moment): void {
    if (!isOfStore(exchange)) this.#next.carried(exchange, moment)
  }

  opened(exchange: Exchange): void {
    if (!isOfStore(exchange)) this.#next.opened(exchange)
  }

  answered(exchange: Exchange): void {
    if (!isOfStore(exchange)) this.#next.answered(exchange)
  }

  ended(exchange: Exchange): void {
    if (isOfStore(exchange)) this.#counters.spans.add('store-server')
    else this.#next.ended(exchange)
  }

  lost(socket: Socket, moment: Moment): void {
    this.#next.lost(socket, moment)
  }

  closed(socket: Socket): void {
    this.#next.closed(socket)
  }
}

function isOfStore({ role, protocol }: Exchange): boolean {
  return role === 'server' && protocol.isStore === true
}
