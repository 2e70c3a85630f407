import { countAt, HEADER_SIZE, lookAtHead, TRUNCATED } from './header.ts'
import type { DnsQuestion, DnsRequest, DnsResponse } from './message.ts'
import { readName, skipName } from './name.ts'
import { Records } from './records.ts'

const records = new Records()

/**
 * The query in bytes[base, end), the first byte of which stands at `start`. Undefined: it is none. `whole`:
 * there is no more of it than this, and so it has to end with its last record.
 */
export function readQuery(
  bytes: Buffer,
  base: number,
  end: number,
  start: number,
  whole: boolean,
): DnsRequest | undefined {
  if (lookAtHead(bytes, base, end) !== 'request') return undefined
  if (whole && records.read(bytes, base, end).end !== end) return undefined
  const question = questionOf(bytes, base, end)
  return question && { start, id: countAt(bytes, base), opcode: opcodeOf(bytes, base), question }
}

/** The reply. What did not fit into it may end anywhere. */
export function readReply(
  bytes: Buffer,
  base: number,
  end: number,
  start: number,
  whole: boolean,
): DnsResponse | undefined {
  if (lookAtHead(bytes, base, end) !== 'response') return undefined
  const asks = countAt(bytes, base + 4) === 1
  const question = asks ? questionOf(bytes, base, end) : undefined
  if (asks && !question) return undefined
  const { addresses, ttl, extendedRcode } = records.read(bytes, base, end)
  const truncated = (bytes[base + 2]! & TRUNCATED) !== 0
  if (whole && !truncated && records.end !== end) return undefined
  return {
    start,
    id: countAt(bytes, base),
    opcode: opcodeOf(bytes, base),
    question,
    rcode: (extendedRcode << 4) | (bytes[base + 3]! & 15),
    truncated,
    addresses,
    ttl,
  }
}

function questionOf(bytes: Buffer, base: number, end: number): DnsQuestion | undefined {
  const name = readName(bytes, base, base + HEADER_SIZE, end)
  if (name === undefined) return undefined
  return { name, type: countAt(bytes, skipName(bytes, base + HEADER_SIZE, end)) }
}

function opcodeOf(bytes: Uint8Array, base: number): number {
  return (bytes[base + 2]! >> 3) & 15
}
