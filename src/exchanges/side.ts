import type { Direction } from '../protocols/protocol.ts'
import type { ByteStream } from '../sockets/byte-stream.ts'
import type { LiveExchange } from './live-exchange.ts'

/** How far one direction of a connection has been read. */
export class Side {
  readonly direction: Direction
  readonly stream: ByteStream
  /** The head of a message was read, its end was not. */
  inMessage: boolean
  /** Bytes behind the head were passed. */
  bodySeen: boolean
  /** Of the message in hand; undefined: it belongs to none. */
  current: LiveExchange | undefined
  /** The place where a message begins must be found again. */
  seeking: boolean
  /** Whose message lost its end: what comes until the next one begins is probably its rest. */
  owner: LiveExchange | undefined
  /** Of which bytes were read last, where messages are interleaved. */
  last: LiveExchange | undefined
  /** Bytes were lost since the last message began. */
  damaged: boolean
  /** Operations without a message in them, since the last message. */
  lostOperations: number
  /** The end of the stream was read. */
  finished: boolean

  /** `late`: reading may begin in the middle of a message. */
  constructor(direction: Direction, stream: ByteStream, late: boolean) {
    this.direction = direction
    this.stream = stream
    this.inMessage = false
    this.bodySeen = false
    this.current = undefined
    this.seeking = late
    this.owner = undefined
    this.last = undefined
    this.damaged = false
    this.lostOperations = 0
    this.finished = false
  }

  begin(exchange: LiveExchange | undefined): void {
    this.inMessage = true
    this.current = exchange
    this.seeking = false
    this.owner = undefined
    this.damaged = false
    this.lostOperations = 0
  }

  /** Bytes wait that are not yet a whole head. */
  get hasPart(): boolean {
    return !this.inMessage && this.stream.readable > 0
  }

  /** An operation begins at the place of reading. */
  get atStart(): boolean {
    const stretch = this.stream.stretch(0)
    return stretch?.begins === true && stretch.position === this.stream.position
  }
}
