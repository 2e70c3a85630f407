import type { Exchange } from '../exchanges/exchange.ts'
import type { Moment } from '../sockets/moment.ts'
import type { ParentModel, UnparentedReason } from './place.ts'
import type { Segment } from './segments.ts'
import type { TraceContext } from './trace-context.ts'

/**
 * What is known of one exchange's parent, from its opening until its span is placed.
 *
 * `decided`: parent and reason are final. `placed`: handed on; nothing changes after.
 */
export abstract class Lineage {
  /** The operation that carried the request's first byte. */
  readonly opened: Moment
  readonly spanId: string
  readonly header: TraceContext | undefined
  parent: Lineage | undefined = undefined
  model: ParentModel | undefined = undefined
  /** Parent is the span named by the header, in another process or host. */
  remote = false
  reason: UnparentedReason | undefined = undefined
  /** The request that this work came from but outlived. */
  link: RequestLineage | undefined = undefined
  decided = false
  ended = false
  placed = false
  /** Its span, and those of all below it, are not wanted. */
  excluded = false
  /** Of the trace that it stands on top of; '' not asked for. */
  traceId = ''
  /** Ended and decided, but waiting for this one to be decided or settled. */
  waiting: Lineage[] | undefined = undefined

  #exchange: Exchange | undefined

  constructor(exchange: Exchange, spanId: string, header: TraceContext | undefined) {
    this.#exchange = exchange
    this.opened = exchange.opened
    this.spanId = spanId
    this.header = header
  }

  /** Until it is placed. */
  get exchange(): Exchange {
    if (!this.#exchange) throw new Error('asked for the exchange of a span that was placed')
    return this.#exchange
  }

  /** Placed: others may point here for a while, but need no messages. */
  release(): void {
    this.placed = true
    this.#exchange = undefined
  }
}

/** The server's end of an exchange: what calls are made for. */
export class RequestLineage extends Lineage {
  /** Calls that may be its children. */
  readonly calls: CallLineage[] = []
  /** Its answer left where the model says: undefined while open, or where that cannot be told. */
  held: boolean | undefined = undefined
  answered = false
  /** The operation that carried the first byte of its answer. */
  answer: Moment | undefined = undefined
  /** When its last bytes were read (ns since the agent's start). */
  lastRead = 0
  /** No other request of the process was open beside it. */
  alone = true
  /** Server and span name, if its answerer claimed calls. */
  kind = ''
  /** The activity that answered it also answered another that was open at the same time. */
  contested = false
  /** Calls have been decided by its answer: later ones are decided on their own. */
  settled = false
}

/** The client's end: made for a request, or for none. */
export class CallLineage extends Lineage {
  /** The request that the model in force names; a parent only once decided. */
  owner: RequestLineage | undefined = undefined
  /** Why there is no owner, or why it is not believed. */
  doubt: UnparentedReason | undefined = undefined
  /** The other end of it, if that is a traced process of this host. */
  served: RequestLineage | undefined = undefined
  /** The request it was made under by the model in force, answered or not. */
  means: RequestLineage | undefined = undefined
  /** Server and span name, where the runtime tells activities apart. */
  kind = ''
  /** The activity that made it may still answer, and claim it. */
  claimable = false
  /** The request that was answered by the activity which made the call, or from which that was copied. */
  claimedBy: RequestLineage | undefined = undefined
  /** Not by the very activity that made it. */
  inherited = false
  /** Two requests claim it. */
  disputed = false
  /** Which activity made it, or answered a request that was open then, could not be read. */
  unread = false
  /** The segment it was made in. */
  segment: Segment | undefined = undefined
  /** Made on a thread that was known for a loop. */
  onLoop = false
  /** Written on the connection whose reply opened its segment, as a pool does for whoever waits. */
  sameSocket = false
  /** Made in a segment that nobody knows the meaning of. */
  lost = false
  /** When what made it lost was read, at the latest (ns since the agent's start). */
  lostAt = 0
  /** Of those: made by a timer or an immediate, of which nobody knows who set it; or in a segment that such a call's reply opened. */
  unset = false
  /** When its reply began (ns since the agent's start); -1 not yet. */
  replied = -1
  /** Its reply led, segment by segment, to the answer of its own request. */
  home = false
  /** Its reply led to the answer of another request. */
  away = false
}
