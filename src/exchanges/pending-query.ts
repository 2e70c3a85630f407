import type { Message } from '../protocols/protocol.ts'
import type { Moment } from '../sockets/moment.ts'
import type { DatagramSocket } from './datagram-socket.ts'
import type { LiveExchange } from './live-exchange.ts'

/** A request in a datagram that waits for its response. */
export class PendingQuery {
  readonly owner: DatagramSocket
  /** Number of its exchange; -1: nothing of it was seen but that it was moved. */
  readonly key: number
  readonly message: Message | undefined
  readonly opened: Moment
  readonly role: 'client' | 'server'
  /** Of several datagrams that one operation moved unseen, those that have no response yet. */
  left: number
  /** When it was sent last. */
  lastSent: number
  /** Undefined while it is not sure that this is an exchange. */
  exchange: LiveExchange | undefined

  constructor(
    owner: DatagramSocket,
    key: number,
    message: Message | undefined,
    opened: Moment,
    role: 'client' | 'server',
    left: number,
  ) {
    this.owner = owner
    this.key = key
    this.message = message
    this.opened = opened
    this.role = role
    this.left = left
    this.lastSent = opened.time
    this.exchange = undefined
  }
}
