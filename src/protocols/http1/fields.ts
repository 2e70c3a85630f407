import type { Carrier } from '../protocol.ts'
import { TOKEN } from './start-line.ts'

const LF = 0x0a
const CR = 0x0d
const SP = 0x20
const HT = 0x09
const COLON = 0x3a

/** Characters kept of a value. */
const MAX_VALUE = 1024
/** W3C Trace Context asks for at least 512 of tracestate. */
const MAX_CARRIER_VALUE = 4096

/** A length that cannot be trusted: malformed, contradictory or beyond 2^53. */
export const BAD_LENGTH = -2
export const NO_LENGTH = -1

/** What the header fields of one message say, as far as anybody here asks. */
export class Fields {
  host = ''
  userAgent = ''
  contentType = ''
  contentLength = NO_LENGTH
  /** Value of Transfer-Encoding, '' absent. */
  transferEncoding = ''
  upgrade = false
  forwarded = ''
  forwardedFor = ''
  forwardedHost = ''
  forwardedProto = ''
  carrier: Map<string, string> | undefined = undefined

  clear(): void {
    this.host = ''
    this.userAgent = ''
    this.contentType = ''
    this.contentLength = NO_LENGTH
    this.transferEncoding = ''
    this.upgrade = false
    this.forwarded = ''
    this.forwardedFor = ''
    this.forwardedHost = ''
    this.forwardedProto = ''
    this.carrier = undefined
  }

  get context(): Carrier | undefined {
    return this.carrier
  }
}

/**
 * Reads field lines from `start` on, RFC 9112, section 5, and returns the index behind the empty line, or
 * -1 if there is none. A line that is no field is passed over, as servers do that are lenient.
 */
export function readFields(bytes: Buffer, start: number, end: number, fields: Fields): number {
  let at = start
  for (;;) {
    const lineEnd = endOfLine(bytes, at, end)
    if (lineEnd === -1) return -1
    if (lineEnd === at || (lineEnd === at + 1 && bytes[at] === CR)) return lineEnd + 1
    let nameEnd = at
    while (TOKEN[bytes[nameEnd]!] === 1) nameEnd++
    const field = bytes[nameEnd] === COLON ? fieldNumber(bytes, at, nameEnd - at) : 0
    at = lineEnd + 1
    if (field === 0) continue
    // obs-fold: a line that begins with a blank goes on with the one before.
    while (at < end && (bytes[at] === SP || bytes[at] === HT)) {
      const folded = endOfLine(bytes, at, end)
      if (folded === -1) return -1
      at = folded + 1
    }
    take(field, value(bytes, nameEnd + 1, at - 1, limitOf(field)), fields)
  }
}

/** Index of the LF, or -1. */
export function endOfLine(bytes: Buffer, start: number, end: number): number {
  // bench/parse: 15 ns against 100 for a loop over 60 bytes.
  const found = bytes.indexOf(LF, start)
  return found < end ? found : -1
}

/** Names of interest; the number of a name is its place from 1. Trace context last. */
const NAMES = [
  'host',
  'user-agent',
  'content-type',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'sw8',
  'uber-trace-id',
]
const FIRST_OF_CONTEXT = NAMES.indexOf('traceparent') + 1

const CODES = NAMES.map((name) => Uint8Array.from(name, (letter) => letter.charCodeAt(0)))
const BY_LENGTH: number[][] = []
for (const [index, { length }] of NAMES.entries()) {
  BY_LENGTH[length] ??= []
  BY_LENGTH[length].push(index + 1)
}

function fieldNumber(bytes: Uint8Array, start: number, length: number): number {
  const candidates = BY_LENGTH[length]
  if (candidates === undefined) return 0
  for (let i = 0; i < candidates.length; i++) {
    const number = candidates[i]!
    if (isName(bytes, start, CODES[number - 1]!)) return number
  }
  return 0
}

/** Upper and lower case are the same. */
function isName(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  // The last letter tells names of one length apart soonest.
  for (let i = name.length - 1; i >= 0; i--)
    if ((bytes[start + i]! | 0x20) !== name[i]) return false
  return true
}

function limitOf(number: number): number {
  return number >= FIRST_OF_CONTEXT ? MAX_CARRIER_VALUE : MAX_VALUE
}

/** Without blanks around it and inner line ends; `end` is the index of the line's LF. */
function value(bytes: Buffer, start: number, end: number, limit: number): string {
  let from = start
  let to = end
  while (from < to && (bytes[from] === SP || bytes[from] === HT)) from++
  while (to > from && isBlank(bytes[to - 1]!)) to--
  const lineEnd = bytes.indexOf(LF, from)
  const folded = lineEnd !== -1 && lineEnd < to
  const text = bytes.toString('latin1', from, Math.min(to, from + limit))
  return folded ? text.replaceAll(/[\r\n\t ]*\n[\t ]*/g, ' ') : text
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HT || byte === CR || byte === LF
}

function take(number: number, text: string, fields: Fields): void {
  switch (number) {
    case 1:
      fields.host = text
      return
    case 2:
      fields.userAgent = text
      return
    case 3:
      fields.contentType = text
      return
    case 4:
      fields.contentLength = joinLengths(fields.contentLength, text)
      return
    case 5:
      fields.transferEncoding = fields.transferEncoding
        ? `${fields.transferEncoding},${text}`
        : text
      return
    case 6:
      fields.upgrade = true
      return
    default:
      if (number < FIRST_OF_CONTEXT) takeForwarded(number, text, fields)
      else takeContext(NAMES[number - 1]!, text, fields)
  }
}

function takeForwarded(number: number, text: string, fields: Fields): void {
  if (number === 7) fields.forwarded ||= text
  else if (number === 8) fields.forwardedFor ||= text
  else if (number === 9) fields.forwardedHost ||= text
  else fields.forwardedProto ||= text
}

/** Repeated fields are one list, which makes two of a single-valued one malformed, as it should. */
function takeContext(name: string, text: string, fields: Fields): void {
  fields.carrier ??= new Map()
  const before = fields.carrier.get(name)
  fields.carrier.set(name, before === undefined ? text : `${before},${text}`)
}

/** The same length several times is one length: RFC 9112, section 6.3. */
function joinLengths(before: number, text: string): number {
  let length = before
  for (const part of text.split(',', 16)) {
    const digits = part.trim()
    const one = /^\d{1,15}$/.test(digits) ? Number(digits) : BAD_LENGTH
    if (one === BAD_LENGTH || (length !== NO_LENGTH && length !== one)) return BAD_LENGTH
    length = one
  }
  return length
}
