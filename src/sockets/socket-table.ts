import { Oldest } from '../base/oldest.ts'
import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import {
  type CloseEvent,
  type DataEvent,
  DataFlag,
  Direction,
  type SocketEvent,
  SocketFlag,
  SocketRole,
} from '../events/layout.ts'
import type { Counters } from '../telemetry/counters.ts'
import { BytePool } from './byte-pool.ts'
import { LiveSocket } from './live-socket.ts'
import type { Role } from './socket.ts'

/** include/net/tcp_states.h */
const TCP_CLOSE = 7
/** An application may read for a while from a socket that has gone. */
const GRACE = SECOND
const MAX_SOCKETS = 131_072
/** Of these: nobody tells when one is gone, so most may be. */
const MAX_UNIX = 16_384

const ROLES: Role[] = ['unknown', 'client', 'server']

/** All sockets that events were seen of, by the kernel's id. */
export class SocketTable {
  readonly #counters: Counters
  readonly #forgotten: (socket: LiveSocket) => void
  readonly #limit: number
  readonly #pool: BytePool
  readonly #sockets: Map<number, LiveSocket>
  readonly #oldest: Oldest<number>
  readonly #unix: Set<number>
  readonly #oldestUnix: Oldest<number>
  /** In the order in which they were closed. */
  #closed: LiveSocket[]

  /** `forgotten` hears of each socket that the table lets go. */
  constructor(
    counters: Counters,
    forgotten: (socket: LiveSocket) => void,
    limit = MAX_SOCKETS,
    pool = new BytePool(),
  ) {
    this.#counters = counters
    this.#forgotten = forgotten
    this.#limit = limit
    this.#pool = pool
    this.#sockets = new Map()
    this.#oldest = new Oldest(this.#sockets)
    this.#unix = new Set()
    this.#oldestUnix = new Oldest(this.#unix)
    this.#closed = []
  }

  get size(): number {
    return this.#sockets.size
  }

  /** Bytes of memory that streams hold. */
  get bytesHeld(): number {
    return this.#pool.held
  }

  get(id: number): LiveSocket | undefined {
    return this.#sockets.get(id)
  }

  values(): IterableIterator<LiveSocket> {
    return this.#sockets.values()
  }

  /** Before a socket's first bytes, and again after any loss. */
  described(event: SocketEvent): LiveSocket {
    const { socketId } = event
    let socket = this.#sockets.get(socketId)
    if (socket === undefined) {
      const late = (event.flags & SocketFlag.late) !== 0
      const unplaced = (event.flags & SocketFlag.noPosition) !== 0
      socket = this.#add(socketId, late || unplaced)
    }
    socket.describe(event)
    if (socket.transport === 'unix') this.#addUnix(socket)
    this.#learn(socket, event)
    return socket
  }

  /** The socket of this operation. Without its description, which was lost, it is taken for an old one. */
  of(event: DataEvent): LiveSocket {
    const { socketId } = event
    let socket = this.#sockets.get(socketId)
    if (socket === undefined) {
      this.#counters.dropped.add('socket-unknown')
      socket = this.#add(socketId, true)
    }
    socket.used = true
    if ((event.flags & DataFlag.drained) !== 0) socket.drained = true
    if (socket.tgid === 0) socket.tgid = event.tgid
    if (socket.kernelRole === 'unknown') this.#learn(socket, event)
    return socket
  }

  /** Position of the operation's first byte, the same at both ends; -1 unknown. */
  position(socket: LiveSocket, event: DataEvent): number {
    if ((event.flags & DataFlag.positionUnknown) !== 0) return -1
    const { position } = event
    if (event.direction !== Direction.egress || event.role !== SocketRole.unknown) return position
    if (socket.role === 'client') return Math.max(0, position - 1)
    socket.rawEgress = true
    return position
  }

  /** As the kernel counts: the client's end counts one more while the kernel does not know its role. */
  kernelEgress(socket: LiveSocket, position: number): number {
    const shifted = socket.kernelRole === 'unknown' && socket.role === 'client'
    return shifted && position < Number.MAX_SAFE_INTEGER ? position + 1 : position
  }

