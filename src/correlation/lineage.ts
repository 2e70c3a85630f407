import type { Exchange } from '../exchanges/exchange.ts'
import type { ParentModel, UnparentedReason } from './place.ts'
import type { TraceContext } from './trace-context.ts'

/**
 * What is known of one exchange's parent, from its opening until its span is placed.
 *
 * `decided`: parent and reason are final. `placed`: handed on; nothing changes after.
 */
export abstract class Lineage {
  readonly exchange: Exchange
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
  /** Set when placed; children need it. */
  traceId = ''
  /** Ended and decided, but waiting for this one to be decided. */
  waiting: Lineage[] = []

  constructor(exchange: Exchange, spanId: string, header: TraceContext | undefined) {
    this.exchange = exchange
    this.spanId = spanId
    this.header = header
  }
}

/** The server's end of an exchange: what calls are made for. */
export class RequestLineage extends Lineage {
  /** Calls that may be its children. */
  readonly calls: CallLineage[] = []
  /** Its answer left where the model says: undefined while open, or where that cannot be told. */
  held: boolean | undefined = undefined
  answered = false
  /** Calls have been decided by its answer: later ones are decided on their own. */
  settled = false
}

/** The client's end: made for a request, or for none. */
export class CallLineage extends Lineage {
  /** The request that the model in force names; a parent only once decided. */
  owner: RequestLineage | undefined = undefined
  /** Why there is no owner, or why it is not believed. */
  doubt: UnparentedReason | undefined = undefined
  /** Made on a thread of this number. */
  readonly tid: number

  constructor(exchange: Exchange, spanId: string, header: TraceContext | undefined, tid: number) {
    super(exchange, spanId, header)
    this.tid = tid
  }
}
