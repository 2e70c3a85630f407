import type { MonotonicNs } from '../../src/base/time.ts'
import type { Place } from '../../src/correlation/place.ts'
import type { Exchange, Outcome } from '../../src/exchanges/exchange.ts'
import { readRequestHead, readResponseHead } from '../../src/protocols/http1/head.ts'
import { http1 } from '../../src/protocols/http1/index.ts'
import type { Protocol } from '../../src/protocols/protocol.ts'
import type { Moment } from '../../src/sockets/moment.ts'
import type { Socket } from '../../src/sockets/socket.ts'

export interface Told {
  role?: 'client' | 'server'
  /** Heads as they stand on the wire, lines parted by `\n`, without the empty line. */
  request?: string
  response?: string | undefined
  outcome?: Outcome
  /** Nanoseconds since the agent's start. */
  opened?: number
  answered?: number | undefined
  ended?: number | undefined
  socket?: Partial<Socket>
}

const GET = 'GET /cart/17?q=shoes HTTP/1.1\nHost: shop.example:8080\nUser-Agent: curl/8.5'
const OK = 'HTTP/1.1 200 OK\nContent-Length: 0'

/** A request to a shop that was answered at once, changed as the test needs it. */
export function anExchange(told: Told = {}): Exchange {
  const { role = 'server', outcome = 'answered', opened = 5_000_000_000 } = told
  const responseText = 'response' in told ? told.response : OK
  const answered = 'answered' in told ? told.answered : opened + 2_000_000
  return {
    sequence: 1,
    socket: aSocket(role, told.socket),
    protocol: http1 as unknown as Protocol,
    role,
    request: requestOf(told.request ?? GET),
    opened: aMoment(opened, role === 'server'),
    response: responseText === undefined ? undefined : responseOf(responseText),
    answered: answered === undefined ? undefined : aMoment(answered, role === 'client'),
    ended: 'ended' in told ? ending(told.ended, role) : ending(opened + 3_000_000, role),
    outcome,
    damaged: false,
  }
}

export function aPlace(changes: Partial<Place> = {}): Place {
  return {
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    parent: undefined,
    reason: changes.parent ? undefined : 'entry',
    link: undefined,
    began: 0 as MonotonicNs,
    beginsWithCall: false,
    traceState: '',
    remoteSampled: undefined,
    peerId: undefined,
    ...changes,
  }
}

function aSocket(role: 'client' | 'server', changes: Partial<Socket> = {}): Socket {
  const isServer = role === 'server'
  return {
    id: 1,
    family: 'ipv4',
    transport: 'tcp',
    role,
    tgid: 7,
    localAddress: isServer ? '10.0.0.2' : '10.0.0.1',
    localPort: isServer ? 8080 : 51_234,
    remoteAddress: isServer ? '10.0.0.1' : '10.0.0.2',
    remotePort: isServer ? 51_234 : 8080,
    ...changes,
  } as Socket
}

function requestOf(head: string) {
  const bytes = headBytes(head)
  const request = readRequestHead(bytes, 0, bytes.length, 0, false)
  if (typeof request === 'string') throw new Error('not a request')
  return request
}

function responseOf(head: string) {
  const bytes = headBytes(head)
  const response = readResponseHead(bytes, 0, bytes.length, 0, false)
  if (typeof response === 'string') throw new Error('not a response')
  return response
}

function headBytes(head: string): Buffer {
  return Buffer.from(`${head.replaceAll('\n', '\r\n')}\r\n\r\n`)
}

function ending(time: number | undefined, role: 'client' | 'server'): Moment | undefined {
  return time === undefined ? undefined : aMoment(time, role === 'client')
}

function aMoment(time: number, ingress: boolean): Moment {
  return {
    time: time as MonotonicNs,
    ingress,
    tgid: 7,
    tid: 7,
    context: 1,
    activity: 0,
    parentActivity: 0,
    grandparentActivity: 0,
    goneActivity: 0,
    execution: 0,
    trigger: 0,
    idCount: 0,
    idsBefore: 0,
    polling: false,
    reads: 1,
    loops: false,
    atConnect: false,
    threadLate: false,
  }
}
