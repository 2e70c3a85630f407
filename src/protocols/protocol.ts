import type { Cursor } from './cursor.ts'

/** What the first bytes of one direction say about it. */
export type Verdict = 'request' | 'response' | 'need-more' | 'no'

/** Headers, found in a request, that carry a caller's trace context; names in lower case. */
export type Carrier = ReadonlyMap<string, string>

/**
 * How an exchange ended. `answer-lost`: the response was there but its events were lost;
 * `timeout` and `reset`: as the socket's error says, or the server ended this stream before its time;
 * `cancelled`: the client gave it up; `closed`: the connection ended in good order before the answer did;
 * `streaming-limit`: given up as still open after the bound.
 */
export type Outcome =
  | 'answered'
  | 'reset'
  | 'cancelled'
  | 'timeout'
  | 'closed'
  | 'answer-lost'
  | 'streaming-limit'

export type Direction = 'request' | 'response'

/** One message of an exchange, as far as it has been read. */
export interface Message {
  /** Position of the first byte in its direction. */
  readonly start: number
  /** Trace context headers (requests). */
  readonly carrier?: Carrier | undefined
  /** Requests, in order: what was lost of it may have said that no answer comes. */
  readonly mayBeUnanswered?: boolean
}

/**
 * How a response finds its request.
 * - `in-order`: the n-th answers the n-th; one message at a time in each direction.
 * - `by-id`: the message carries the number of its exchange; it is whole when it begins, and its
 *   `begin` passes all of it: no `end` follows.
 * - `multiplexed`: messages of several streams are interleaved in each direction: `begin` passes the
 *   head, `part` what follows of it, `end` the last byte (of a message that is only a head, none).
 * The last two name the exchange in `stream` of each step. A number names one exchange at a time: it is
 * used again only after the end of the response. The end of the response is the end of the exchange,
 * whatever of the request is still to come.
 */
export type Pairing = 'in-order' | 'by-id' | 'multiplexed'

/**
 * One step of a reader. A reader never throws and never trusts a length.
 * - `begin`: the head of a message was read; its exchange opens (request) or is answered (response).
 *   In order, a response may take no byte of its own where `start` is a byte that is there to be read
 *   (what a server skips after an error): once for each open request.
 * - `part`: bytes of a message begun before, of this stream (multiplexed).
 * - `interim`: a message that answers nothing yet (HTTP 1xx), of this stream if one is named.
 * - `end`: the last byte of the message begun last, or of this stream's, was read or skipped.
 * - `abort`: the exchange of this stream ends here without the rest of its answer (a reset).
 * - `need-more`: nothing more can be read until bytes come. What the cursor passed is done with. If a
 *   gap follows the cursor, what stood there was needed and is lost.
 * - `lost-sync`: the bytes cannot be a message; the conversation must find its place again.
 * - `leave`: the connection speaks something else from here on (HTTP upgrade, CONNECT). `keeps`: what is
 *   open still is answered in what it speaks then.
 */
export type Step<M extends Message> =
  | { readonly kind: 'begin'; readonly message: M; readonly stream?: number }
  | { readonly kind: 'part'; readonly stream: number }
  | { readonly kind: 'end'; readonly message: M; readonly stream?: number }
  | { readonly kind: 'abort'; readonly stream: number; readonly outcome: Outcome }
  | { readonly kind: 'interim'; readonly stream?: number }
  | { readonly kind: 'leave'; readonly keeps?: boolean }
  | 'need-more'
  | 'lost-sync'

/** What people are told of a protocol: a chapter of docs/protocols.md. Sentences or phrases in Markdown. */
export interface About {
  /** As its users write it: `HTTP/1`. */
  readonly title: string
  /** `1.0, 1.1`. */
  readonly versions: string
  /** Where it is specified. */
  readonly link: string
  /** What spans come of. */
  readonly reads: readonly string[]
  /** What is seen but never put into a span, or only masked. */
  readonly hides: readonly string[]
  /** What is not read, and where reading ends. */
  readonly limits: readonly string[]
}

/**
 * One application protocol. Everything the agent knows about it is reachable from here; nothing
 * outside `src/protocols/` names a protocol.
 */
