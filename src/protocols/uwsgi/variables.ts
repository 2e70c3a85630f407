import type { Variables } from '../cgi/variables.ts'

/** modifier1, length of the variables, modifier2. */
export const HEADER = 4
/** Of a request of WSGI, PSGI or Rack. */
const MODIFIER = 0
/** Names that are looked at; shorter ones are too easily something else. */
const SHORTEST = 4
const LONGEST = 64

/**
 * What begins at `at` is a request, or may become one: behind its header stands a name in capital letters
 * and a value that fits.
 */
export function looksLikeRequest(
  bytes: Uint8Array,
  at: number,
  end: number,
): 'request' | 'need-more' | 'no' {
  const have = end - at
  if (bytes[at] !== MODIFIER || (have > 3 && bytes[at + 3] !== MODIFIER)) return 'no'
  if (have < HEADER + 2) return 'need-more'
  const size = twoBytes(bytes, at + 1)
  const nameLength = twoBytes(bytes, at + HEADER)
  if (nameLength < SHORTEST || nameLength > LONGEST) return 'no'
  const name = at + HEADER + 2
  for (let i = 0; i < nameLength && name + i < end; i++)
    if (!isOfName(bytes[name + i]!)) return 'no'
  const value = name + nameLength
  if (value + 2 > end) return 'need-more'
  return 2 + nameLength + 2 + twoBytes(bytes, value) <= size ? 'request' : 'no'
}

/** Variables in bytes[start, end). Returns whether all of them could be read. */
export function readVariables(
  bytes: Buffer,
  start: number,
  end: number,
  variables: Variables,
): boolean {
  for (let at = start; at < end; ) {
    if (at + 2 > end) return false
    const nameLength = bytes.readUInt16LE(at)
    const value = at + 2 + nameLength
    if (value + 2 > end) return false
    const valueLength = bytes.readUInt16LE(value)
    if (value + 2 + valueLength > end) return false
    variables.take(bytes, at + 2, nameLength, value + 2, valueLength)
    at = value + 2 + valueLength
  }
  return true
}

export function twoBytes(bytes: Uint8Array, at: number): number {
  return bytes[at]! + bytes[at + 1]! * 256
}

/** A capital letter, a digit or an underscore. */
function isOfName(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
}
