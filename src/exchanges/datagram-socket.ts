import { MapOfFew } from '../base/map-of-few.ts'
import { Cursor } from '../protocols/cursor.ts'
import type { Conversation, Message, Protocol, Step } from '../protocols/protocol.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'
import type { Moment } from '../sockets/moment.ts'
import type { Outcome } from './exchange.ts'
import type { LiveExchange } from './live-exchange.ts'
import { PendingQuery } from './pending-query.ts'

/** Datagrams that are no message, after which the socket is given up. */
const MAX_TRIALS = 16
/** Requests of one socket that wait for their responses. */
const MAX_PENDING = 1024

const cursor = new Cursor()

/** What datagram sockets share: src/exchanges/datagrams.ts. */
export interface DatagramOffice {
  /** In order of trial. */
  readonly protocols: readonly Protocol[]
  /** Whether a port speaks this protocol everywhere, or was seen to. */
  isKnownPort(protocol: Protocol, port: number): boolean
  /** An exchange was found on a port that nobody knew. */
  found(protocol: Protocol, port: number): void
  open(socket: LiveSocket, protocol: Protocol, query: PendingQuery, message: Message): LiveExchange
  carried(exchange: LiveExchange, moment: Moment, direction: 'request' | 'response'): void
  answered(exchange: LiveExchange, response: Message, moment: Moment): void
  end(exchange: LiveExchange, outcome: Outcome, moment: Moment): void
  waits(query: PendingQuery): void
  waitsNoMore(query: PendingQuery): void
  unpaired(): void
  notAMessage(): void
  overflow(query: PendingQuery): void
  giveUp(socket: LiveSocket): void
}

/** A UDP socket: each operation is one message, requests and responses find each other by number. */
export class DatagramSocket {
  readonly socket: LiveSocket
  readonly #office: DatagramOffice
  #protocol: Protocol | undefined
  #conversation: Conversation<Message, Message> | undefined
  /** The port says what is spoken, or an exchange did. */
  #trusted: boolean
  #trialsLeft: number
  readonly #pending: MapOfFew<PendingQuery>
  /** Requests of which only their lengths are known, the oldest first. */
  readonly #unread: PendingQuery[]
  /** When a response was last moved of which only its length is known; -1 never. */
  #responseLost: number
  muted: boolean
  /** Last operation, but for less than a second. */
  usedAt: number

  constructor(office: DatagramOffice, socket: LiveSocket) {
    this.#office = office
    this.socket = socket
    this.#protocol = undefined
    this.#conversation = undefined
    this.#trusted = false
    this.#trialsLeft = MAX_TRIALS
    this.#pending = new MapOfFew()
    this.#unread = []
    this.#responseLost = -1
    this.muted = false
    this.usedAt = 0
  }

  /** What it speaks, once that is sure. */
  get protocol(): Protocol | undefined {
    return this.#trusted ? this.#protocol : undefined
  }

  get isWaiting(): boolean {
    return this.#pending.size > 0 || this.#unread.length > 0
  }

  /**
   * An operation moved `count` datagrams of `length` bytes in all, of which `bytes` (borrowed) are the
   * first.
   */
  moved(moment: Moment, length: number, count: number, bytes: Buffer): void {
    if (bytes.length === 0 || count > 1) {
      this.#unseen(moment, count)
    } else if (!this.#read(moment, length, bytes)) {
      if ((this.socket.kernelRole === 'client') === moment.ingress) this.#responseLost = moment.time
      this.#foreign()
    }
  }

