/** Type bytes of RESP2 and RESP3. */
export const SIMPLE = 0x2b // +
export const ERROR = 0x2d // -
export const NUMBER = 0x3a // :
export const BULK = 0x24 // $
export const ARRAY = 0x2a // *
export const NULL = 0x5f // _
export const BOOLEAN = 0x23 // #
export const DOUBLE = 0x2c // ,
export const BIG_NUMBER = 0x28 // (
export const BULK_ERROR = 0x21 // !
export const VERBATIM = 0x3d // =
export const MAP = 0x25 // %
export const SET = 0x7e // ~
export const ATTRIBUTE = 0x7c // |
export const PUSH = 0x3e // >
/** A piece of a streamed string; the end of a streamed aggregate. */
export const CHUNK = 0x3b // ;
export const END = 0x2e // .

export const CR = 0x0d
export const LF = 0x0a

/** What `readLength` says instead of a length, and of a null. */
export const NULL_LENGTH = -1
export const NEED_MORE = -2
export const MALFORMED = -3
/** `$?`: the end is marked. */
export const STREAMED = -4

/** 4,294,967,295 has ten digits. */
const MAX_DIGITS = 10
const MINUS = 0x2d
const QUESTION = 0x3f

/** The number behind the type byte at `at`, as `$5 CR LF` has it, or one of the words above. */
export function readLength(bytes: Uint8Array, at: number, end: number): number {
  let next = at + 1
  if (next >= end) return NEED_MORE
  const first = bytes[next]
  if (first === QUESTION) return endsLine(bytes, next + 1, end, STREAMED)
  if (first === MINUS) return readNull(bytes, next + 1, end)
  let value = 0
  for (; next < end; next++) {
    const digit = bytes[next]! - 0x30
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  const digits = next - at - 1
  if (digits > MAX_DIGITS) return MALFORMED
  if (digits === 0) return MALFORMED
  return endsLine(bytes, next, end, value)
}

/** Index behind the line that `readLength` read with a length or a word for one. */
export function behindLength(bytes: Uint8Array, at: number): number {
  return bytes.indexOf(LF, at) + 1
}

function readNull(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return NEED_MORE
  return bytes[at] === 0x31 ? endsLine(bytes, at + 1, end, NULL_LENGTH) : MALFORMED
}

function endsLine(bytes: Uint8Array, at: number, end: number, value: number): number {
  if (at < end && bytes[at] !== CR) return MALFORMED
  if (at + 1 < end && bytes[at + 1] !== LF) return MALFORMED
  return at + 1 < end ? value : NEED_MORE
}
