import type { MonotonicNs } from '../base/time.ts'
import { type SocketEvent, SocketFlag } from '../events/layout.ts'
import type { Counters } from '../telemetry/counters.ts'
import { formatIpv4, formatIpv6, isMappedIpv4 } from './address.ts'
import type { BytePool } from './byte-pool.ts'
import { ByteStream } from './byte-stream.ts'
import type { Family, Role, Socket } from './socket.ts'

const AF_UNIX = 1
const AF_INET6 = 10
const IPPROTO_UDP = 17
const COMM_LENGTH = 16

/** A socket as the table keeps it: what it is may become known after its first bytes. */
export class LiveSocket implements Socket {
  readonly id: number
  family: Family
  transport: Socket['transport']
  peerId: number
  /** Of a Unix socket: the one that named this as its peer; 0 none. */
  namedBy: number
  inode: number
  netns: number
  tgid: number
  comm: string
  processStart: number
  role: Role
  localAddress: string
  localPort: number
  remoteAddress: string
  remotePort: number
  clientInitial: number
  serverInitial: number
  late: boolean
  drained: boolean
  readonly #pool: BytePool
  readonly #counters: Counters
  /** Where both directions begin; -1: wherever the first operation is. */
  readonly #start: number
  /** Made when bytes come, which they do not where each operation is a datagram. */
  #egress: ByteStream | undefined
  #ingress: ByteStream | undefined
  /** The kernel told what it is. */
  described: boolean
  /** As the kernel knows it: says how it counts positions. */
  kernelRole: Role
  /** Positions of its egress are as of an unknown role. */
  rawEgress: boolean
  /** Raw, as the kernel reads them; -1 unknown. */
  initialSent: number
  initialReceived: number
  /** Errno that ended it, 0 none. */
  error: number
  /** When it was gone, if it is. */
  closedAt: MonotonicNs | undefined
  /** Was used since the table last looked for one to forget. */
  used: boolean
  kept: object | undefined
  /** Who reads its messages. */
  connection: object | undefined

  constructor(id: number, late: boolean, pool: BytePool, counters: Counters) {
    this.id = id
    this.family = 'ipv4'
    this.transport = 'tcp'
    this.peerId = 0
    this.namedBy = 0
    this.inode = 0
    this.netns = 0
    this.tgid = 0
    this.comm = ''
    this.processStart = 0
    this.role = 'unknown'
    this.localAddress = ''
    this.localPort = 0
    this.remoteAddress = ''
    this.remotePort = 0
    this.clientInitial = -1
    this.serverInitial = -1
    this.late = late
    this.drained = false
    this.#pool = pool
    this.#counters = counters
    this.#start = late ? -1 : 0
    this.#egress = undefined
    this.#ingress = undefined
    this.described = false
    this.kernelRole = 'unknown'
    this.rawEgress = false
    this.initialSent = -1
    this.initialReceived = -1
    this.error = 0
    this.closedAt = undefined
    this.used = true
    this.kept = undefined
    this.connection = undefined
  }

  get egress(): ByteStream {
    this.#egress ??= new ByteStream(this.#pool, this.#counters, this.#start)
    return this.#egress
  }

  get ingress(): ByteStream {
    this.#ingress ??= new ByteStream(this.#pool, this.#counters, this.#start)
    return this.#ingress
  }

  /** Forgets all that was not read. */
  clear(): void {
    this.#egress?.clear()
    this.#ingress?.clear()
  }

  /** A description may come again; what the first one said stays. */
  describe(event: SocketEvent): void {
    if (event.peerId !== 0) this.peerId = event.peerId
    if (event.inode !== 0) this.inode = event.inode
    if (this.described) return
    this.described = true
    this.netns = event.netns
    this.tgid = event.tgid || this.tgid
    this.processStart = event.processStart
    this.comm = readComm(event)
    this.late = (event.flags & SocketFlag.late) !== 0
    this.#describeEnds(event)
  }

  #describeEnds(event: SocketEvent): void {
    if (event.family === AF_UNIX) {
      this.family = 'unix'
      this.transport = 'unix'
      return
    }
    const { view, localAddressAt, remoteAddressAt } = event
    const six = event.family === AF_INET6 && !isMappedIpv4(view, remoteAddressAt)
    this.family = six ? 'ipv6' : 'ipv4'
    this.transport = event.protocol === IPPROTO_UDP ? 'udp' : 'tcp'
    this.localAddress = formatEnd(event, localAddressAt)
    this.localPort = event.localPort
    this.remotePort = event.remotePort
    // A datagram socket need not be connected, nor bound to one address.
    const connected = this.transport !== 'udp' || this.remotePort !== 0
    if (connected) this.remoteAddress = formatEnd(event, remoteAddressAt)
    else if (isAnyAddress(this.localAddress)) this.localAddress = ''
  }
}

function isAnyAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

function formatEnd({ view, family }: SocketEvent, at: number): string {
  if (family !== AF_INET6) return formatIpv4(view, at)
  return isMappedIpv4(view, at) ? formatIpv4(view, at + 12) : formatIpv6(view, at)
}

/** The name read last: most sockets are of few processes. */
const known = { bytes: new Uint32Array(COMM_LENGTH / 4), name: '' }

function readComm({ view, commAt }: SocketEvent): string {
  let isKnown = true
  for (let i = 0; i < COMM_LENGTH / 4; i++) {
    const word = view.getUint32(commAt + 4 * i, true)
    if (known.bytes[i] !== word) isKnown = false
    known.bytes[i] = word
  }
  if (isKnown) return known.name
  const bytes = Buffer.from(view.buffer, view.byteOffset + commAt, COMM_LENGTH)
  const end = bytes.indexOf(0)
  known.name = bytes.toString('utf8', 0, end === -1 ? COMM_LENGTH : end)
  return known.name
}
