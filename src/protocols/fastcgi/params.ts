import type { Variables } from '../cgi/variables.ts'

/** A length of more than 127 takes four bytes, the first of which has this bit. */
const LONG = 0x80

const pair = { length: 0, next: 0 }

/** False: what there is of it ends before. */
function readLength(bytes: Buffer, at: number, end: number): boolean {
  if (at >= end) return false
  const first = bytes[at]!
  if (first < LONG) {
    pair.length = first
    pair.next = at + 1
    return true
  }
  if (at + 4 > end) return false
  pair.length = bytes.readUInt32BE(at) & 0x7fff_ffff
  pair.next = at + 4
  return true
}

/** Pairs of name and value. Returns whether all of bytes[start, end) could be read. */
export function readParams(
  bytes: Buffer,
  start: number,
  end: number,
  variables: Variables,
): boolean {
  for (let at = start; at < end; ) {
    if (!readLength(bytes, at, end)) return false
    const nameLength = pair.length
    if (!readLength(bytes, pair.next, end)) return false
    const { length, next } = pair
    if (next + nameLength + length > end) return false
    variables.take(bytes, next, nameLength, next + nameLength, length)
    at = next + nameLength + length
  }
  return true
}
