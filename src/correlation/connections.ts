import { Oldest } from '../base/oldest.ts'
import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import { Timeline } from '../base/timeline.ts'
import type { Exchange } from '../exchanges/exchange.ts'
import type { Socket } from '../sockets/socket.ts'
import type { CallLineage, Lineage, RequestLineage } from './lineage.ts'
import { WaitingEnds } from './waiting-ends.ts'

/** Connections remembered; the one unused for longest goes first. */
const MAX_CONNECTIONS = 200_000
/** Requests of one connection that wait for their other end. */
const MAX_WAITING = 256
/** A server reads a request before its client has the answer: what was placed is looked for no longer than this. */
const LATEST = 2 * SECOND
/** A server that is behind may read what was asked after its client has given up. */
const LATEST_UNANSWERED = 30 * SECOND
/** Unix clients that wait for their other end. */
const MAX_HELD = 4096

/** One TCP connection or Unix pair, with those of its ends that are sockets of this host. */
class Connection {
  readonly name: string
  /** It had to make room: who asks for it by name gets another. */
  dropped = false
  /** The other end of the Unix socket that named both; 0 none. */
  namedId = 0
  client: Socket | undefined = undefined
  server: Socket | undefined = undefined
  /** By position of the request's first byte: the client's ends not yet joined, and the server's. */
  readonly calls = new WaitingEnds<CallLineage>()
  readonly requests = new WaitingEnds<RequestLineage>()

  constructor(name: string) {
    this.name = name
  }
}

/**
 * Finds the other end of an exchange on this host. A TCP connection is named by its pair of initial
 * sequence numbers, which no address translation changes; a Unix pair by its two sockets.
 */
export class Connections {
  readonly #byName = new Map<string, Connection>()
  readonly #oldest = new Oldest(this.#byName)
  /** Calls of Unix clients whose other end is not known yet, by their socket. */
  readonly #held = new Map<number, CallLineage[]>()
  /** Unix sockets older than the agent, by id. */
  readonly #oldUnix = new Map<number, Socket>()
  /** By socket, once its role and numbers are known. */
  readonly #ofSockets = new Map<number, Connection>()
  /** One end is gone, and what it asked may still be found at the other. */
  readonly #answered = new Timeline<Connection>(LATEST)
  readonly #unanswered = new Timeline<Connection>(LATEST_UNANSWERED)

  /** A call was opened: returns the request that is already known at its other end. */
  call(lineage: CallLineage): RequestLineage | undefined {
    const { exchange } = lineage
    const connection = this.#of(exchange)
    if (!connection) {
      this.#hold(lineage)
      return undefined
    }
    connection.client = exchange.socket
    const request = connection.requests.take(exchange.request.start)
    if (!request) keep(connection.calls, exchange.request.start, lineage)
    return request
  }

  /** A request was opened: returns the call that it answers, if that is known. */
  request(lineage: RequestLineage): CallLineage | undefined {
    const { exchange } = lineage
    const connection = this.#of(exchange)
    if (!connection) return undefined
    connection.server = exchange.socket
    const call = connection.calls.take(exchange.request.start)
    if (!call) keep(connection.requests, exchange.request.start, lineage)
    return call
  }

