import type { GrpcMessages } from '../grpc/messages.ts'
import type { Carrier, Message } from '../protocol.ts'

export interface HttpRequest extends Message {
  readonly carrier: Carrier | undefined
  /** '' when it could not be known. */
  readonly method: string
  /** As sent; cut at a limit. */
  readonly target: string
  /** '' has none (CONNECT), or it could not be known. */
  readonly path: string
  /** Without the `?`; '' none. */
  readonly query: string
  /** Of an absolute target, or as HTTP/2 says; '' otherwise. */
  readonly scheme: string
  /** The target names a server of its own, as requests to proxies do. */
  readonly absolute: boolean
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
  /** grpc-timeout as sent. */
  readonly timeout: string
  /** Some of its fields could not be known: HTTP/2, attached late or after a loss. */
  readonly incomplete: boolean
  /** Of gRPC, as far as the body has been read. */
  readonly messages: GrpcMessages | undefined
  /** How its stream of HTTP/2 ended before its time. */
  reset: Reset | undefined
}

/** RST_STREAM, or a GOAWAY that leaves the stream out. */
export interface Reset {
  readonly by: 'client' | 'server'
  /** RFC 9113, section 7. */
  readonly code: number
}

export interface HttpResponse extends Message {
  /** 0 when it could not be known. */
  readonly status: number
  readonly version: string
  readonly contentType: string
  /** -1 none, -2 unusable. */
  readonly contentLength: number
  /** As of the request; set later if the trailers are. */
  incomplete: boolean
  readonly messages: GrpcMessages | undefined
  /** Of the trailers, or of the head if that is all there is; '' none. */
  grpcStatus: string
  /** As sent: percent-encoded. */
  grpcMessage: string
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
  const at = authority === '' ? -1 : authority.lastIndexOf('@')
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
