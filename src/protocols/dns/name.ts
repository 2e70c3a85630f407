/** Bytes of a name, its lengths included: RFC 1035, section 2.3.4. */
const MAX_NAME = 255
const MAX_LABEL = 63
const POINTER = 0xc0
const DOT = 0x2e

/** The bytes end before it does. */
export const SHORT = -1
/** It cannot be a name. */
export const WRONG = -2

/** Index behind the name at `at`, as far as it is written here; SHORT or WRONG. */
export function skipName(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end) {
    const length = bytes[next]!
    if (length === 0) return next + 1
    if (length >= POINTER) return next + 2 > end ? SHORT : next + 2
    if (length > MAX_LABEL) return WRONG
    next += length + 1
    if (next - at >= MAX_NAME) return WRONG
  }
  return SHORT
}

/**
 * The name at `at` of the message that begins at `base`, without the last dot; '.' is the root. A pointer
 * leads to what stands before, and each further back than the last: so there is no loop. Undefined: it is
 * no name.
 */
export function readName(bytes: Buffer, base: number, at: number, end: number): string | undefined {
  const plain = plainName(bytes, at, end)
  return plain === '' ? readAnyName(bytes, base, at, end) : plain
}

const scratch = Buffer.alloc(MAX_NAME)

/** All in one piece, of letters that stand for themselves; '' it is not, or is too long. */
function plainName(bytes: Buffer, at: number, end: number): string {
  let next = at
  let length = 0
  for (;;) {
    if (next >= end) return ''
    const size = bytes[next]!
    if (size === 0) break
    const last = next + size
    if (size > MAX_LABEL || last >= end || length + size >= MAX_NAME - 2) return ''
    if (length > 0) scratch[length++] = DOT
    for (next++; next <= last; next++) {
      const byte = bytes[next]!
      if (!isLetter(byte)) return ''
      scratch[length++] = byte
    }
  }
  return scratch.toString('latin1', 0, length)
}

function readAnyName(bytes: Buffer, base: number, at: number, end: number): string | undefined {
  let text = ''
  let next = at
  let limit = at
  let length = 1
  for (;;) {
    const size = next < end ? bytes[next]! : POINTER
    if (size === 0) return text || '.'
    if (size < POINTER) {
      length += size + 1
      if (size > MAX_LABEL || length > MAX_NAME || next + 1 + size > end) return undefined
      text += `${text && '.'}${labelText(bytes, next + 1, size)}`
      next += size + 1
    } else {
      if (next + 2 > end) return undefined
      const target = base + (((size & ~POINTER) << 8) | bytes[next + 1]!)
      if (target >= limit) return undefined
      limit = target
      next = target
    }
  }
}

/** Whether a label of a question is of characters that names have: any that are printed. */
export function isPlain(bytes: Uint8Array, at: number, end: number): boolean {
  let next = at
  while (next < end && bytes[next] !== 0) {
    const last = next + bytes[next]!
    for (next++; next <= last && next < end; next++)
      if (bytes[next]! < 0x20 || bytes[next]! > 0x7e) return false
  }
  return true
}

/** As zone files write it: RFC 1035, section 5.1. */
function labelText(bytes: Buffer, at: number, size: number): string {
  let i = at
  while (i < at + size && isLetter(bytes[i]!)) i++
  return i === at + size ? bytes.toString('latin1', at, i) : escaped(bytes, at, size)
}

/** Stands for itself. */
function isLetter(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c
}

function escaped(bytes: Buffer, at: number, size: number): string {
  let text = ''
  for (let i = at; i < at + size; i++) {
    const byte = bytes[i]!
    if (byte === 0x2e || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`
    else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte)
    else text += `\\${String(byte).padStart(3, '0')}`
  }
  return text
}