  /** Any operation on a socket: makes its end of the connection known. */
  seen(socket: Socket): void {
    if (socket.late && socket.transport === 'unix') this.#oldUnix.set(socket.id, socket)
    if (isInUse(socket.kept) || socket.role === 'unknown' || this.#ofSockets.has(socket.id)) return
    const connection = this.#ofSocket(socket)
    if (!connection) return
    if (socket.role === 'client') connection.client = socket
    else connection.server = socket
  }

  /** The socket at the other end, when it is one of a traced process of this host. */
  otherEnd(socket: Socket): Socket | undefined {
    const connection = this.#known(socket)
    if (!connection) return this.#oldUnix.get(socket.peerId)
    return socket.role === 'client' ? connection?.server : connection?.client
  }

  /** Nothing waits for this exchange's other end any more. */
  settle(exchange: Exchange): void {
    const connection = this.#known(exchange.socket)
    if (!connection) return
    const ends = exchange.role === 'client' ? connection.calls : connection.requests
    ends.take(exchange.request.start)
    this.#dropIdle(connection)
  }

  closed(socket: Socket, now: MonotonicNs): void {
    this.#held.delete(socket.id)
    this.#oldUnix.delete(socket.id)
    const connection = this.#known(socket)
    this.#ofSockets.delete(socket.id)
    socket.kept = undefined
    if (!connection) return
    if (connection.client === socket) connection.client = undefined
    if (connection.server === socket) connection.server = undefined
    this.#dropIdle(connection)
    if (connection.dropped) return
    const asks = isUnanswered(connection) ? this.#unanswered : this.#answered
    asks.add(connection, now)
  }

  /** Everything up to `now` has been seen. */
  tick(now: MonotonicNs): void {
    for (let one = this.#answered.due(now); one; one = this.#answered.due(now)) this.#letGo(one)
    for (let one = this.#unanswered.due(now); one; one = this.#unanswered.due(now)) this.#letGo(one)
  }

  /** Of an end that is gone nothing is looked for any more. */
  #letGo(connection: Connection): void {
    if (!connection.client) connection.calls.clear()
    if (!connection.server) connection.requests.clear()
    this.#dropIdle(connection)
  }

  #known({ id, kept }: Socket): Connection | undefined {
    if (isInUse(kept)) return kept
    const connection = this.#ofSockets.get(id)
    return connection?.dropped ? this.#byName.get(connection.name) : connection
  }

  get size(): number {
    return this.#byName.size
  }

  /** A Unix client that was not told its other end: that end will tell its own. */
  #hold(call: CallLineage): void {
    const { socket } = call.exchange
    if (socket.transport !== 'unix' || socket.late || socket.peerId !== 0) return
    const held = this.#held.get(socket.id)
    if (held && held.length < MAX_WAITING) held.push(call)
    else if (!held && this.#held.size < MAX_HELD) this.#held.set(socket.id, [call])
  }

  /** The server's end names the client's. */
  #nameOther(socket: Socket, connection: Connection): void {
    if (socket.transport !== 'unix' || this.#ofSockets.has(socket.peerId)) return
    this.#ofSockets.set(socket.peerId, connection)
    connection.namedId = socket.peerId
    for (const call of this.#held.get(socket.peerId) ?? []) {
      if (call.placed) continue
      connection.client = call.exchange.socket
      keep(connection.calls, call.exchange.request.start, call)
    }
    this.#held.delete(socket.peerId)
  }

  #of(exchange: Exchange): Connection | undefined {
    return this.#ofSocket(exchange.socket)
  }

  #ofSocket(socket: Socket): Connection | undefined {
    if (isInUse(socket.kept)) return socket.kept
    const known = this.#ofSockets.get(socket.id)
    if (known?.dropped === false) {
      socket.kept = known
      return known
    }
    const name = known?.name ?? this.#nameOf(socket)
    if (name === undefined) return undefined
    let connection = this.#byName.get(name)
    if (!connection) {
      connection = new Connection(name)
      this.#makeRoom()
      this.#byName.set(name, connection)
    }
    this.#ofSockets.set(socket.id, connection)
    socket.kept = connection
    this.#nameOther(socket, connection)
    return connection
  }

  /**
   * Attached late, bytes may have been in the queues that one end alone counted. The kernel side puts
   * that right at the first write after they were read; so both ends must have been read empty before.
   */
  #nameOf(socket: Socket): string | undefined {
    const isOld = socket.late && socket.transport === 'unix'
    const agree = socket.drained && this.#oldUnix.get(socket.peerId)?.drained === true
    return isOld && !agree ? undefined : nameOf(socket)
  }

  #dropIdle(connection: Connection): void {
    if (connection.client || connection.server) return
    if (connection.calls.size > 0 || connection.requests.size > 0) return
    this.#drop(connection)
  }

  #drop(connection: Connection): void {
    connection.dropped = true
    this.#byName.delete(connection.name)
    this.#ofSockets.delete(connection.namedId)
  }

  #makeRoom(): void {
    if (this.#byName.size >= MAX_CONNECTIONS) this.#drop(this.#byName.get(this.#oldest.next()!)!)
  }
}

function isInUse(kept: object | undefined): kept is Connection {
  return kept instanceof Connection && !kept.dropped
}

function isUnanswered({ calls }: Connection): boolean {
  return calls.all.some(({ reply }) => !reply)
}

/** The same at both ends; undefined while it cannot be told. */
function nameOf(socket: Socket): string | undefined {
  if (socket.transport === 'unix') {
    if (socket.peerId === 0) return undefined
    const [low, high] =
      socket.id < socket.peerId ? [socket.id, socket.peerId] : [socket.peerId, socket.id]
    return `u${low}-${high}`
  }
  if (socket.role === 'unknown' || socket.clientInitial < 0 || socket.serverInitial < 0)
    return undefined
  return `${socket.clientInitial}-${socket.serverInitial}`
}

/** What was placed long ago is not found any more: its other end is no process of this host. */
function keep<L extends Lineage>(ends: WaitingEnds<L>, position: number, lineage: L): void {
  const { time } = lineage.opened
  for (let { oldest } = ends; oldest; oldest = ends.oldest) {
    const isOver = oldest.placed && oldest.opened.time < time - LATEST
    if (!isOver && ends.size < MAX_WAITING) break
    ends.dropOldest()
  }
  ends.add(position, lineage)
}
