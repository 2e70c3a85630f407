import type { Message } from '../protocol.ts'

/** Who asks what: what a query says, and the reply repeats. */
export interface DnsQuestion {
  /** As it was written, without the last dot; '.' is the root. */
  readonly name: string
  readonly type: number
}

export interface DnsRequest extends Message {
  readonly id: number
  readonly opcode: number
  /** Undefined: it was sent, but not read. */
  readonly question: DnsQuestion | undefined
}

export interface DnsResponse extends Message {
  readonly id: number
  readonly opcode: number
  /** Undefined: a refusal that repeats nothing. */
  readonly question: DnsQuestion | undefined
  readonly rcode: number
  /** It did not fit; whoever asked asks again over TCP. */
  readonly truncated: boolean
  /** Addresses in it, in order. */
  readonly addresses: string[]
  /** For so long the addresses may be kept, in seconds; 0 without any. */
  readonly ttl: number
}

/** Number of an exchange among those of a socket: its id and what was asked, in any case. Below 2^48. */
export function exchangeKey(id: number, { name, type }: DnsQuestion): number {
  // FNV-1a.
  let hash = 0x811c9dc5 ^ type
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    hash = Math.imul(hash ^ (code >= 0x41 && code <= 0x5a ? code | 0x20 : code), 0x01000193)
  }
  return id * 0x1_0000_0000 + (hash >>> 0)
}
