import type { Message, Outcome, Protocol } from '../protocols/protocol.ts'
import type { Moment } from '../sockets/moment.ts'
import type { Socket } from '../sockets/socket.ts'

export type { Outcome } from '../protocols/protocol.ts'

/** One request and its response, seen at one end of a connection. */
export interface Exchange {
  /** Counts from 1 within this run. */
  readonly sequence: number
  readonly socket: Socket
  readonly protocol: Protocol
  readonly role: 'client' | 'server'
  readonly request: Message
  /** The operation that carried the request's first byte. */
  readonly opened: Moment
  response: Message | undefined
  /** The operation that carried the first byte of the final response (not 1xx). */
  answered: Moment | undefined
  /** The operation that carried the last byte, or the end of the stream. */
  ended: Moment | undefined
  outcome: Outcome | undefined
  /** What the listener keeps of it, until it has ended: a look-up in a table for each operation would cost more. */
  kept?: object | undefined
  /** Bytes of this exchange or right before it were lost or never seen: it proves nothing. */
  damaged: boolean
}

/** What `exchanges/` tells the next stage, in the merged order of events. */
export interface ExchangeListener {
  /**
   * Every operation that moved bytes (or ended a stream), before anything is read from it. `turn`: of the
   * thread's loop, by number.
   */
  operation(socket: Socket, moment: Moment, turn: number): void
  /** The operation carried bytes of this exchange: of its request or of its response. */
  carried(exchange: Exchange, moment: Moment): void
  opened(exchange: Exchange): void
  /** First byte of the final response. */
  answered(exchange: Exchange): void
  /** All is known; `outcome` is set. Called once for each opened exchange. */
  ended(exchange: Exchange): void
  /** Bytes of this socket were lost, or cannot be read: whose they were is unknown. */
  lost(socket: Socket, moment: Moment): void
  /** The socket is forgotten; all its exchanges have ended. */
  closed(socket: Socket): void
}
