import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import { Timeline } from '../base/timeline.ts'
import type { Config } from '../config/config.ts'
import { type CloseEvent, type DataEvent, DataFlag, type SocketEvent } from '../events/layout.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { PROTOCOLS } from '../protocols/registry.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'
import type { Moment } from '../sockets/moment.ts'
import { momentOf, momentWithoutThread } from '../sockets/operation-moment.ts'
import type { Socket } from '../sockets/socket.ts'
import { SocketTable } from '../sockets/socket-table.ts'
import type { Counters } from '../telemetry/counters.ts'
import { Connection, type FrontDesk } from './connection.ts'
import { Datagrams } from './datagrams.ts'
import type { ExchangeListener } from './exchange.ts'
import { OpenExchanges } from './open-exchanges.ts'
import { ThreadReads } from './thread-reads.ts'
import { KnownPorts, type VerdictSink } from './verdicts.ts'

export interface ExchangeParts {
  readonly config: Pick<Config, 'payloadLimit' | 'maxOpenExchanges' | 'streamLimitSeconds'>
  readonly counters: Counters
  readonly listener: ExchangeListener
  readonly verdicts: VerdictSink
  /** In order of trial; all if left out. */
  readonly protocols?: readonly Protocol[]
}

/** Nobody tells when a Unix socket is gone; what is read to its end is, after so long. */
const ENDED = 10 * SECOND

/** Errors of a read after which nothing more can be read: include/uapi/asm-generic/errno.h. */
const FATAL = new Set([
  32, // EPIPE
  100, // ENETDOWN
  101, // ENETUNREACH
  103, // ECONNABORTED
  104, // ECONNRESET
  110, // ETIMEDOUT
  111, // ECONNREFUSED
  112, // EHOSTDOWN
  113, // EHOSTUNREACH
])

/** From the events of sockets to exchanges. What an event throws here drops that socket alone. */
export class Exchanges {
  readonly sockets: SocketTable
  readonly #listener: ExchangeListener
  readonly #desk: FrontDesk
  readonly #open: OpenExchanges
  readonly #reads: ThreadReads
  readonly #connections: Map<number, Connection>
  readonly #datagrams: Datagrams
  /** Those for which something waits. */
  readonly #waiting: Set<Connection>
  /** Unix sockets that were read to their end. */
  readonly #ended: Timeline<LiveSocket>
  #now: MonotonicNs

  constructor(parts: ExchangeParts) {
    const { config, counters, listener, verdicts, protocols = PROTOCOLS } = parts
    const { maxOpenExchanges, streamLimitSeconds, payloadLimit } = config
    this.#listener = listener
    this.sockets = new SocketTable(counters, (socket) => this.#forgotten(socket))
    this.#open = new OpenExchanges(listener, counters, maxOpenExchanges, streamLimitSeconds)
    this.#reads = new ThreadReads()
    this.#desk = {
      open: this.#open,
      listener,
      counters,
      reads: this.#reads,
      sockets: this.sockets,
      protocols,
      verdicts,
      ports: new KnownPorts(verdicts),
      payloadLimit,
    }
    this.#datagrams = new Datagrams(this.#desk)
    this.#connections = new Map()
    this.#waiting = new Set()
    this.#ended = new Timeline(ENDED)
    this.#now = 0 as MonotonicNs
  }

  socket(event: SocketEvent): Socket {
    return this.sockets.described(event)
  }

  /** `bytes`: borrowed memory that holds the payload at `event.payloadAt`. */
  data(event: DataEvent, time: MonotonicNs, bytes: Uint8Array): void {
    this.#now = time
    const socket = this.sockets.of(event)
    const moment = momentOf(event, time)
    this.#reads.saw(moment)
    this.#listener.operation(socket, moment, event.turn)
    if (socket.transport === 'udp') this.#datagram(event, socket, moment, bytes)
    else this.#streamed(event, socket, moment, bytes)
  }

