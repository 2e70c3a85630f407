/** The bytes end before the integer does. */
export const NOT_THERE = -2

/** A continuation of four bytes holds 28 bits: no length and no index needs more. */
const MAX_CONTINUATION = 4

/** The integer that was read last. */
export const integers = { value: 0 }

/**
 * An integer with a prefix of so many bits: RFC 7541, section 5.1. Returns the index behind it, -1 if it
 * is too large, or NOT_THERE.
 */
export function readInteger(bytes: Uint8Array, start: number, end: number, bits: number): number {
  if (start >= end) return NOT_THERE
  const mask = (1 << bits) - 1
  let value = bytes[start]! & mask
  let at = start + 1
  if (value === mask) {
    for (let i = 0; ; i++) {
      if (i === MAX_CONTINUATION) return -1
      if (at >= end) return NOT_THERE
      const byte = bytes[at++]!
      value += (byte & 0x7f) << (7 * i)
      if (byte < 0x80) break
    }
  }
  integers.value = value
  return at
}