  /** True: it is gone. False: it only stopped sending. Undefined: nobody knows it. */
  closed(event: CloseEvent, time: MonotonicNs): boolean | undefined {
    const socket = this.#sockets.get(event.socketId)
    if (socket === undefined) return undefined
    if (socket.kernelRole === 'unknown') this.#learn(socket, event)
    if (event.error !== 0) socket.error = event.error
    if (event.state !== TCP_CLOSE) return false
    if (socket.closedAt === undefined) {
      socket.closedAt = time
      this.#closed.push(socket)
    }
    return true
  }

  /** The other end of a Unix socket, as far as one of them was told. */
  otherEnd({ peerId, namedBy }: LiveSocket): LiveSocket | undefined {
    return this.#sockets.get(peerId) ?? this.#sockets.get(namedBy)
  }

  /** The traffic told which end this is, or that it had told wrong. */
  setRole(socket: LiveSocket, role: Role): void {
    if (socket.kernelRole !== 'unknown' || socket.role === role) return
    if (role === 'client' && socket.rawEgress) socket.egress.shift(-1)
    if (socket.role === 'client') {
      socket.egress.shift(1)
      socket.rawEgress = true
    }
    socket.role = role
    this.#nameConnection(socket)
  }

  tick(now: MonotonicNs): void {
    let gone = 0
    const closed = this.#closed
    while (gone < closed.length && closed[gone]!.closedAt! + GRACE <= now) gone++
    for (let i = 0; i < gone; i++) this.forget(closed[i]!)
    if (gone > 0) this.#closed = closed.slice(gone)
  }

  #add(id: number, late: boolean): LiveSocket {
    if (this.#sockets.size >= this.#limit) this.#makeRoomFor(this.#sockets, this.#oldest)
    const socket = new LiveSocket(id, late, this.#pool, this.#counters)
    this.#sockets.set(id, socket)
    return socket
  }

  #addUnix({ id, peerId }: LiveSocket): void {
    const peer = this.#sockets.get(peerId)
    if (peer) peer.namedBy = id
    if (this.#unix.has(id)) return
    if (this.#unix.size >= MAX_UNIX) this.#makeRoomFor(this.#unix, this.#oldestUnix)
    this.#unix.add(id)
  }

  /** Role and initial numbers, which any event may be the first to tell. */
  #learn(socket: LiveSocket, event: SocketEvent | DataEvent | CloseEvent): void {
    if ('initialSent' in event && socket.initialSent < 0) {
      socket.initialSent = event.initialSent
      socket.initialReceived = event.initialReceived
      this.#nameConnection(socket)
    }
    const role = ROLES[event.role] ?? 'unknown'
    if (role === 'unknown') return
    // From now on the kernel counts as the role says; what came before is as it was counted then.
    if (role === 'client' && socket.role !== 'client' && socket.rawEgress) socket.egress.shift(-1)
    socket.kernelRole = role
    socket.role = role
    this.#nameConnection(socket)
  }

  /** The client's SYN counts as acknowledged on its side, so that its number is one less there. */
  #nameConnection(socket: LiveSocket): void {
    const { role, initialSent, initialReceived } = socket
    const known = role !== 'unknown' && initialSent >= 0 && socket.transport === 'tcp'
    const client = role === 'client'
    socket.clientInitial = !known ? -1 : client ? (initialSent + 1) >>> 0 : initialReceived
    socket.serverInitial = !known ? -1 : client ? initialReceived : initialSent
  }

  /** The one unused for longest goes, roughly: whatever was used since the last look gets another turn. */
  #makeRoomFor(some: Map<number, LiveSocket> | Set<number>, oldest: Oldest<number>): void {
    for (let id = oldest.next(); id !== undefined; id = oldest.next()) {
      const socket = this.#sockets.get(id)!
      if (!socket.used) {
        this.#counters.dropped.add('too-many-sockets')
        this.forget(socket)
        return
      }
      socket.used = false
      some.delete(id)
      if (some instanceof Map) some.set(id, socket)
      else some.add(id)
    }
  }

  /** What comes of it later is another socket's, unless it is described again. */
  forget(socket: LiveSocket): void {
    if (!this.#sockets.delete(socket.id)) return
    this.#unix.delete(socket.id)
    this.#forgotten(socket)
    socket.clear()
  }
}
