import type { Verdict } from '../protocol.ts'

const LF = 0x0a
const CR = 0x0d
const SP = 0x20
const HT = 0x09

/** Longer ones exist nowhere: the longest registered one has 17 characters. */
const MAX_METHOD = 32
/** nginx takes 32 KB with its largest usual buffers; everyone else less. */
const MAX_TARGET = 32_768

/** RFC 9110, section 5.6.2: what methods and field names are made of. */
export const TOKEN = new Uint8Array(256)
for (const letter of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  TOKEN[letter.charCodeAt(0)] = 1

const HTTP_1 = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e]

/** Where the parts of the start line looked at last stand: indices, valid until the next look. */
export const parts = {
  methodEnd: 0,
  targetStart: 0,
  targetEnd: 0,
  /** Digit behind `HTTP/1.`; -1 while it was not reached. */
  minor: -1,
  /** 0 while it was not reached. */
  status: 0,
  /** Index behind the line's LF. */
  next: 0,
}

/**
 * `method SP request-target SP HTTP-version`, RFC 9112, section 3. Several blanks and a bare LF pass.
 * On `need-more` the parts say how far it came.
 */
export function lookAtRequestLine(bytes: Uint8Array, start: number, end: number): Verdict {
  parts.targetStart = 0
  parts.targetEnd = 0
  parts.minor = -1
  let at = start
  while (at < end && TOKEN[bytes[at]!] === 1) at++
  if (at - start > MAX_METHOD) return 'no'
  parts.methodEnd = at
  if (at === end) return 'need-more'
  if (at === start || bytes[at] !== SP) return 'no'

  at = blanks(bytes, at, end)
  parts.targetStart = at
  while (at < end && isVisible(bytes[at]!)) at++
  parts.targetEnd = at
  if (at - parts.targetStart > MAX_TARGET) return 'no'
  if (at === end) return 'need-more'
  if (at === parts.targetStart || bytes[at] !== SP) return 'no'

  at = blanks(bytes, at, end)
  const version = lookAtVersion(bytes, at, end)
  return version === 'request' ? lookAtLineEnd(bytes, at + 8, end, 'request') : version
}

/** `HTTP-version SP status-code SP [ reason-phrase ]`, RFC 9112, section 4. */
export function lookAtStatusLine(bytes: Uint8Array, start: number, end: number): Verdict {
  parts.status = 0
  parts.minor = -1
  const version = lookAtVersion(bytes, start, end)
  if (version !== 'request') return version
  let at = start + 8
  if (at === end) return 'need-more'
  if (bytes[at] !== SP) return 'no'
  at = blanks(bytes, at, end)
  if (end - at < 3) return allDigits(bytes, at, end) ? 'need-more' : 'no'
  if (!allDigits(bytes, at, at + 3) || bytes[at] === 0x30) return 'no'
  if (at + 3 < end && bytes[at + 3]! > SP) return 'no'
  parts.status = (bytes[at]! - 48) * 100 + (bytes[at + 1]! - 48) * 10 + bytes[at + 2]! - 48
  for (at += 3; at < end; at++) {
    if (bytes[at] !== LF) continue
    parts.next = at + 1
    return 'response'
  }
  return 'need-more'
}

/** 'request' stands for: it is one. */
function lookAtVersion(bytes: Uint8Array, start: number, end: number): Verdict {
  for (let i = 0; i < 7; i++) {
    if (start + i >= end) return 'need-more'
    if (bytes[start + i] !== HTTP_1[i]) return 'no'
  }
  if (start + 7 >= end) return 'need-more'
  const minor = bytes[start + 7]! - 48
  if (minor < 0 || minor > 9) return 'no'
  parts.minor = minor
  return 'request'
}

function lookAtLineEnd(bytes: Uint8Array, start: number, end: number, found: Verdict): Verdict {
  let at = blanks(bytes, start, end)
  if (at < end && bytes[at] === CR) at++
  if (at >= end) return 'need-more'
  if (bytes[at] !== LF) return 'no'
  parts.next = at + 1
  return found
}

function blanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && (bytes[at] === SP || bytes[at] === HT)) at++
  return at
}

function allDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < 0x30 || bytes[at]! > 0x39) return false
  return true
}

/** Bytes above 7F are not allowed, but sent. */
function isVisible(byte: number): boolean {
  return byte > SP && byte !== 0x7f
}
