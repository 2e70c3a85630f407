import type { Cursor } from './cursor.ts'

/** What the first bytes of one direction say about it. */
export type Verdict = 'request' | 'response' | 'need-more' | 'no'

/** Headers, found in a request, that carry a caller's trace context; names in lower case. */
export type Carrier = ReadonlyMap<string, string>

/** One message of an exchange, as far as it has been read. */
export interface Message {
  /** Position of the first byte in its direction. */
  readonly start: number
  /** Trace context headers (requests). */
  readonly carrier?: Carrier | undefined
}

/**
 * One step of a reader. A reader never throws and never trusts a length.
 * - `begin`: the head of a message was read; its exchange opens (request) or is answered (response).
 * - `interim`: a message that answers nothing yet (HTTP 1xx).
 * - `end`: the last byte of the message begun last was read or skipped.
 * - `need-more`: nothing can be read until more bytes come; the cursor is back where it was useful.
 * - `lost-sync`: the bytes cannot be a message; the conversation must find its place again.
 * - `leave`: the connection speaks something else from here on (HTTP upgrade, CONNECT).
 */
export type Step<M extends Message> =
  | { readonly kind: 'begin'; readonly message: M; readonly stream?: number }
  | { readonly kind: 'end'; readonly message: M; readonly stream?: number }
  | { readonly kind: 'interim' }
  | { readonly kind: 'leave' }
  | 'need-more'
  | 'lost-sync'

/**
 * One application protocol. Everything the agent knows about it is reachable from here; nothing
 * outside `src/protocols/` names a protocol.
 */
export interface Protocol<Request extends Message = Message, Response extends Message = Message> {
  /** As in the OpenTelemetry attribute `network.protocol.name`. */
  readonly name: string
  /** How a response finds its request. */
  readonly pairing: 'in-order'
  /** Bytes worth copying of each operation once the protocol is known. */
  readonly captureLimit: number
  /** Runs on the first bytes of every unknown stream: no allocation, no throw. */
  detect(head: Uint8Array): Verdict
  /** State of one connection. */
  open(): Conversation<Request, Response>
  /** `response` is undefined when none was seen. */
  describe(request: Request, response: Response | undefined, facts: DescribeFacts): SpanFacts
}

export interface Conversation<Request extends Message, Response extends Message> {
  readRequest(cursor: Cursor): Step<Request>
  /** `request`: the one this response answers, if known (HEAD and CONNECT have no body). */
  readResponse(cursor: Cursor, request: Request | undefined): Step<Response>
  /** The stream ended: closes a message that lasts until then. */
  endOfStream(direction: 'request' | 'response'): Step<Request | Response>
  /**
   * Bytes were lost: forget what was half read. Afterwards `read…` looks for a message that begins
   * exactly at the cursor and says `lost-sync` when there is none.
   */
  resync(direction: 'request' | 'response'): void
}

/** What `describe` may use beside the two messages. */
export interface DescribeFacts {
  readonly role: 'client' | 'server'
  /** Address and port of the server's end, as the connection has them. */
  readonly serverAddress: string
  readonly serverPort: number
  /** Route template of a path (bounded per service): `/cart/:id`, `/cart/{id}`. */
  route(path: string): string
  /** A query string without the leading `?`, secrets and values hidden as configured; '' to leave out. */
  query(raw: string): string
}

/** What a protocol contributes to a span; the rest is added by `spans/`. */
export interface SpanFacts {
  readonly name: string
  /** `error.type` when the exchange failed. */
  readonly error: string | undefined
  readonly attributes: Record<string, string | number | boolean>
}
