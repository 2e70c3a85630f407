import type { MonotonicNs } from '../base/time.ts'
import type { Protocol } from '../protocols/protocol.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'
import type { Moment } from '../sockets/moment.ts'
import { momentWithoutThread } from '../sockets/operation-moment.ts'
import type { SocketTable } from '../sockets/socket-table.ts'
import type { Outcome } from './exchange.ts'
import { InOrderReader } from './in-order-reader.ts'
import type { LiveExchange } from './live-exchange.ts'
import { type Desk, outcomeOf, type Reader } from './reader.ts'
import { type Candidate, Recognition } from './recognition.ts'
import type { Side } from './side.ts'
import { StreamReader } from './stream-reader.ts'
import type { KnownPorts, VerdictSink } from './verdicts.ts'

/** A body is worth a verdict of its own if so many bytes of it are still to come. */
const WORTH_SKIPPING = 4096

/** What all connections share. */
export interface FrontDesk extends Desk {
  readonly sockets: SocketTable
  readonly protocols: readonly Protocol[]
  readonly verdicts: VerdictSink
  readonly ports: KnownPorts
  /** Bytes copied of each operation of what needs no more; new connections begin with all that can be. */
  readonly payloadLimit: number
}

/** One socket: what it speaks, who reads it, and what the kernel is told about it. */
export class Connection {
  readonly #desk: FrontDesk
  readonly #socket: LiveSocket
  #recognition: Recognition
  #candidate: Candidate | undefined
  #reader: Reader | undefined
  #muted: boolean
  /** What the kernel knows: bytes to copy, of this connection and of new ones to its port; 0: not told. */
  #limitTold: number
  #portTold: number
  /** How far nothing needs to be copied. */
  #egressTold: number
  #ingressTold: number
  #closing: Moment | undefined
  /** Asked in what it spoke before; what it speaks now, which is not known yet, has the answer. */
  #kept: LiveExchange | undefined

  constructor(desk: FrontDesk, socket: LiveSocket) {
    this.#desk = desk
    this.#socket = socket
    this.#recognition = new Recognition(socket, desk.protocols)
    this.#candidate = undefined
    this.#reader = undefined
    this.#muted = false
    this.#limitTold = 0
    this.#portTold = 0
    this.#egressTold = 0
    this.#ingressTold = 0
    this.#closing = undefined
    this.#kept = undefined
  }

  /** Nothing of it is read. */
  get isMuted(): boolean {
    return this.#muted
  }

  /** What it speaks, once both directions have shown it. */
  get protocol(): Protocol | undefined {
    return this.#reader?.confirmed ? this.#candidate?.protocol : undefined
  }

  /** An exchange has not ended. */
  get isOpen(): boolean {
    return this.#reader?.isOpen === true
  }

  /** Something waits for time to pass. */
  get isWaiting(): boolean {
    const { egress, ingress } = this.#socket
    return (
      egress.waiting !== undefined ||
      ingress.waiting !== undefined ||
      this.#reader?.isWaiting === true
    )
  }

  /**
   * An operation is about to be added: what waits on the other side for one before it, and was done by the
   * same thread, waits in vain.
   */
  expect({ ingress, tid, time }: Moment): void {
    const other = ingress ? this.#socket.egress : this.#socket.ingress
    if (other.waiting?.tid !== tid) return
    other.settle(time, true)
    this.read(time)
  }

  read(now: number): void {
    while (!this.#muted) {
      const reader = this.#reader ?? this.#recognise()
      if (!reader) return
      reader.read(now)
      if (reader.wrong) this.#revise(reader)
      else if (reader.left) this.#leave(reader, now)
      else {
        this.#tell(reader)
        return
      }
    }
  }

  tick(now: number): void {
    this.#socket.egress.settle(now, false)
    this.#socket.ingress.settle(now, false)
    this.read(now)
    this.#reader?.tick(now)
  }

  /** It stopped sending, or is `gone`; what was received before may still be read. */
  closing(moment: Moment, gone: boolean): void {
    const { egress, ingress, error } = this.#socket
    egress.finish(moment, -1)
    if (gone) this.#closing = moment
    if (gone && error !== 0) ingress.finish(moment, -1)
    this.read(moment.time)
  }

