import type { Carrier, Message } from '../protocol.ts'

export interface HttpRequest extends Message {
  readonly carrier: Carrier | undefined
  readonly method: string
  /** As sent; cut at a limit. */
  readonly target: string
  readonly path: string
  /** Without the `?`; '' none. */
  readonly query: string
  /** Of an absolute target; '' otherwise. */
  readonly scheme: string
  /** Host and port: of an absolute target, or else of the Host field. Without credentials. */
  readonly host: string
  /** An absolute target had a user name in it. */
  readonly credentials: boolean
  /** `1.1`; '' when it was not seen. */
  readonly version: string
  readonly userAgent: string
  readonly contentType: string
  /** -1 none, -2 unusable. */
  readonly contentLength: number
  readonly forwarded: string
  readonly forwardedFor: string
  readonly forwardedHost: string
  readonly forwardedProto: string
}

export interface HttpResponse extends Message {
  readonly status: number
  readonly version: string
  readonly contentType: string
  /** -1 none, -2 unusable. */
  readonly contentLength: number
}

/** The parts of a request target: RFC 9112, section 3.2. */
export interface Target {
  scheme: string
  /** Host and port without credentials. */
  authority: string
  credentials: boolean
  path: string
  query: string
}

export function splitTarget(method: string, target: string): Target {
  if (method === 'CONNECT')
    return { scheme: '', authority: target, credentials: false, path: '', query: '' }
  const colon = target.startsWith('/') ? -1 : target.indexOf('://')
  if (colon <= 0) return withPath('', '', target)
  let end = colon + 3
  while (end < target.length && !isEndOfAuthority(target.charCodeAt(end))) end++
  return withPath(
    target.slice(0, colon).toLowerCase(),
    target.slice(colon + 3, end),
    target.slice(end),
  )
}

function withPath(scheme: string, authority: string, rest: string): Target {
  const at = authority.lastIndexOf('@')
  const mark = rest.indexOf('?')
  const path = mark === -1 ? rest : rest.slice(0, mark)
  return {
    scheme,
    authority: authority.slice(at + 1),
    credentials: at !== -1,
    path: path || '/',
    query: mark === -1 ? '' : rest.slice(mark + 1),
  }
}

/** `/`, `?` or `#`. */
function isEndOfAuthority(code: number): boolean {
  return code === 0x2f || code === 0x3f || code === 0x23
}
