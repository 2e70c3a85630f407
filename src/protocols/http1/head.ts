import { messagesOf } from '../grpc/content-type.ts'
import { MAX_TARGET } from '../http/field-names.ts'
import { Fields } from '../http/fields.ts'
import { type HttpRequest, type HttpResponse, splitTarget } from '../http/message.ts'
import { isKnownMethod } from '../http/methods.ts'
import { endOfLine, readFields } from './field-lines.ts'
import { lookAtRequestLine, lookAtStatusLine, parts } from './start-line.ts'

const LF = 0x0a
const CR = 0x0d

const VERSIONS = ['1.0', '1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9']

/** What was read last: valid until the next head is read. */
export const head = {
  fields: new Fields(),
  /** Index behind the empty line; -1: it was not there. */
  end: -1,
}

/** Index behind the empty line that ends a head, or -1. `start` may stand anywhere in the head. */
export function endOfHead(bytes: Buffer, start: number, end: number): number {
  for (let at = start; ; ) {
    const lineEnd = endOfLine(bytes, at, end)
    if (lineEnd === -1) return -1
    at = lineEnd + 1
    if (at < end && bytes[at] === LF) return at + 1
    if (at + 1 < end && bytes[at] === CR && bytes[at + 1] === LF) return at + 2
  }
}

/**
 * Reads the head that begins at `start`. `partly`: what is missing of it will never come, so that it
 * counts as it is.
 */
export function readRequestHead(
  bytes: Buffer,
  start: number,
  end: number,
  position: number,
  partly: boolean,
): HttpRequest | 'need-more' | 'lost-sync' {
  const { fields } = head
  fields.clear()
  head.end = -1
  const line = lookAtRequestLine(bytes, start, end)
  if (line === 'no') return 'lost-sync'
  const { methodEnd, targetStart, targetEnd, minor } = parts
  if (line === 'request') head.end = readFields(bytes, parts.next, end, fields)
  if (head.end === -1) {
    if (!partly) return 'need-more'
    if (line === 'need-more' && !isTellingPart(bytes, start)) return 'lost-sync'
  }
  const method = methodOf(bytes, start, methodEnd)
  const kept = Math.min(targetEnd, targetStart + MAX_TARGET)
  const target = bytes.toString('utf8', targetStart, kept)
  return requestOf(position, method, target, VERSIONS[minor] ?? '')
}

function requestOf(start: number, method: string, target: string, version: string): HttpRequest {
  const { fields } = head
  const { scheme, authority, credentials, path, query } = splitTarget(method, target)
  return {
    start,
    carrier: fields.context,
    method,
    target,
    path,
    query,
    scheme,
    absolute: scheme !== '',
    host: authority || withoutUser(fields.host),
    credentials,
    version,
    userAgent: fields.userAgent,
    contentType: fields.contentType,
    contentLength: fields.contentLength,
    forwarded: fields.forwarded,
    forwardedFor: fields.forwardedFor,
    forwardedHost: fields.forwardedHost,
    forwardedProto: fields.forwardedProto,
    timeout: fields.grpcTimeout,
    incomplete: false,
    messages: messagesOf(fields.contentType),
    reset: undefined,
  }
}

/** Most have none, and `lastIndexOf` is dear. */
function withoutUser(host: string): string {
  return host.includes('@') ? host.slice(host.lastIndexOf('@') + 1) : host
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
  partly: boolean,
): HttpResponse | 'need-more' | 'lost-sync' {
  const { fields } = head
  fields.clear()
  head.end = -1
  const line = lookAtStatusLine(bytes, start, end)
  if (line === 'no') return 'lost-sync'
  const { status, minor } = parts
  if (line === 'response') head.end = readFields(bytes, parts.next, end, fields)
  if (head.end === -1) {
    if (!partly) return 'need-more'
    if (status === 0) return 'lost-sync'
  }
  return {
    start: position,
    status,
    version: VERSIONS[minor] ?? '',
    contentType: fields.contentType,
    contentLength: fields.contentLength,
    incomplete: false,
    messages: messagesOf(fields.contentType),
    grpcStatus: fields.grpcStatus,
    grpcMessage: fields.grpcMessage,
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
