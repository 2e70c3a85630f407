import type { Exchange } from '../exchanges/exchange.ts'

/**
 * Names for spans and traces: hashes, so that a replay gives the same ones, and so that the other
 * host can compute the peer id from what it sees of the connection.
 */
export class SpanIds {
  readonly #seed: number

  /** `seed`: 32 bits, one per run; recorded with the run. */
  constructor(seed: number) {
    this.#seed = seed >>> 0
  }

  /** 16 hex digits of (run, connection, position, role). */
  spanId(exchange: Exchange): string {
    return hash64(this.#seed, exchange, exchange.role === 'client' ? 1 : 2)
  }

  /**
   * 16 hex digits of (connection, position) alone: the same at both ends, whatever agent sees
   * them. undefined where the connection has no initial sequence numbers.
   */
  peerId(exchange: Exchange): string | undefined {
    const { socket } = exchange
    if (socket.clientInitial < 0 || socket.serverInitial < 0) return undefined
    return hash64(0, exchange, 0)
  }

  /** 32 hex digits for the trace under an unparented span. */
  traceId(topSpanId: string): string {
    const high = wordOf(topSpanId, 0)
    const low = wordOf(topSpanId, 8)
    const a = mix(mix(this.#seed ^ 0x9e3779b9, high), low)
    const b = mix(mix(a, low), high)
    const c = mix(mix(b, high), this.#seed)
    const d = mix(mix(c, low), a)
    return hex64(a || 1, b) + hex64(c, d)
  }
}

function hash64(seed: number, exchange: Exchange, role: number): string {
  const { socket, request } = exchange
  const known = socket.clientInitial >= 0 && socket.serverInitial >= 0
  const one = known ? socket.clientInitial : socket.id >>> 0
  const two = known ? socket.serverInitial : Math.floor(socket.id / 0x1_0000_0000) + 0x40000000
  let a = mix(mix(seed ^ 0x85ebca6b, one), two)
  a = mix(a, request.start >>> 0)
  a = mix(mix(a, Math.floor(request.start / 0x1_0000_0000)), role)
  const b = mix(mix(mix(a ^ 0xc2b2ae35, two), one), request.start >>> 0)
  return hex64(a || 1, b)
}

/** One round of MurmurHash3 (public domain, Austin Appleby) with its finaliser. */
function mix(h: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  let x = h ^ k
  x = Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/** Of 8 hex digits in lower case. */
function wordOf(text: string, from: number): number {
  let word = 0
  for (let i = from; i < from + 8; i++) {
    const code = text.charCodeAt(i)
    word = (word << 4) | (code < 0x40 ? code - 0x30 : code - 0x57)
  }
  return word >>> 0
}

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** The digit that begins at this bit. */
function digit(word: number, bit: number): number {
  return DIGITS[(word >>> bit) & 15]!
}

/** 16 hex digits in one piece: strings put together of smaller ones take thrice the memory and twice the time. */
function hex64(a: number, b: number): string {
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
