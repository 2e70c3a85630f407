// StartupMessage, SSLRequest, GSSENCRequest and CancelRequest: packets without a type.
// https://www.postgresql.org/docs/current/protocol-message-formats.html

import { endOfText, readU16, readU32 } from './bytes.ts'
import type { RequestKind } from './message.ts'
import { firstOf } from './session.ts'

/** The server takes no longer ones. */
const MAX_PACKET = 10_000
const MAJOR_VERSION = 3
/** 3.0 and 3.2 are spoken; clients ask for 3.9999 to see that servers negotiate. */
const MAX_MINOR = 9999
/** No parameter has a longer name. */
const MAX_PARAMETER = 64
const REQUEST_CODE = 1234
const CANCEL = 5678
const SSL = 5679
const GSSENC = 5680
const MIN_CANCEL = 16
/** Keys of protocol 3.2 have up to 256 bytes. */
const MAX_CANCEL = 12 + 256

/** `need-more`: so far it may be one. */
export function lookAtPacket(
  bytes: Uint8Array,
  at: number,
  end: number,
): RequestKind | 'need-more' | 'no' {
  const count = end - at
  if (count > 0 && bytes[at] !== 0) return 'no'
  if (count > 1 && bytes[at + 1] !== 0) return 'no'
  if (count < 4) return 'need-more'
  const length = readU32(bytes, at)
  if (length < 8 || length > MAX_PACKET) return 'no'
  if (count > 4 && bytes[at + 4] !== 0 && bytes[at + 4] !== REQUEST_CODE >> 8) return 'no'
  if (count < 8) return 'need-more'
  const major = readU16(bytes, at + 4)
  const minor = readU16(bytes, at + 6)
  if (major === REQUEST_CODE) return kindOfRequest(minor, length)
  if (major !== MAJOR_VERSION || minor > MAX_MINOR) return 'no'
  return lookAtParameters(bytes, at + 8, end)
}

function kindOfRequest(code: number, length: number): RequestKind | 'no' {
  if (code === CANCEL) return length >= MIN_CANCEL && length <= MAX_CANCEL ? 'cancel' : 'no'
  return (code === SSL || code === GSSENC) && length === 8 ? 'encryption' : 'no'
}

/** The name of the first parameter: letters, and the like, and a NUL; then its value, which is not empty. */
function lookAtParameters(
  bytes: Uint8Array,
  at: number,
  end: number,
): RequestKind | 'need-more' | 'no' {
  for (let i = at; i < end && i < at + MAX_PARAMETER; i++) {
    const byte = bytes[i]!
    if (byte === 0) {
      if (i + 1 === end) return 'need-more'
      return i > at && bytes[i + 1] !== 0 ? 'startup' : 'no'
    }
    const lower = byte | 0x20
    const isLetter = (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f
    if (!isLetter && (byte < 0x2d || byte > 0x39 || i === at)) return 'no'
  }
  return end < at + MAX_PARAMETER ? 'need-more' : 'no'
}

/** What a StartupMessage asks for: the user's own database if it names none, and where to look for tables. */
export function readStartup(
  bytes: Buffer,
  at: number,
  end: number,
): Record<'database' | 'schema', string> {
  let user = ''
  let database = ''
  let schema = ''
  let from = at
  while (from < end) {
    const nameEnd = endOfText(bytes, from, end)
    const valueEnd = nameEnd === -1 ? -1 : endOfText(bytes, nameEnd + 1, end)
    if (valueEnd === -1) break
    const name = bytes.toString('latin1', from, nameEnd)
    if (name === 'database') database = bytes.toString('utf8', nameEnd + 1, valueEnd)
    if (name === 'user') user = bytes.toString('utf8', nameEnd + 1, valueEnd)
    if (name === 'search_path') schema = firstOf(bytes.toString('utf8', nameEnd + 1, valueEnd))
    from = valueEnd + 1
  }
  return { database: database || user, schema }
}
