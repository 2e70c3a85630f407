import type { Message } from '../protocol.ts'

/**
 * - `startup`, `encryption` (SSLRequest, GSSENCRequest), `cancel`: packets without a type.
 * - `query`: the simple protocol, one statement or several.
 * - `extended`: Parse, Bind, Describe, Execute, Close, up to an Execute, a Flush or a Sync.
 * - `sync`: a Sync whose statements were answered before.
 * - `function`: FunctionCall.
 */
export type RequestKind =
  | 'startup'
  | 'encryption'
  | 'cancel'
  | 'query'
  | 'extended'
  | 'sync'
  | 'function'

/** What a client asks for at once. It is added to until its last byte was read. */
export class PgRequest implements Message {
  readonly start: number
  readonly kind: RequestKind
  /** Of the connection, and its schema: `shop|app`; '' if that was not seen. */
  readonly namespace: string
  /** Counts Syncs: what an error makes the server skip is of one batch. */
  readonly batch: number
  /** Type of its first message. */
  first = 0
  /** The statement; '' if it is not known. */
  sql = ''
  /** The end of the statement is missing. */
  isCut = false
  isBound = false
  executes = false
  /** Answers it will get: one for each Parse, Bind, Describe, Execute and Close. */
  pieces = 0
  /** Its end was not seen, so the pieces are not all. */
  isVague = false
  /** All of it was read. */
  isClosed = false
  /** A Sync stands behind it: ReadyForQuery ends the answer. */
  endsBatch = false
  /** It copies in: the Sync behind it is passed over, and another comes behind the data. */
  copiesIn = false
  /** The answer came. */
  isAnswered = false

  constructor(start: number, kind: RequestKind, namespace: string, batch: number) {
    this.start = start
    this.kind = kind
    this.namespace = namespace
    this.batch = batch
  }
}

/** What a server answers. It is added to until its last byte was read. */
export class PgResponse implements Message {
  readonly start: number
  readonly request: PgRequest | undefined
  /** Not executed, because of an error before it. */
  isSkipped = false
  /** '' no error. */
  sqlState = ''
  isFatal = false
  /** Of the command tags: `INSERT`; '' none or several. */
  command = ''
  commands = 0
  /** DataRows. */
  rows = 0
  /** Answers to pieces. */
  pieces = 0
  /** Read to its end. */
  isWhole = false

  constructor(start: number, request: PgRequest | undefined) {
    this.start = start
    this.request = request
  }
}
