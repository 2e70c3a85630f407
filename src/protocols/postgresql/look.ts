// Whether bytes, met in the middle of a connection, begin messages of PostgreSQL: types that exist,
// contents as they must be, and lengths that lead from one to the next.

import { endOfText, HEADER, readU16, readU32 } from './bytes.ts'
import { lookAtPacket } from './startup.ts'

/** `need-more`: so far they may. */
export type Look = 'yes' | 'need-more' | 'no'

/** Longer ones are not believed. */
const MAX_BELIEVED = 0x3ff_ffff
const MAX_LOOKED = 64
/** So many bytes of a message, as they must be, are as good as all. */
const MIN_CONTENTS = 6
const MIN_TEXT = 96
const SPACE = 0x20
const NEWLINE = 0x0a

export function lookAtRequests(bytes: Uint8Array, at: number, end: number): Look {
  if (at < end && bytes[at] === 0) {
    const packet = lookAtPacket(bytes, at, end)
    return packet === 'need-more' || packet === 'no' ? packet : 'yes'
  }
  return lookAtChain(bytes, at, end, isRequest, isSureRequest, isFirstRequest)
}

export function lookAtResponses(bytes: Uint8Array, at: number, end: number): Look {
  // The end of a result of which the beginning was not seen.
  if (end - at > HEADER + 2 && bytes[at] === 0x43 && isSelect(bytes, at + HEADER)) return 'no'
  return lookAtChain(bytes, at, end, isResponse, isSureResponse, isFirstResponse)
}

/** What answers an Execute of a portal that was bound before: rows, or their end. */
export function lookAtRows(bytes: Uint8Array, at: number, end: number): Look {
  return lookAtChain(bytes, at, end, isResponse, isSureResponse, isRowOrEnd)
}

/** `bytes[at, end)`: the message's contents as far as they are there. */
type Test = (type: number, bytes: Uint8Array, at: number, end: number, length: number) => boolean

function lookAtChain(
  bytes: Uint8Array,
  start: number,
  end: number,
  isMessage: Test,
  isSure: Test,
  isFirst: (type: number) => boolean,
): Look {
  let at = start
  let whole = 0
  let begins = false
  while (at < end && whole < MAX_LOOKED) {
    const type = bytes[at]!
    if (!begins && !isFirst(type) && !isNeutral(type)) return 'no'
    begins ||= isFirst(type)
    if (end - at > 1 && bytes[at + 1]! > MAX_BELIEVED >> 24) return 'no'
    if (end - at < HEADER) break
    const length = readU32(bytes, at + 1) - 4
    const contents = at + HEADER
    const contentsEnd = Math.min(end, contents + length)
    if (length < 0 || length > MAX_BELIEVED) return 'no'
    if (!isMessage(type, bytes, contents, contentsEnd, length)) return 'no'
    if (begins && isSure(type, bytes, contents, contentsEnd, length)) return 'yes'
    if (contents + length > end) {
      if (contentsEnd - contents >= MIN_CONTENTS) whole++
      break
    }
    at = contents + length
    whole++
  }
  if (begins && whole >= 2) return 'yes'
  return 'need-more'
}

/** Notices and the like may stand before what begins an answer. */
function isNeutral(type: number): boolean {
  return type === 0x4e
}

/** Q, P, B, D, C, E, F: what asks for something. */
function isFirstRequest(type: number): boolean {
  return type === 0x51 || type === 0x50 || (type >= 0x42 && type <= 0x46)
}

/** Statements are text, which little else is behind a length: all of it, or a good part. */
function isSureRequest(
  type: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  length: number,
): boolean {
  if (type === 0x51) return end - at >= Math.min(length, MIN_TEXT)
  if (type !== 0x50) return false
  const name = endOfText(bytes, at, end)
  return name !== -1 && end - at >= Math.min(length, name - at + MIN_TEXT)
}

function isRequest(
  type: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  length: number,
): boolean {
  switch (type) {
    case 0x51: // Query
      return length > 1 && isText(bytes, at, end, at + length)
    case 0x50: // Parse
      return isParse(bytes, at, end, length)
    case 0x42: // Bind
      return length >= 8 && isName(bytes, at, end)
    case 0x44: // Describe
    case 0x43: // Close
      return length >= 2 && isNamed(bytes, at, end, length)
    case 0x45: // Execute
      return length >= 5 && isExecute(bytes, at, end, length)
    case 0x46: // FunctionCall
      return length >= 10
    case 0x53: // Sync
    case 0x48: // Flush
    case 0x58: // Terminate
    case 0x63: // CopyDone
      return length === 0
    default:
      // CopyData, CopyFail, an answer to a question for a password
      return type === 0x64 || type === 0x66 || type === 0x70
  }
}

/** Statement and its NUL, which is the last byte of the message. */
function isText(bytes: Uint8Array, at: number, end: number, textEnd: number): boolean {
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!
    if (byte === 0) return i === textEnd - 1
    if (byte < SPACE && (byte < 0x09 || byte > 0x0d)) return false
  }
  return end < textEnd
}

