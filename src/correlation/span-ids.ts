import type { Exchange } from '../exchanges/exchange.ts'

/**
 * Names for spans and traces: hashes, so that a replay gives the same ones, and so that the other
 * host can compute the peer id from what it sees of the connection.
 */
export class SpanIds {
  readonly #seed: number
  /** The halves of what was named last. */
  high = 0
  low = 0

  /** `seed`: 32 bits, one per run; recorded with the run. */
  constructor(seed: number) {
    this.#seed = seed >>> 0
  }

  /** Names the span: a hash of (run, connection, position, role), in `high` and `low` until the next is named. */
  name(exchange: Exchange): void {
    this.#hash(this.#seed, exchange, exchange.role === 'client' ? 1 : 2)
  }

  /**
   * 16 hex digits of (connection, position) alone: the same at both ends, whatever agent sees
   * them. undefined where the connection has no initial sequence numbers.
   */
  peerId(exchange: Exchange): string | undefined {
    const { socket } = exchange
    if (socket.clientInitial < 0 || socket.serverInitial < 0) return undefined
    this.#hash(0, exchange, 0)
    return textOf(this.high, this.low)
  }

  /** 32 hex digits for the trace under an unparented span of this id. */
  traceId(high: number, low: number): string {
    const a = mix(mix(this.#seed ^ 0x9e3779b9, high), low)
    const b = mix(mix(a, low), high)
    const c = mix(mix(b, high), this.#seed)
    const d = mix(mix(c, low), a)
    return textOf(a || 1, b) + textOf(c, d)
  }

  #hash(seed: number, { socket, request }: Exchange, role: number): void {
    const known = socket.clientInitial >= 0 && socket.serverInitial >= 0
    const one = known ? socket.clientInitial : socket.id >>> 0
    const two = known ? socket.serverInitial : Math.floor(socket.id / 0x1_0000_0000) + 0x40000000
    let a = mix(mix(seed ^ 0x85ebca6b, one), two)
    a = mix(a, request.start >>> 0)
    a = mix(mix(a, Math.floor(request.start / 0x1_0000_0000)), role)
    this.high = a || 1
    this.low = mix(mix(mix(a ^ 0xc2b2ae35, two), one), request.start >>> 0)
  }
}

/** One round of MurmurHash3 (public domain, Austin Appleby) with its finaliser; signed, so that it needs no object. */
function mix(h: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  let x = h ^ k
  x = Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** The digit that begins at this bit. */
function digit(word: number, bit: number): number {
  return DIGITS[(word >>> bit) & 15]!
}

/** 16 hex digits in one piece: strings put together of smaller ones take thrice the memory and twice the time. */
export function textOf(a: number, b: number): string {
  return String.fromCharCode(
    digit(a, 28),
    digit(a, 24),
    digit(a, 20),
    digit(a, 16),
    digit(a, 12),
    digit(a, 8),
    digit(a, 4),
    digit(a, 0),
    digit(b, 28),
    digit(b, 24),
    digit(b, 20),
    digit(b, 16),
    digit(b, 12),
    digit(b, 8),
    digit(b, 4),
    digit(b, 0),
  )
}
