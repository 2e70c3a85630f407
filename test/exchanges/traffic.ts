import type { MonotonicNs } from '../../src/base/time.ts'
import { MS } from '../../src/base/time.ts'
import {
  CloseEvent,
  DataEvent,
  DataFlag,
  Direction,
  SocketEvent,
  SocketFlag,
  SocketRole,
} from '../../src/events/layout.ts'
import type { Exchange, ExchangeListener } from '../../src/exchanges/exchange.ts'
import { Exchanges } from '../../src/exchanges/exchanges.ts'
import { fastcgi } from '../../src/protocols/fastcgi/index.ts'
import { isCall } from '../../src/protocols/grpc/describe.ts'
import { webTrailer } from '../../src/protocols/grpc/web.ts'
import type { HttpRequest, HttpResponse } from '../../src/protocols/http/message.ts'
import { nameOfReset } from '../../src/protocols/http/reset-codes.ts'
import { http1 } from '../../src/protocols/http1/index.ts'
import { http2 } from '../../src/protocols/http2/index.ts'
import type { Protocol } from '../../src/protocols/protocol.ts'
import { uwsgi } from '../../src/protocols/uwsgi/index.ts'
import type { Moment } from '../../src/sockets/moment.ts'
import type { Socket } from '../../src/sockets/socket.ts'
import { Counters } from '../../src/telemetry/counters.ts'

export const TCP_FIN_WAIT1 = 4
export const TCP_CLOSE = 7
export const TCP_LAST_ACK = 9
const AF_UNIX = 1
const AF_INET = 2
const HTTP: readonly unknown[] = [http1, http2, fastcgi, uwsgi]

/** What was said to the listener, as words. */
export class Hearing implements ExchangeListener {
  readonly said: string[] = []
  readonly exchanges: Exchange[] = []
  readonly moments: Moment[] = []
  /** Times that an exchange was said to have ended. */
  ends = 0
  readonly #inWords: boolean

  /** `inWords`: what is said is kept. Millions of runs do without. */
  constructor(inWords: boolean) {
    this.#inWords = inWords
  }