function isParse(bytes: Uint8Array, at: number, end: number, length: number): boolean {
  if (!isName(bytes, at, end)) return false
  const name = endOfText(bytes, at, end)
  if (name === -1 || name + 1 >= end) return length >= 4
  const close = endOfText(bytes, name + 1, end)
  if (
    !isText(bytes, name + 1, close === -1 ? end : close + 1, close === -1 ? at + length : close + 1)
  )
    return false
  if (close === -1 || close + 3 > end) return true
  return length === close - at + 3 + 4 * readU16(bytes, close + 1)
}

/** Printable up to its NUL. */
function isName(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end && i < at + 256; i++) {
    if (bytes[i] === 0) return true
    if (bytes[i]! < SPACE) return false
  }
  return end - at < 256
}

/** `S` or `P`, and a name that fills the message. */
function isNamed(bytes: Uint8Array, at: number, end: number, length: number): boolean {
  if (at < end && bytes[at] !== 0x53 && bytes[at] !== 0x50) return false
  return isText(bytes, at + 1, end, at + length)
}

function isExecute(bytes: Uint8Array, at: number, end: number, length: number): boolean {
  const close = endOfText(bytes, at, end)
  if (close === -1) return isName(bytes, at, end)
  return close === at + length - 5 && isName(bytes, at, end)
}

/** What begins an answer: not rows, nor what ends one. */
function isFirstResponse(type: number): boolean {
  return FIRST_RESPONSES.has(type)
}

/** DataRow, CommandComplete, PortalSuspended, ErrorResponse. */
function isRowOrEnd(type: number): boolean {
  return type === 0x44 || type === 0x43 || type === 0x73 || type === 0x45
}

/** 1 2 3 t n T C E I R V G H W */
const FIRST_RESPONSES = new Set(Buffer.from('123tnTCEIRVGHW'))
/** All of them: these, and rows, statuses, notices, data of COPY. */
const RESPONSES = new Set(Buffer.from('123tnTCEIRVGHWDZSKNAvdcs'))

export function isBackend(type: number): boolean {
  return RESPONSES.has(type)
}

/** ReadyForQuery. */
function isSureResponse(type: number): boolean {
  return type === 0x5a
}

function isResponse(
  type: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  length: number,
): boolean {
  switch (type) {
    case 0x31: // ParseComplete
    case 0x32: // BindComplete
    case 0x33: // CloseComplete
    case 0x6e: // NoData
    case 0x49: // EmptyQueryResponse
    case 0x73: // PortalSuspended
    case 0x63: // CopyDone
      return length === 0
    case 0x5a: // ReadyForQuery
      return length === 1 && (at >= end || isStatus(bytes[at]!))
    case 0x43: // CommandComplete
      return length > 1 && isTag(bytes, at, end, at + length)
    case 0x44: // DataRow
      return length >= 2 && isRow(bytes, at, end, length)
    case 0x54: // RowDescription
      return length >= 2 && (end - at < 2 || length >= 2 + 19 * readU16(bytes, at))
    case 0x74: // ParameterDescription
      return length >= 2 && (end - at < 2 || length === 2 + 4 * readU16(bytes, at))
    case 0x45: // ErrorResponse
    case 0x4e: // NoticeResponse
      return length >= 8 && isFields(bytes, at, end)
    case 0x52: // Authentication…
      return length >= 4 && (end - at < 4 || readU32(bytes, at) <= 13)
    case 0x47: // CopyInResponse
    case 0x48: // CopyOutResponse
    case 0x57: // CopyBothResponse
      return length >= 3 && (end - at < 3 || length === 3 + 2 * readU16(bytes, at + 1))
    default:
      return isOther(type, length)
  }
}

/** ParameterStatus, BackendKeyData, NotificationResponse, FunctionCallResponse, NegotiateProtocolVersion. */
function isOther(type: number, length: number): boolean {
  if (type === 0x4b) return length >= 8 && length <= 260
  if (type === 0x64) return true
  return (type === 0x53 || type === 0x41 || type === 0x56 || type === 0x76) && length >= 4
}

/** `SEL`: the tag of a SELECT. */
function isSelect(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x53 && bytes[at + 1] === 0x45 && bytes[at + 2] === 0x4c
}

function isStatus(byte: number): boolean {
  return byte === 0x49 || byte === 0x54 || byte === 0x45
}

/** Capitals, blanks and numbers. */
function isTag(bytes: Uint8Array, at: number, end: number, tagEnd: number): boolean {
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!
    if (byte === 0) return i === tagEnd - 1 && i > at
    const isCapital = (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f
    if (!isCapital && byte !== SPACE && (byte < 0x30 || byte > 0x39 || i === at)) return false
  }
  return end < tagEnd
}

/** The first of its values fits. */
function isRow(bytes: Uint8Array, at: number, end: number, length: number): boolean {
  if (end - at < 2) return true
  const count = readU16(bytes, at)
  if (length < 2 + 4 * count || (count === 0 && length > 2)) return false
  if (count === 0 || end - at < 6) return true
  const first = readU32(bytes, at + 2)
  return first === 0xffff_ffff || first <= length - 2 - 4 * count
}

/** A letter, and text. */
function isFields(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 2) return true
  const lower = bytes[at]! | 0x20
  const text = bytes[at + 1]!
  return lower >= 0x61 && lower <= 0x7a && (text >= SPACE || text === NEWLINE)
}
