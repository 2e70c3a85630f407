import { readFileSync } from 'node:fs'
import type { Bytes } from '../../src/elf/bytes.ts'

/** A buffer to be read in pieces. */
export function bytesOf(buffer: Uint8Array): Bytes {
  return { read: (at, length) => buffer.subarray(at, at + Math.max(0, length)) }
}

export function fileBytes(path: string): Bytes {
  return bytesOf(readFileSync(path))
}
