import type { Message, Protocol } from '../protocols/protocol.ts'
import type { Moment } from '../sockets/moment.ts'
import type { Socket } from '../sockets/socket.ts'
import type { Exchange, Outcome } from './exchange.ts'

/** An exchange as it is put together. */
export class LiveExchange implements Exchange {
  readonly sequence: number
  readonly socket: Socket
  readonly protocol: Protocol
  readonly role: 'client' | 'server'
  readonly request: Message
  readonly opened: Moment
  response: Message | undefined
  answered: Moment | undefined
  ended: Moment | undefined
  outcome: Outcome | undefined
  damaged: boolean
  kept: object | undefined
  /** The operations that carried bytes of it last. */
  requestLast: Moment | undefined
  responseLast: Moment | undefined
  /** While it is open: those that were opened before and after it. */
  older: LiveExchange | undefined
  newer: LiveExchange | undefined

  constructor(
    sequence: number,
    socket: Socket,
    protocol: Protocol,
    role: 'client' | 'server',
    request: Message,
    opened: Moment,
  ) {
    this.sequence = sequence
    this.socket = socket
    this.protocol = protocol
    this.role = role
    this.request = request
    this.opened = opened
    this.response = undefined
    this.answered = undefined
    this.ended = undefined
    this.outcome = undefined
    this.damaged = false
    this.kept = undefined
    this.requestLast = undefined
    this.responseLast = undefined
    this.older = undefined
    this.newer = undefined
  }

  /** The last operation that is known to be of it. */
  get last(): Moment {
    return this.responseLast ?? this.requestLast ?? this.opened
  }
}
