import type { Carrier } from '../protocol.ts'
import { isContext, NAMES, numberOf } from './field-names.ts'

/** A length that cannot be trusted: malformed, contradictory or beyond 2^53. */
export const BAD_LENGTH = -2
export const NO_LENGTH = -1

/** Characters of a list from which on no more is joined to it. */
const MAX_JOINED = 8192

const HOST = numberOf('host')
const USER_AGENT = numberOf('user-agent')
const CONTENT_TYPE = numberOf('content-type')
const CONTENT_LENGTH = numberOf('content-length')
const TRANSFER_ENCODING = numberOf('transfer-encoding')
const UPGRADE = numberOf('upgrade')
const FORWARDED = numberOf('forwarded')
const FORWARDED_FOR = numberOf('x-forwarded-for')
const FORWARDED_HOST = numberOf('x-forwarded-host')
const FORWARDED_PROTO = numberOf('x-forwarded-proto')
const METHOD = numberOf(':method')
const SCHEME = numberOf(':scheme')
const AUTHORITY = numberOf(':authority')
const PATH = numberOf(':path')
const STATUS = numberOf(':status')
const PROTOCOL = numberOf(':protocol')
const GRPC_STATUS = numberOf('grpc-status')
const GRPC_MESSAGE = numberOf('grpc-message')
const GRPC_TIMEOUT = numberOf('grpc-timeout')

/** What the header fields of one message say, as far as anybody here asks. */
export class Fields {
  host = ''
  userAgent = ''
  contentType = ''
  contentLength = NO_LENGTH
  /** Value of Transfer-Encoding, '' absent. */
  transferEncoding = ''
  /** Value of Upgrade, '' absent. */
  upgrade = ''
  forwarded = ''
  forwardedFor = ''
  forwardedHost = ''
  forwardedProto = ''
  method = ''
  scheme = ''
  authority = ''
  path = ''
  status = ''
  protocol = ''
  grpcStatus = ''
  grpcMessage = ''
  grpcTimeout = ''
  carrier: Map<string, string> | undefined = undefined

  clear(): void {
    this.host = ''
    this.userAgent = ''
    this.contentType = ''
    this.contentLength = NO_LENGTH
    this.transferEncoding = ''
    this.upgrade = ''
    this.forwarded = ''
    this.forwardedFor = ''
    this.forwardedHost = ''
    this.forwardedProto = ''
    this.method = ''
    this.scheme = ''
    this.authority = ''
    this.path = ''
    this.status = ''
    this.protocol = ''
    this.grpcStatus = ''
    this.grpcMessage = ''
    this.grpcTimeout = ''
    this.carrier = undefined
  }

  get context(): Carrier | undefined {
    return this.carrier
  }

  /** The field of this number has this value. */
  take(field: number, text: string): void {
    switch (field) {
      case HOST:
        this.host = text
        return
      case USER_AGENT:
        this.userAgent = text
        return
      case CONTENT_TYPE:
        this.contentType = text
        return
      case CONTENT_LENGTH:
        this.contentLength = joinLengths(this.contentLength, text)
        return
      case TRANSFER_ENCODING:
        this.transferEncoding = this.transferEncoding ? `${this.transferEncoding},${text}` : text
        return
      case UPGRADE:
        this.upgrade = this.upgrade ? `${this.upgrade},${text}` : text
        return
      default:
        if (isContext(field)) this.#takeContext(NAMES[field - 1]!, text)
        else if (field < METHOD) this.#takeForwarded(field, text)
        else this.#takePseudo(field, text)
    }
  }

  #takeForwarded(field: number, text: string): void {
    if (field === FORWARDED) this.forwarded ||= text
    else if (field === FORWARDED_FOR) this.forwardedFor ||= text
    else if (field === FORWARDED_HOST) this.forwardedHost ||= text
    else if (field === FORWARDED_PROTO) this.forwardedProto ||= text
  }

  #takePseudo(field: number, text: string): void {
    if (field === METHOD) this.method = text
    else if (field === SCHEME) this.scheme = text
    else if (field === AUTHORITY) this.authority = text
    else if (field === PATH) this.path = text
    else if (field === STATUS) this.status = text
    else if (field === PROTOCOL) this.protocol = text
    else if (field === GRPC_STATUS) this.grpcStatus = text
    else if (field === GRPC_MESSAGE) this.grpcMessage = text
    else if (field === GRPC_TIMEOUT) this.grpcTimeout = text
  }

  /** Repeated fields are one list, which makes two of a single-valued one malformed, as it should. */
  #takeContext(name: string, text: string): void {
    this.carrier ??= new Map()
    const before = this.carrier.get(name)
    if (before !== undefined && before.length > MAX_JOINED) return
    this.carrier.set(name, before === undefined ? text : `${before},${text}`)
  }
}

/** The same length several times is one length: RFC 9112, section 6.3. */
function joinLengths(before: number, text: string): number {
  const digits = before === NO_LENGTH ? digitsOf(text) : -1
  return digits >= 0 ? digits : joinList(before, text)
}

/** -1: it is not digits alone, or too many. */
function digitsOf(text: string): number {
  if (text === '' || text.length > 15) return -1
  let number = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  return number
}

function joinList(before: number, text: string): number {
  let length = before
  for (const part of text.split(',', 16)) {
    const digits = part.trim()
    const one = /^\d{1,15}$/.test(digits) ? Number(digits) : BAD_LENGTH
    if (one === BAD_LENGTH || (length !== NO_LENGTH && length !== one)) return BAD_LENGTH
    length = one
  }
  return length
}
