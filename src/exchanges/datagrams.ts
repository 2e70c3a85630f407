import { Oldest } from '../base/oldest.ts'
import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import type { DataEvent } from '../events/layout.ts'
import type { Message, Protocol } from '../protocols/protocol.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'
import type { Moment } from '../sockets/moment.ts'
import { momentWithoutThread } from '../sockets/operation-moment.ts'
import type { Counters } from '../telemetry/counters.ts'
import { type DatagramOffice, DatagramSocket } from './datagram-socket.ts'
import type { Outcome } from './exchange.ts'
import type { LiveExchange } from './live-exchange.ts'
import type { OpenExchanges } from './open-exchanges.ts'
import type { PendingQuery } from './pending-query.ts'
import type { KnownPorts, VerdictSink } from './verdicts.ts'

/** Resolvers ask again, or give up, after so long: resolv.conf(5), `timeout`. */
const RESOLVER_WAIT = 5 * SECOND
/** What was not answered so long after it was sent last is not answered any more. */
const MAX_WAIT = RESOLVER_WAIT + 5 * SECOND
/** The kernel describes a socket again after half of this, and does not tell of its end: bpf/include/describe.h. */
const MAX_IDLE = 60 * SECOND
/** Requests of all sockets that wait. */
const MAX_WAITING = 65_536
/** A port is known once so many sockets were found to speak a protocol on it. */
const TIMES_FOUND = 2

export interface DatagramParts {
  readonly open: OpenExchanges
  readonly counters: Counters
  /** All, as they are numbered. */
  readonly protocols: readonly Protocol[]
  readonly verdicts: VerdictSink
  readonly ports: KnownPorts
  readonly payloadLimit: number
}

/** All sockets whose operations are messages, and the requests on them that wait. */
export class Datagrams implements DatagramOffice {
  readonly protocols: readonly Protocol[]
  readonly #parts: DatagramParts
  /** By id, the one unused for longest first. */
  readonly #sockets: Map<number, DatagramSocket>
  /** In the order in which they were sent last. */
  readonly #waiting: Set<PendingQuery>
  readonly #oldest: Oldest<PendingQuery>
  readonly #found: Uint8Array

  constructor(parts: DatagramParts) {
    this.#parts = parts
    this.protocols = parts.protocols.filter(({ carriedBy }) => carriedBy === 'datagram')
    this.#sockets = new Map()
    this.#waiting = new Set()
    this.#oldest = new Oldest(this.#waiting)
    this.#found = new Uint8Array(65_536)
    for (const protocol of this.protocols)
      for (const port of protocol.datagramPorts ?? []) this.#know(protocol, port)
  }

  /** An operation that moved bytes, or failed for good (`errno`). */
  data(
    socket: LiveSocket,
    event: DataEvent,
    moment: Moment,
    bytes: Uint8Array,
    errno: number,
  ): void {
    const one = this.#use(socket, moment)
    if (one.muted) return
    if (errno !== 0) {
      one.failed(moment)
      return
    }
    const { length, captured, payloadAt, position } = event
    const payload = Buffer.from(bytes.buffer, bytes.byteOffset + payloadAt, captured)
    one.moved(moment, length, Math.max(1, position), payload)
  }

  protocolOf(socketId: number): Protocol | undefined {
    return this.#sockets.get(socketId)?.protocol
  }

  /** `idle` gets each socket that was not used for long. */
  tick(now: MonotonicNs, idle: (socket: LiveSocket) => void): void {
    for (const query of this.#waiting) {
      if (query.lastSent + MAX_WAIT > now) break
      query.owner.timedOut(query, endOf(query))
    }
    for (const one of this.#sockets.values()) {
      if (one.usedAt + MAX_IDLE > now) break
      idle(one.socket)
    }
  }

  forgotten(socket: LiveSocket, now: MonotonicNs): void {
    const one = this.#sockets.get(socket.id)
    if (one === undefined) return
    one.finish('answer-lost', momentWithoutThread(now, socket.tgid))
    this.#sockets.delete(socket.id)
  }

  /** A mistake of ours: this socket is left alone from now on. */
  abandon(socket: LiveSocket, now: MonotonicNs): void {
    const one = this.#sockets.get(socket.id)
    if (one === undefined) return
    one.finish('answer-lost', momentWithoutThread(now, socket.tgid))
    one.muted = true
    this.giveUp(socket)
  }

  isKnownPort(protocol: Protocol, port: number): boolean {
    return this.#parts.ports.datagrams(port) === this.#numberOf(protocol)
  }

  found(protocol: Protocol, port: number): void {
    const times = this.#found[port]! + 1
    if (times <= TIMES_FOUND) this.#found[port] = times
    if (times === TIMES_FOUND && port !== 0) this.#know(protocol, port)
  }

  open(
    socket: LiveSocket,
    protocol: Protocol,
    { role, opened }: PendingQuery,
    message: Message,
  ): LiveExchange {
    return this.#parts.open.open(socket, protocol, role, message, opened, false)
  }

  carried(exchange: LiveExchange, moment: Moment, direction: 'request' | 'response'): void {
    this.#parts.open.carried(exchange, moment, direction)
  }

  answered(exchange: LiveExchange, response: Message, moment: Moment): void {
    this.#parts.open.answered(exchange, response, moment)
  }

  end(exchange: LiveExchange, outcome: Outcome, moment: Moment): void {
    this.#parts.open.end(exchange, outcome, moment)
  }

  waits(query: PendingQuery): void {
    this.#waiting.delete(query)
    if (this.#waiting.size >= MAX_WAITING) this.overflow(this.#oldest.next()!)
    this.#waiting.add(query)
  }

  waitsNoMore(query: PendingQuery): void {
    this.#waiting.delete(query)
  }

  overflow(query: PendingQuery): void {
    this.#parts.counters.dropped.add('too-many-open')
    query.owner.finishOne(query, endOf(query))
  }

  unpaired(): void {
    this.#parts.counters.dropped.add('unpaired-response')
  }

  notAMessage(): void {
    this.#parts.counters.dropped.add('no-message')
  }

  giveUp(socket: LiveSocket): void {
    this.#parts.counters.dropped.add('unrecognised')
    this.#parts.verdicts.verdict(socket, 0, 0, 0, true)
  }

  #use(socket: LiveSocket, { time }: Moment): DatagramSocket {
    let one = this.#sockets.get(socket.id)
    // The order need not be better than to a second.
    if (one && time - one.usedAt < SECOND) return one
    if (one) this.#sockets.delete(socket.id)
    else one = new DatagramSocket(this, socket)
    this.#sockets.set(socket.id, one)
    one.usedAt = time
    return one
  }

  #know(protocol: Protocol, port: number): void {
    const limit = Math.min(protocol.captureLimit, this.#parts.payloadLimit)
    this.#parts.ports.setDatagrams(port, this.#numberOf(protocol), limit)
  }

  #numberOf(protocol: Protocol): number {
    return this.#parts.protocols.indexOf(protocol) + 1
  }
}

/** Whoever asked waits no longer than resolvers do; when exactly it stopped is not seen. */
function endOf({ lastSent, opened }: PendingQuery): Moment {
  return momentWithoutThread((lastSent + RESOLVER_WAIT) as MonotonicNs, opened.tgid)
}
