// The head of a response of CGI/1.1: header fields, `Status` among them.
// https://www.rfc-editor.org/rfc/rfc3875, section 6

import type { HttpResponse } from '../http/message.ts'
import { endOfLine } from '../http1/field-lines.ts'

const CR = 0x0d
const SP = 0x20
const ZERO = 0x30
const NINE = 0x39
const STATUS = Buffer.from('status:', 'latin1')
const LOCATION = Buffer.from('location:', 'latin1')
/** Codes have three digits. */
const DIGITS = 3

const OK = 200
const FOUND = 302

/** Of a program that says no more than its status; 0 unknown. */
export function responseOf(start: number, status: number): HttpResponse {
  return {
    start,
    status,
    version: '',
    contentType: '',
    contentLength: -1,
    incomplete: status === 0,
    messages: undefined,
    grpcStatus: '',
    grpcMessage: '',
  }
}

/**
 * Status of the head in bytes[start, end). `whole`: no more of it follows. Without a `Status` it is 200,
 * or 302 where there is a `Location`; 0 where it cannot be known.
 */
export function statusOf(
  bytes: Buffer,
  start: number,
  end: number,
  whole: boolean,
): number | 'need-more' {
  let redirects = false
  for (let at = start; ; ) {
    const lineEnd = endOfLine(bytes, at, end)
    if (lineEnd === -1) return whole ? 0 : 'need-more'
    if (lineEnd === at || (lineEnd === at + 1 && bytes[at] === CR)) return redirects ? FOUND : OK
    if (isNamed(bytes, at, lineEnd, STATUS)) return codeIn(bytes, at + STATUS.length, lineEnd)
    if (isNamed(bytes, at, lineEnd, LOCATION)) redirects = true
    at = lineEnd + 1
  }
}

function codeIn(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] === SP) at++
  let code = 0
  for (let i = 0; i < DIGITS; i++) {
    const digit = at + i < end ? bytes[at + i]! : 0
    if (digit < ZERO || digit > NINE) return 0
    code = code * 10 + digit - ZERO
  }
  return code
}

function isNamed(bytes: Buffer, at: number, end: number, name: Buffer): boolean {
  if (end - at < name.length) return false
  for (let i = 0; i < name.length; i++)
    if ((bytes[at + i]! | 0x20) !== (name[i]! | 0x20)) return false
  return true
}
