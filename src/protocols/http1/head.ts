import { Fields, readFields } from './fields.ts'
import { type HttpRequest, type HttpResponse, splitTarget } from './message.ts'
import { isKnownMethod } from './methods.ts'
import { lookAtRequestLine, lookAtStatusLine, parts } from './start-line.ts'

const LF = 0x0a
const CR = 0x0d

/** Characters kept of a request target. */
const MAX_TARGET_KEPT = 8192

const VERSIONS = ['1.0', '1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9']

/** The fields of the head read last: valid until the next one is read. */
export const fields = new Fields()

/** Index behind the empty line that ends a head, or -1. `start` may stand anywhere in the head. */
export function endOfHead(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + 1 < end; at++) {
    if (bytes[at] !== LF) continue
    if (bytes[at + 1] === LF) return at + 2
    if (bytes[at + 1] === CR && at + 2 < end && bytes[at + 2] === LF) return at + 3
  }
  return -1
}

/** Reads the head in bytes[start, end): undefined if it is none. The rest of it may be missing. */
export function readRequestHead(
  bytes: Buffer,
  start: number,
  end: number,
  position: number,
): HttpRequest | undefined {
  const line = lookAtRequestLine(bytes, start, end)
  if (line === 'no' || (line === 'need-more' && !isTellingPart(bytes, start))) return undefined
  const { methodEnd, targetStart, targetEnd, minor } = parts
  const method = methodOf(bytes, start, methodEnd)
  const target = bytes.toString(
    'utf8',
    targetStart,
    Math.min(targetEnd, targetStart + MAX_TARGET_KEPT),
  )
  fields.clear()
  if (line === 'request') readFields(bytes, parts.next, end, fields)
  const { scheme, authority, credentials, path, query } = splitTarget(method, target)
  return {
    start: position,
    carrier: fields.context,
    method,
    target,
    path,
    query,
    scheme,
    host: authority || fields.host.slice(fields.host.lastIndexOf('@') + 1),
    credentials,
    version: VERSIONS[minor] ?? '',
    userAgent: fields.userAgent,
    contentType: fields.contentType,
    contentLength: fields.contentLength,
    forwarded: fields.forwarded,
    forwardedFor: fields.forwardedFor,
    forwardedHost: fields.forwardedHost,
    forwardedProto: fields.forwardedProto,
  }
}

/** The line was cut short: is enough of it there, a usual method and a path or an absolute target? */
function isTellingPart(bytes: Buffer, start: number): boolean {
  const { methodEnd, targetStart, targetEnd } = parts
  if (targetEnd === targetStart || !isKnownMethod(bytes.toString('latin1', start, methodEnd)))
    return false
  return (
    bytes[targetStart] === 0x2f ||
    bytes.toString('latin1', targetStart, targetStart + 7) === 'http://'
  )
}

/** As `readRequestHead`. */
export function readResponseHead(
  bytes: Buffer,
  start: number,
  end: number,
  position: number,
): HttpResponse | undefined {
  const line = lookAtStatusLine(bytes, start, end)
  if (line === 'no' || parts.status === 0) return undefined
  const { status, minor } = parts
  fields.clear()
  if (line === 'response') readFields(bytes, parts.next, end, fields)
  return {
    start: position,
    status,
    version: VERSIONS[minor] ?? '',
    contentType: fields.contentType,
    contentLength: fields.contentLength,
  }
}

/** The usual ones make no new strings. */
function methodOf(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  const first = bytes[start]
  if (length === 3 && first === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54)
    return 'GET'
  return bytes.toString('latin1', start, end)
}