export interface Protocol<Request extends Message = Message, Response extends Message = Message> {
  /** As in the OpenTelemetry attribute `network.protocol.name`. */
  readonly name: string
  readonly about: About
  readonly pairing: Pairing
  /** No number names a second exchange on a connection (HTTP/2): then it pairs across any loss. */
  readonly numbersOnce?: boolean
  /** What carries it; a datagram is one message, and no bytes follow it. `stream` if left out. */
  readonly carriedBy?: 'stream' | 'datagram'
  /** A data store: its own process makes SERVER spans only where it was selected by name, port or pid. */
  readonly isStore?: boolean
  /** Datagrams: ports on which it is spoken everywhere. Only there, and where it was found, are they copied. */
  readonly datagramPorts?: readonly number[]
  /** Bytes of an operation that are worth copying at most, once the protocol is known. */
  readonly captureLimit: number
  /** One operation holds many messages: so much is copied at once, not only when one was missed. */
  readonly packsMessages?: boolean
  /** Runs on the first bytes of every unknown stream: no allocation, no throw. */
  detect(head: Uint8Array): Verdict
  /**
   * Whether this exchange, ended so, makes no span: a step of others that went well, as a password's
   * answer, or a statement prepared. It is followed like all: what it was asked for causes more.
   */
  isSilent?(request: Request, response: Response | undefined, outcome: Outcome | undefined): boolean
  /** State of one connection. `late`: it is older than the agent, what it agreed on was not seen. */
  open(late: boolean): Conversation<Request, Response>
  /** `response` is undefined when none was seen. */
  describe(request: Request, response: Response | undefined, facts: DescribeFacts): SpanFacts
  /** Datagrams: the request that a response repeats, for one whose own bytes were not seen. */
  asksFor?(response: Response): Request | undefined
  /** Datagrams: a request of which nothing was seen but that it was sent. */
  unreadRequest?(): Request
  /** What the asking process calls these addresses from now on. */
  resolvedBy?(request: Request, response: Response): Resolved | undefined
}

/** Addresses in the form of RFC 5952, and a name for them. */
export interface Resolved {
  readonly name: string
  readonly addresses: readonly string[]
  /** How long that may be believed. */
  readonly seconds: number
}

export interface Conversation<Request extends Message, Response extends Message> {
  readRequest(cursor: Cursor): Step<Request>
  /** `request`: the one this response answers, if known and in order (HEAD and CONNECT have no body). */
  readResponse(cursor: Cursor, request: Request | undefined): Step<Response>
  /** The stream ended: closes a message that lasts until then. */
  endOfStream(direction: Direction): Step<Request | Response>
  /** Bytes from the place of reading on that need not be copied: the rest of a body. */
  skippable(direction: Direction): number
  /** A whole request that was made before this was spoken: returns the number that its answer bears. */
  adopt?(request: Message): number
  /**
   * Bytes were lost: forget what was half read. Afterwards `read…` looks for a message that begins
   * exactly at the cursor and says `lost-sync` when there is none. A head of which a gap hides the
   * rest counts with what was read of it.
   */
  resync(direction: Direction): void
}

/** What `describe` may use beside the two messages. */
export interface DescribeFacts {
  readonly role: 'client' | 'server'
  /** Address and port of the server's end, as the connection has them. */
  readonly serverAddress: string
  readonly serverPort: number
  /** `answered` if left out. */
  readonly outcome?: Outcome | undefined
  /** Nanoseconds from its first operation to its last; undefined while it is open. */
  readonly duration?: number | undefined
  /** OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS; the usual ones if left out. */
  readonly knownMethods?: ReadonlySet<string> | undefined
  /** Route template of a path (bounded per service): `/cart/:id`, `/cart/{id}`. */
  route(path: string): string
  /** A query string without the leading `?`, secrets and values hidden as configured; '' to leave out. */
  query(raw: string): string
  /** Texts of queries and commands: literals replaced, as sent, or left out. */
  readonly queryText: 'parameterised' | 'raw' | 'off'
}

/** What a protocol contributes to a span; the rest is added by `spans/`. */
export interface SpanFacts {
  readonly name: string
  /** `error.type` when the exchange failed. */
  readonly error: string | undefined
  /** Why it failed, in words (a status description); only words that hold no data of users. */
  readonly errorMessage?: string | undefined
  readonly attributes: Record<string, string | number | boolean | string[]>
}