  #datagram(event: DataEvent, socket: LiveSocket, moment: Moment, bytes: Uint8Array): void {
    const { flags, length } = event
    const failed = (flags & DataFlag.failed) !== 0
    if ((flags & DataFlag.end) !== 0 || (failed && !FATAL.has(length))) return
    try {
      this.#datagrams.data(socket, event, moment, bytes, failed ? length : 0)
    } catch (error) {
      this.#datagrams.abandon(socket, this.#now)
      throw error
    }
  }

  #streamed(event: DataEvent, socket: LiveSocket, moment: Moment, bytes: Uint8Array): void {
    const known = socket.connection
    const connection = known instanceof Connection ? known : this.#connect(socket)
    if (connection.isMuted) return
    try {
      connection.expect(moment)
      this.#move(event, socket, moment, bytes)
      connection.read(moment.time)
      this.#watch(connection)
    } catch (error) {
      this.#drop(socket)
      throw error
    }
  }

  /** An operation on a socket that is not traced, by a thread that may work on traced ones too. */
  leftOut(event: DataEvent, time: MonotonicNs): void {
    this.#now = time
    const socket = this.sockets.of(event)
    const moment = momentOf(event, time)
    this.#reads.saw(moment)
    this.#listener.operation(socket, moment, event.turn)
    // It may have been a request, which would be what the thread works for now.
    if (moment.ingress && socket.role !== 'client') this.#listener.lost(socket, moment)
  }

  close(event: CloseEvent, time: MonotonicNs): void {
    this.#now = time
    const gone = this.sockets.closed(event, time)
    const connection = this.#connections.get(event.socketId)
    if (gone === undefined || connection === undefined) return
    connection.closing(momentWithoutThread(time, event.tgid), gone)
    this.#watch(connection)
  }

  /** Everything up to `now` was seen. */
  tick(now: MonotonicNs): void {
    this.#now = now
    for (const connection of this.#waiting) {
      connection.tick(now)
      if (!connection.isWaiting) this.#waiting.delete(connection)
    }
    this.#datagrams.tick(now, (socket) => this.sockets.forget(socket))
    this.#open.tick(now)
    for (let one = this.#ended.due(now); one; one = this.#ended.due(now)) this.#letGo(one, now)
    this.sockets.tick(now)
  }

  /** Nothing more will come: ends all that is open. */
  finish(now: MonotonicNs): void {
    for (const connection of this.#connections.values()) connection.finish(now)
    this.#open.finish(now)
  }

  /** Exchanges that have not ended. */
  get open(): number {
    return this.#open.size
  }

  /** What a socket speaks, once both its directions have shown it. */
  protocolOf(socket: Socket): Protocol | undefined {
    return this.#connections.get(socket.id)?.protocol ?? this.#datagrams.protocolOf(socket.id)
  }

  #connect(socket: LiveSocket): Connection {
    const connection = new Connection(this.#desk, socket)
    this.#connections.set(socket.id, connection)
    socket.connection = connection
    return connection
  }

  #move(event: DataEvent, socket: LiveSocket, moment: Moment, bytes: Uint8Array): void {
    const { flags, length } = event
    const stream = moment.ingress ? socket.ingress : socket.egress
    if ((flags & DataFlag.failed) !== 0) {
      if (!FATAL.has(length)) return
      socket.error = length
      stream.finish(moment, -1)
      return
    }
    const position = this.sockets.position(socket, event)
    if ((flags & DataFlag.end) !== 0) {
      stream.finish(moment, position)
      if (socket.transport === 'unix' && moment.ingress) this.#ended.add(socket, moment.time)
      return
    }
    const { payloadAt, captured } = event
    stream.push(position, length, bytes.subarray(payloadAt, payloadAt + captured), moment)
  }

  /** Both ends, unless an answer is still to come. */
  #letGo(socket: LiveSocket, now: MonotonicNs): void {
    const ends = [socket, this.sockets.otherEnd(socket)].filter((end) => end !== undefined)
    if (ends.some(({ id }) => this.#connections.get(id)?.isOpen)) {
      this.#ended.add(socket, now)
      return
    }
    for (const end of ends) {
      end.closedAt ??= now
      this.sockets.forget(end)
    }
  }

  #watch(connection: Connection): void {
    if (connection.isWaiting) this.#waiting.add(connection)
  }

  /** A mistake of ours: this socket is left alone from now on. */
  #drop(socket: LiveSocket): void {
    const connection = this.#connections.get(socket.id)
    connection?.abandon()
  }

  #forgotten(socket: LiveSocket): void {
    const connection = this.#connections.get(socket.id)
    if (connection) {
      connection.forgotten(this.#now)
      this.#connections.delete(socket.id)
      socket.connection = undefined
      this.#waiting.delete(connection)
    }
    this.#datagrams.forgotten(socket, this.#now)
    if (socket.closedAt !== undefined) this.#desk.verdicts.forget(socket.id)
    this.#listener.closed(socket)
  }
}
