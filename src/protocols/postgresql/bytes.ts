/** Type and length of a message. */
export const HEADER = 5
/** PostgreSQL takes messages of up to a gigabyte. */
export const MAX_MESSAGE = 0x3fff_ffff

/** Big endian; lengths above 2^31 come out as they are. */
export function readU32(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 0x100_0000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!)
}

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

/** Index of the NUL that ends a text, or -1 if there is none before `end`. */
export function endOfText(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) if (bytes[i] === 0) return i
  return -1
}