  /** The other end cannot be reached: nothing that was asked will be answered. */
  failed(moment: Moment): void {
    for (const query of this.#pending.values()) this.#lose(query, 'reset', moment)
    for (const query of this.#unread.splice(0)) this.#lose(query, 'reset', moment)
  }

  /** Nobody waits for this any more. */
  timedOut(query: PendingQuery, moment: Moment): void {
    this.#lose(query, this.#responseLost >= query.opened.time ? 'answer-lost' : 'timeout', moment)
  }

  /** Ends what is still open. */
  finish(outcome: Outcome, moment: Moment): void {
    for (const query of [...this.#pending.values(), ...this.#unread])
      this.finishOne(query, moment, outcome)
  }

  /** Without a word on whether it was answered. */
  finishOne(query: PendingQuery, moment: Moment, outcome: Outcome = 'answer-lost'): void {
    this.#remove(query)
    if (query.exchange) this.#office.end(query.exchange, outcome, moment)
  }

  /** False: it is no message. */
  #read(moment: Moment, length: number, bytes: Buffer): boolean {
    const protocol = this.#protocol ?? this.#recognise(bytes)
    if (!protocol) return false
    this.#trust(protocol)
    const asked = this.#step(length, bytes).readRequest(cursor)
    if (isBegin(asked)) return this.#asked(asked.message, asked.stream, moment)
    const replied = this.#step(length, bytes).readResponse(cursor, undefined)
    return isBegin(replied) && this.#replied(replied.message, replied.stream, moment)
  }

  #recognise(bytes: Buffer): Protocol | undefined {
    for (const protocol of this.#office.protocols) {
      const verdict = protocol.detect(bytes)
      if (verdict === 'request' || verdict === 'response') return protocol
      if (verdict === 'need-more' && this.#isKnown(protocol)) return protocol
    }
    return undefined
  }

  /** The kernel gives a role to datagram sockets by their ports alone. */
  #isKnown(protocol: Protocol): boolean {
    const { kernelRole, localPort, remotePort } = this.socket
    const { isKnownPort } = this.#office
    if (isKnownPort.call(this.#office, protocol, localPort)) return true
    return kernelRole !== 'unknown' || isKnownPort.call(this.#office, protocol, remotePort)
  }

  #trust(protocol: Protocol): void {
    if (this.#protocol) return
    this.#protocol = protocol
    this.#conversation = protocol.open(this.socket.late)
    this.#trusted = this.#isKnown(protocol)
  }

  #step(length: number, bytes: Buffer): Conversation<Message, Message> {
    cursor.aim(bytes, 0, bytes.length, 0, length - bytes.length, bytes.length < length)
    return this.#conversation!
  }

  #asked(message: Message, key: number, moment: Moment): boolean {
    const before = this.#pending.get(key)
    if (before) {
      this.#askedAgain(before, moment)
      return true
    }
    const query = new PendingQuery(this, key, message, moment, roleOf(moment.ingress), 1)
    if (this.#pending.size >= MAX_PENDING) this.#overflow()
    this.#pending.set(key, query)
    if (this.#trusted) this.#open(query, message)
    this.#office.waits(query)
    return true
  }

  /** The same id and question: it was not answered in time, and sent again. */
  #askedAgain(query: PendingQuery, moment: Moment): void {
    query.lastSent = moment.time
    this.#office.waits(query)
    if (query.exchange) this.#office.carried(query.exchange, moment, 'request')
  }

  #replied(response: Message, key: number, moment: Moment): boolean {
    const role = moment.ingress ? 'client' : 'server'
    const query = this.#pending.get(key)
    if (query && query.role === role) {
      if (!this.#trusted) this.#confirm(role)
      this.#answer(query, query.message, response, moment)
      return true
    }
    const unread = this.#trusted ? this.#takeUnread(role) : undefined
    const message = unread && this.#protocol?.asksFor?.(response)
    if (!unread || !message) {
      this.#office.unpaired()
      return this.#trusted
    }
    const asked = unread.left > 0 ? this.#split(unread) : unread
    this.#answer(asked, message, response, moment)
    return true
  }

  #answer(
    query: PendingQuery,
    message: Message | undefined,
    response: Message,
    moment: Moment,
  ): void {
    this.#remove(query)
    if (!message) return
    const exchange = query.exchange ?? this.#open(query, message)
    this.#office.answered(exchange, response, moment)
    this.#office.carried(exchange, moment, 'response')
    this.#office.end(exchange, 'answered', moment)
  }

  #open(query: PendingQuery, message: Message): LiveExchange {
    const exchange = this.#office.open(this.socket, this.#protocol!, query, message)
    query.exchange = exchange
    this.#office.carried(exchange, query.opened, 'request')
    return exchange
  }

  #confirm(role: 'client' | 'server'): void {
    this.#trusted = true
    const { localPort, remotePort } = this.socket
    if (this.#protocol)
      this.#office.found(this.#protocol, role === 'server' ? localPort : remotePort)
    for (const query of this.#pending.values())
      if (!query.exchange && query.message) this.#open(query, query.message)
  }

  /** Only that datagrams were moved is known. What a client sends there are requests. */
  #unseen(moment: Moment, count: number): void {
    const role = this.socket.kernelRole
    if (role === 'unknown') return
    if ((role === 'client') === moment.ingress) {
      this.#responseLost = moment.time
      return
    }
    if (this.#unread.length >= MAX_PENDING) this.#overflow()
    const query = new PendingQuery(this, -1, undefined, moment, role, count)
    this.#unread.push(query)
    this.#office.waits(query)
  }

  /** Whose turn it is; of several clients' requests at a server nobody can tell. */
  #takeUnread(role: 'client' | 'server'): PendingQuery | undefined {
    const query = this.#unread[0]
    if (query === undefined || query.role !== role) return undefined
    if (role === 'server' && (this.#unread.length > 1 || query.left > 1)) return undefined
    query.left--
    if (query.left === 0) this.#unread.shift()
    return query
  }

  /** One of the datagrams of an operation; the others wait on. */
  #split({ opened, role }: PendingQuery): PendingQuery {
    return new PendingQuery(this, -1, undefined, opened, role, 0)
  }

  #lose(query: PendingQuery, outcome: Outcome, moment: Moment): void {
    this.#remove(query)
    const { exchange } = query
    if (exchange) {
      if (outcome === 'answer-lost') exchange.damaged = true
      this.#office.end(exchange, outcome, moment)
      return
    }
    if (query.message) this.#foreign()
    else if (outcome !== 'answer-lost') this.#loseUnread(query, outcome, moment)
  }

  /** That somebody asked in vain is known, though not what. */
  #loseUnread(query: PendingQuery, outcome: Outcome, moment: Moment): void {
    const protocol = this.#protocol ?? this.#onlyProtocol()
    const message = protocol?.unreadRequest?.()
    // Responses of a server were perhaps not told apart.
    if (!protocol || !message || query.role === 'server') return
    this.#trust(protocol)
    for (let i = 0; i < query.left; i++) {
      const exchange = this.#open(i === 0 ? query : this.#split(query), message)
      this.#office.end(exchange, outcome, moment)
    }
  }

  #onlyProtocol(): Protocol | undefined {
    return this.#office.protocols.find((protocol) => this.#isKnown(protocol))
  }

  #remove(query: PendingQuery): void {
    this.#office.waitsNoMore(query)
    if (query.key >= 0) this.#pending.delete(query.key)
    else {
      const at = this.#unread.indexOf(query)
      if (at >= 0) this.#unread.splice(at, 1)
    }
  }

  #overflow(): void {
    const oldest = this.#unread.length >= MAX_PENDING ? this.#unread[0] : this.#pending.oldest
    if (oldest) this.#office.overflow(oldest)
  }

  #foreign(): void {
    this.#office.notAMessage()
    if (this.#trusted && this.#protocol) return
    if (--this.#trialsLeft > 0) return
    this.muted = true
    this.#office.giveUp(this.socket)
  }
}

function isBegin(
  step: Step<Message>,
): step is { readonly kind: 'begin'; readonly message: Message; readonly stream: number } {
  return typeof step === 'object' && step.kind === 'begin' && step.stream !== undefined
}

function roleOf(ingress: boolean): 'client' | 'server' {
  return ingress ? 'server' : 'client'
}