  /** The socket is forgotten. */
  forgotten(now: MonotonicNs): void {
    const closing = this.#closing
    const moment = closing ?? momentWithoutThread(now, this.#socket.tgid)
    this.#socket.ingress.finish(moment, -1)
    this.read(now)
    const outcome = closing ? outcomeOf(this.#socket.error) : 'answer-lost'
    this.#reader?.finish(outcome, moment)
    this.#endKept(outcome, moment)
    this.#muted = true
  }

  /** Nothing more will come at all: reads what is held back. */
  finish(now: MonotonicNs): void {
    this.#socket.egress.settle(now, true)
    this.#socket.ingress.settle(now, true)
    this.read(Number.MAX_SAFE_INTEGER)
  }

  /** Something went wrong with it that cannot be put right. */
  abandon(): void {
    this.#reader?.giveUp()
    this.#mute()
  }

  #recognise(): Reader | undefined {
    const found = this.#recognition.look()
    if (found === 'nothing') this.#mute()
    else if (found === undefined && this.#recognition.hasLooked)
      this.#tellLimit(this.#desk.payloadLimit)
    if (found === 'nothing' || found === undefined) return undefined
    // What was copied so far of each operation was for something unknown.
    if (this.#limitTold > 0 && found.protocol.packsMessages)
      this.#tellLimit(found.protocol.captureLimit)
    const role = found.requests === 'egress' ? 'client' : 'server'
    this.#desk.sockets.setRole(this.#socket, role)
    this.#candidate = found
    const reader = readerOf(this.#desk, this.#socket, found.protocol, role)
    const { lostEgress, lostIngress } = this.#recognition
    if (role === 'server') reader.beginAfterLoss(lostIngress, lostEgress)
    else reader.beginAfterLoss(lostEgress, lostIngress)
    this.#reader = reader
    if (this.#kept) reader.adopt(this.#kept)
    this.#kept = undefined
    return reader
  }

  #loseKept(exchange: LiveExchange): void {
    exchange.damaged = true
    this.#endKept('answer-lost', exchange.last)
  }

  #endKept(outcome: Outcome, moment: Moment): void {
    if (this.#kept) this.#desk.open.end(this.#kept, outcome, moment)
    this.#kept = undefined
  }

  #mute(): void {
    const { dropped } = this.#desk.counters
    dropped.add('unrecognised')
    this.#desk.ports.set(this.#serverPort, 0, this.#desk.payloadLimit)
    this.#desk.verdicts.verdict(this.#socket, 0, 0, 0, true)
    this.#socket.clear()
    if (this.#kept) this.#loseKept(this.#kept)
    this.#muted = true
  }

  /** The candidate was wrong. */
  #revise(reader: Reader): void {
    this.#desk.counters.dropped.add('lost-sync')
    reader.giveUp()
    if (!reader.confirmed) this.#desk.sockets.setRole(this.#socket, 'unknown')
    this.#recognition.wasWrong()
    this.#startAnew()
  }

  /** It speaks something else from here on. */
  #leave(reader: Reader, now: number): void {
    this.#kept = reader.kept
    reader.finish('closed', momentWithoutThread(now as MonotonicNs, this.#socket.tgid))
    // Where both ends ask, each look could find what is left again: that has to end.
    if (reader.confirmed || reader.kept)
      this.#recognition = new Recognition(this.#socket, this.#desk.protocols)
    else this.#recognition.wasWrong()
    this.#startAnew()
  }

  #startAnew(): void {
    this.#reader = undefined
    this.#candidate = undefined
    if (this.#limitTold > 0) this.#tellLimit(this.#desk.payloadLimit)
    this.#portTold = 0
    this.#egressTold = 0
    this.#ingressTold = 0
  }

  /** Until both ends have shown what it speaks. */
  #tellLimit(limit: number): void {
    if (limit === this.#limitTold && this.#egressTold === 0 && this.#ingressTold === 0) return
    this.#limitTold = limit
    this.#desk.verdicts.verdict(this.#socket, limit, 0, 0, false)
  }

  /** Tells the kernel what is new. */
  #tell(reader: Reader): void {
    const protocol = this.#candidate?.protocol
    if (!protocol || !reader.confirmed) return
    const { verdicts, sockets } = this.#desk
    const limit = this.#limitFor(protocol, reader)
    const requests = this.#farther(reader, reader.requests)
    const responses = this.#farther(reader, reader.responses)
    if (limit !== this.#portTold) this.#tellPort(protocol, limit)
    if (limit === this.#limitTold && !requests && !responses) return
    this.#limitTold = limit
    const egress = sockets.kernelEgress(this.#socket, this.#egressTold)
    verdicts.verdict(this.#socket, limit, egress, this.#ingressTold, false)
  }

  /** Long operations are dear to copy: only where more than one message stands in them, or was missed. */
  #limitFor({ captureLimit, packsMessages }: Protocol, reader: Reader): number {
    const { ports, payloadLimit } = this.#desk
    if (packsMessages || reader.starved) return captureLimit
    const known = Math.max(payloadLimit, ports.limit(this.#serverPort))
    return Math.min(captureLimit, known)
  }

  #farther(reader: Reader, side: Side): boolean {
    const until = reader.skipUntil(side, WORTH_SKIPPING)
    const egress = side.stream === this.#socket.egress
    if (until <= (egress ? this.#egressTold : this.#ingressTold)) return false
    if (egress) this.#egressTold = until
    else this.#ingressTold = until
    return true
  }

  #tellPort(protocol: Protocol, limit: number): void {
    this.#portTold = limit
    this.#desk.ports.set(this.#serverPort, this.#desk.protocols.indexOf(protocol) + 1, limit)
  }

  /** 0 while it is not known which end is the server's. */
  get #serverPort(): number {
    const { role, localPort, remotePort } = this.#socket
    return role === 'unknown' ? 0 : role === 'server' ? localPort : remotePort
  }
}

function readerOf(
  desk: Desk,
  socket: LiveSocket,
  protocol: Protocol,
  role: 'client' | 'server',
): Reader {
  if (protocol.pairing === 'in-order') return new InOrderReader(desk, socket, protocol, role)
  return new StreamReader(desk, socket, protocol, role)
}