  operation(_socket: Socket, moment: Moment): void {
    if (!this.#inWords) return
    this.moments.push(moment)
    this.said.push(`operation ${moment.ingress ? 'in' : 'out'} t${moment.tid}`)
  }

  carried({ sequence }: Exchange, moment: Moment): void {
    if (!this.#inWords) return
    this.said.push(`carried ${sequence} by ${this.moments.lastIndexOf(moment) + 1}`)
  }

  opened(exchange: Exchange): void {
    this.exchanges.push(exchange)
    this.said.push(`opened ${exchange.sequence}`)
  }

  answered({ sequence }: Exchange): void {
    this.said.push(`answered ${sequence}`)
  }

  ended({ sequence, outcome }: Exchange): void {
    this.ends++
    this.said.push(`ended ${sequence} ${outcome}`)
  }

  lost(_socket: Socket, moment: Moment): void {
    if (!this.#inWords) return
    this.said.push(`lost before ${this.moments.lastIndexOf(moment) + 1}`)
  }

  closed(): void {
    this.said.push('closed')
  }

  /**
   * `GET /path 200`, of calls with `grpc 0 1>3` (status, messages each way); of other protocols
   * `NAME | ERROR or ok | text`; with what else became of it.
   */
  get results(): string[] {
    return this.exchanges.filter(isShown).map((exchange) => {
      const { outcome = 'open', damaged } = exchange
      const words = HTTP.includes(exchange.protocol) ? httpWords(exchange) : spanWords(exchange)
      return `${words}${outcome === 'answered' ? '' : ` ${outcome}`}${damaged ? ' damaged' : ''}`
    })
  }
}

/** Makes a span. */
function isShown({ protocol, request, response, outcome }: Exchange): boolean {
  return !protocol.isSilent?.(request, response, outcome)
}

function httpWords(exchange: Exchange): string {
  const request = exchange.request as HttpRequest
  const response = exchange.response as HttpResponse | undefined
  const { method, target } = request
  const words = `${method || '?'} ${target || '?'} ${response?.status || '-'}`
  return isCall(request, response) ? `${words} ${callWords(request, response)}` : words
}

/** Status and messages each way: `grpc 0 1>3`. */
function callWords(request: HttpRequest, response: HttpResponse | undefined): string {
  const status = response && (response.grpcStatus || webTrailer(response, 'grpc-status'))
  const [asked, answered] = [request, response].map((message) => {
    const messages = message?.messages
    return messages && !messages.lost ? messages.count : '-'
  })
  const { reset } = request
  const end = status || (reset ? `${reset.by} ${nameOfReset(reset.code)}` : '-')
  return `grpc ${end} ${asked}>${answered}`
}

const TEXTS = ['db.query.text', 'dns.question.name', 'rpc.method', 'url.path']

function spanWords({ protocol, request, response, role, socket, outcome }: Exchange): string {
  const { name, error, attributes } = protocol.describe(request, response, {
    role,
    serverAddress: role === 'server' ? socket.localAddress : socket.remoteAddress,
    serverPort: role === 'server' ? socket.localPort : socket.remotePort,
    outcome,
    route: (path) => path,
    query: (raw) => raw,
    queryText: 'parameterised',
  })
  const text = TEXTS.map((key) => attributes[key]).find((value) => value !== undefined)
  return [name, error ?? 'ok', ...(text === undefined ? [] : [text])].join(' | ')
}

export interface OperationSettings {
  tid?: number
  /** Bytes captured; all if left out. */
  captured?: number
  /** Bytes moved, if more than are given. */
  length?: number
  /** The event never comes. */
  lost?: boolean
  /** Otherwise where the bytes stand. */
  position?: number
  flags?: number
}

export interface SocketSettings {
  id?: number
  role?: 'client' | 'server' | 'unknown'
  late?: boolean
  described?: boolean
  transport?: 'tcp' | 'udp' | 'unix'
  /** Id of the other end of a Unix socket, as far as it is told. */
  peer?: number
  /** Position of the first byte of each direction. */
  from?: number
  localPort?: number
  remotePort?: number
}

/** Ends of connections whose operations are told, as bytes of events, to an `Exchanges`. */
export class Traffic {
  readonly counters = new Counters()
  readonly hearing: Hearing
  readonly verdicts: string[] = []
  readonly datagramPorts: string[] = []
  readonly exchanges: Exchanges
  now = 1000 * MS
  /** Reads of each thread, lost ones too. */
  readonly reads = new Map<number, number>()
  #sockets = 0

  constructor(
    config: Partial<{
      payloadLimit: number
      maxOpenExchanges: number
      streamLimitSeconds: number
    }> = {},
    protocols?: readonly Protocol[],
    inWords = true,
  ) {
    this.hearing = new Hearing(inWords)
    this.exchanges = new Exchanges({
      config: { payloadLimit: 4096, maxOpenExchanges: 1000, streamLimitSeconds: 60, ...config },
      counters: this.counters,
      listener: this.hearing,
      verdicts: {
        verdict: ({ id }, limit, egress, ingress, mute) =>
          this.verdicts.push(`${id}: ${mute ? 'mute' : `${limit} out ${egress} in ${ingress}`}`),
        shed: ({ id }, isShed) => this.verdicts.push(`${id}: ${isShed ? 'shed' : 'read'}`),
        forget: (id) => this.verdicts.push(`${id}: forgotten`),
        serverPort: (port, protocol, limit) =>
          this.verdicts.push(`port ${port}: ${protocol} ${limit}`),
        datagramPort: (port, protocol, limit) =>
          this.datagramPorts.push(`port ${port}: ${protocol} ${limit}`),
      },
      ...(protocols && { protocols }),
    })
  }

  socket(settings: SocketSettings = {}): End {
    const end = new End(this, { id: ++this.#sockets, ...settings })
    if (settings.described !== false) end.describe()
    return end
  }

  /** Time passes. */
  wait(ms: number): void {
    this.now += ms * MS
    this.exchanges.tick(this.now as MonotonicNs)
  }

  get results(): string[] {
    return this.hearing.results
  }

  get said(): string[] {
    return this.hearing.said
  }
}

/** One end of a connection. */
export class End {
  readonly #traffic: Traffic
  readonly #settings: Required<Pick<SocketSettings, 'id'>> & SocketSettings
  readonly role: number
  #egress: number
  #ingress: number
  #contexts = 0
  readonly id: number

  constructor(traffic: Traffic, settings: Required<Pick<SocketSettings, 'id'>> & SocketSettings) {
    this.#traffic = traffic
    this.#settings = settings
    this.id = settings.id
    this.role = SocketRole[settings.role ?? 'server']
    this.#egress = settings.from ?? 0
    this.#ingress = settings.from ?? 0
  }

  /** What the table knows of it. */
  get socket(): Socket {
    return this.#traffic.exchanges.sockets.get(this.id)!
  }

  describe(): void {
    const { localPort = 8080, remotePort = 40_000, late = false } = this.#settings
    const view = new DataView(new ArrayBuffer(SocketEvent.size))
    setId(view, 16, this.id)
    setId(view, 24, this.#settings.peer ?? 0)
    view.setUint32(48, 100, true)
    view.setUint32(52, 1, true)
    view.setUint32(60, late ? SocketFlag.late : 0, true)
    view.setUint32(64, 5000, true)
    view.setUint32(68, 7000, true)
    view.setUint16(72, this.#settings.transport === 'unix' ? AF_UNIX : AF_INET, true)
    view.setUint16(74, this.#settings.transport === 'udp' ? 17 : 6, true)
    view.setUint16(76, localPort, true)
    view.setUint16(78, remotePort, true)
    view.setUint32(80, 0x7f000001)
    view.setUint32(96, 0x7f000002)
    view.setUint8(128, this.role)
    this.#traffic.exchanges.socket(new SocketEvent(view))
  }

  /** The application received these bytes. */
  receives(text: string | Buffer, settings: OperationSettings = {}): this {
    return this.#move(Direction.ingress, text, settings)
  }

  sends(text: string | Buffer, settings: OperationSettings = {}): this {
    return this.#move(Direction.egress, text, settings)
  }

  /** A read of no bytes. */
  receivesEnd(settings: OperationSettings = {}): this {
    return this.#move(Direction.ingress, '', { flags: DataFlag.end, ...settings })
  }

  /** A read that failed. */
  fails(errno: number): this {
    return this.#move(Direction.ingress, '', { flags: DataFlag.failed, length: errno })
  }

  closes(state = TCP_CLOSE, error = 0): this {
    const view = new DataView(new ArrayBuffer(CloseEvent.size))
    setId(view, 16, this.id)
    view.setUint32(28, error, true)
    view.setUint8(32, state)
    view.setUint8(33, this.role)
    this.#traffic.now += MS
    this.#traffic.exchanges.close(new CloseEvent(view), this.#traffic.now as MonotonicNs)
    return this
  }

  #move(direction: number, text: string | Buffer, settings: OperationSettings): this {
    const bytes = Buffer.from(text as string, 'latin1')
    const { tid = 1, captured = bytes.length, lost = false, flags = 0 } = settings
    const { length = bytes.length } = settings
    const egress = direction === Direction.egress
    const datagrams = this.#settings.transport === 'udp'
    const position = settings.position ?? (datagrams ? 0 : egress ? this.#egress : this.#ingress)
    if (settings.position === undefined && (flags & DataFlag.failed) === 0) {
      if (egress) this.#egress += length
      else this.#ingress += length
    }
    this.#traffic.now += 0.1 * MS
    const reads = (this.#traffic.reads.get(tid) ?? 0) + Number(!egress)
    this.#traffic.reads.set(tid, reads)
    if (lost) return this
    const memory = Buffer.alloc(DataEvent.size + captured)
    const view = new DataView(memory.buffer, memory.byteOffset, memory.length)
    setId(view, 16, this.id)
    if (!egress && !datagrams) setId(view, 24, ++this.#contexts)
    setId(view, 32, Math.max(0, position))
    view.setUint32(40, 100, true)
    view.setUint32(44, tid, true)
    view.setUint32(52, reads, true)
    view.setUint32(64, length, true)
    view.setUint32(68, captured, true)
    view.setUint16(72, position < 0 ? flags | DataFlag.positionUnknown : flags, true)
    view.setUint8(74, direction)
    view.setUint8(75, this.role)
    bytes.copy(memory, DataEvent.size, 0, captured)
    this.#traffic.exchanges.data(new DataEvent(view), this.#traffic.now as MonotonicNs, memory)
    return this
  }
}

function setId(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true)
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
}
