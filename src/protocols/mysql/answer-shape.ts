import type { Verdict } from '../protocol.ts'
import { Command } from './commands.ts'
import { HEADER, lengthAt, u16 } from './packet.ts'

/** `def`, the catalog that each definition begins with, and its length. */
const CATALOG = [0x03, 0x64, 0x65, 0x66]
/** Of a packet that ends in words: an error, an OK, a file's name. */
const MAX_WORDS = 1024
const MAX_COLUMNS = 0xffff

/** Does an answer begin here, whatever the question was? */
export function lookAtAnswer(bytes: Uint8Array, start: number, end: number): Verdict {
  if (end - start <= HEADER) return mayBeHeader(bytes, start, end) ? 'need-more' : 'no'
  const length = lengthAt(bytes, start)
  if (bytes[start + 3] !== 1 || length === 0) return 'no'
  const payload = start + HEADER
  const first = bytes[payload]!
  if (first === 0xff) return lookAtError(bytes, payload, end, length)
  if (first === 0x00 && length >= 7) {
    // With nothing else in it, and nothing behind it. Outside of a transaction each statement is one
    // as a rule: then a bit of the status tells.
    const okEnd = endOfOk(bytes, payload, end)
    const isAll = okEnd === payload + length && end === okEnd
    return isAll && (bytes[okEnd - 4]! & 0x03) !== 0 ? 'response' : 'no'
  }
  return lookAtColumns(bytes, payload, end, length)
}

/** The same, of the answer to this command. */
export function lookAtAnswerTo(
  command: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Verdict {
  const verdict = lookAtAnswer(bytes, start, end)
  if (verdict !== 'no' || end - start <= HEADER) return verdict
  const length = lengthAt(bytes, start)
  const first = bytes[start + HEADER]
  if (bytes[start + 3] !== 1) return 'no'
  if (command === Command.stmtPrepare)
    return first === 0 && (length === 12 || length === 13) ? 'response' : 'no'
  if (command === Command.statistics) return length < MAX_WORDS ? 'response' : 'no'
  if (command === Command.query && first === 0xfb) return length < MAX_WORDS ? 'response' : 'no'
  if (command === Command.stmtFetch && first === 0) return 'response'
  if (first === 0xfe) return length < 9 ? 'response' : 'no'
  if (first !== 0 || length < 7 || length > MAX_WORDS) return 'no'
  const okEnd = endOfOk(bytes, start + HEADER, end)
  return okEnd !== -1 && okEnd <= start + HEADER + length ? 'response' : 'no'
}

function mayBeHeader(bytes: Uint8Array, at: number, end: number): boolean {
  // Definitions follow a count of columns: its length is 1 to 9. Errors have words.
  if (end - at >= 3 && (bytes[at + 2] !== 0 || lengthAt(bytes, at) > MAX_WORDS)) return false
  return end - at < HEADER || bytes[at + 3] === 1
}

/** `#`, SQLSTATE and words: all there. */
function lookAtError(bytes: Uint8Array, at: number, end: number, length: number): Verdict {
  if (length < 9 || length > MAX_WORDS) return 'no'
  if (end - at < 9) return 'need-more'
  const code = u16(bytes, at + 1)
  if (code < 1000 || bytes[at + 3] !== 0x23) return 'no'
  for (let i = at + 4; i < at + 9; i++) {
    const byte = bytes[i]!
    if (!(byte >= 0x30 && byte <= 0x39) && !(byte >= 0x41 && byte <= 0x5a)) return 'no'
  }
  return 'response'
}

/** Index behind rows changed, id, status and warnings; -1: they are not all there. */
function endOfOk(bytes: Uint8Array, at: number, end: number): number {
  const status = passNumber(bytes, passNumber(bytes, at + 1, end), end)
  return status + 4 > end ? -1 : status + 4
}

/** A count of columns, then a definition. */
function lookAtColumns(bytes: Uint8Array, at: number, end: number, length: number): Verdict {
  if (length > 9) return 'no'
  const first = bytes[at]!
  if (first === 0xfb || first >= 0xfd) return 'no'
  if (first === 0xfc && end - at >= 3 && u16(bytes, at + 1) > MAX_COLUMNS) return 'no'
  const next = at + length
  if (end < next + HEADER) return 'need-more'
  if (bytes[next + 3] !== 2) return 'no'
  for (let i = 0; i < CATALOG.length; i++) {
    if (next + HEADER + i >= end) return 'need-more'
    if (bytes[next + HEADER + i] !== CATALOG[i]) return 'no'
  }
  return 'response'
}

/** Index behind a length-encoded integer. */
function passNumber(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return at + 1
  const first = bytes[at]!
  if (first < 0xfb) return at + 1
  return at + (first === 0xfc ? 3 : first === 0xfd ? 4 : 9)
}
