import { isKnownClass, isKnownType, Opcode } from './codes.ts'
import { SHORT, skipName, WRONG } from './name.ts'

export const HEADER_SIZE = 12
/** Type and class behind the name of a question. */
const QUESTION_REST = 4
/** Header, the root's name, type and class. */
export const LEAST_SIZE = HEADER_SIZE + 1 + QUESTION_REST

const RESPONSE = 0x80
const AUTHORITATIVE = 0x04
export const TRUNCATED = 0x02
const RECURSION_AVAILABLE = 0x80
/** Has to be zero. */
const RESERVED = 0x40
/** RFC 6895, section 2.3: those of the header. */
const MAX_RCODE = 11
/** Records of a section, at most, that are believed: 64 KB hold no more. */
const MAX_RECORDS = 5958

export type Kind = 'request' | 'response'

/**
 * What the message that begins at `base` claims to be, by its header and question alone, or by as much of
 * them as there is (`need-more`). Several questions are asked by nobody and answered by nobody.
 */
export function lookAtHead(
  bytes: Uint8Array,
  base: number,
  end: number,
): Kind | 'need-more' | 'no' {
  const left = end - base
  const response = left > 2 && (bytes[base + 2]! & RESPONSE) !== 0
  if (left > 2 && !isFlags(bytes[base + 2]!, response)) return 'no'
  if (left > 3 && !isMoreFlags(bytes[base + 3]!, response)) return 'no'
  if (!areCounts(bytes, base, end, response)) return 'no'
  if (left < HEADER_SIZE) return 'need-more'
  if (countAt(bytes, base + 4) === 0) return 'response'
  const last = skipName(bytes, base + HEADER_SIZE, end)
  if (last === SHORT) return 'need-more'
  if (last === WRONG || bytes[last - 1] !== 0) return 'no'
  if (last + QUESTION_REST > end) return 'need-more'
  if (countAt(bytes, last) === 0 || !isKnownClass(countAt(bytes, last + 2))) return 'no'
  return response ? 'response' : 'request'
}

/** Index behind the question, of a message whose head is good. */
export function endOfQuestion(bytes: Uint8Array, base: number, end: number): number {
  if (countAt(bytes, base + 4) === 0) return base + HEADER_SIZE
  return skipName(bytes, base + HEADER_SIZE, end) + QUESTION_REST
}

export function countAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

/** Asks for something that is known. */
export function isUsualQuestion(bytes: Uint8Array, base: number, end: number): boolean {
  const last = skipName(bytes, base + HEADER_SIZE, end)
  return countAt(bytes, base + 4) === 1 && isKnownType(countAt(bytes, last))
}

function isFlags(flags: number, response: boolean): boolean {
  const opcode = (flags >> 3) & 15
  if (opcode === Opcode.query) return response || (flags & (AUTHORITATIVE | TRUNCATED)) === 0
  // A notification says that it is of the zone's own server.
  return opcode === Opcode.notify || (opcode === Opcode.update && (flags & TRUNCATED) === 0)
}

function isMoreFlags(flags: number, response: boolean): boolean {
  if ((flags & RESERVED) !== 0) return false
  return response ? (flags & 15) <= MAX_RCODE : (flags & (RECURSION_AVAILABLE | 15)) === 0
}

/** One question; none where nothing but a refusal is said. Records as a query or a reply may have them. */
function areCounts(bytes: Uint8Array, base: number, end: number, response: boolean): boolean {
  const known = Math.min(4, (end - base - 4) >> 1)
  const query = end - base > 2 && ((bytes[base + 2]! >> 3) & 15) === Opcode.query
  for (let i = 0; i < known; i++) {
    const count = countAt(bytes, base + 4 + 2 * i)
    if (i === 0) {
      const refused = response && (bytes[base + 3]! & 15) !== 0
      if (count !== 1 && !(count === 0 && refused)) return false
    } else if (count > mostOf(i, response || !query)) return false
  }
  return true
}

/** A query has no record but those about itself (EDNS, a signature) and the version it has (IXFR). */
function mostOf(section: number, any: boolean): number {
  if (any) return MAX_RECORDS
  return section === 3 ? 4 : section - 1
}
