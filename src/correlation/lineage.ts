import { type Few, withOne } from '../base/few.ts'
import type { Exchange } from '../exchanges/exchange.ts'
import type { Moment } from '../sockets/moment.ts'
import type { ParentModel, UnparentedReason } from './place.ts'
import type { Segment } from './segments.ts'
import { type SpanIds, textOf } from './span-ids.ts'
import type { TraceContext } from './trace-context.ts'

// What is yes or no of a lineage stands in one number: there are some for each exchange, and a field of its own takes eight
// bytes that are moved twice before the span is placed (bench/correlate).
const REMOTE = 1
const DECIDED = 2
const ENDED = 4
const PLACED = 8
const EXCLUDED = 16
const ANSWERED = 32
const ALONE = 64
const CONTESTED = 128
const SETTLED = 256
const CLAIMABLE = 512
const INHERITED = 1024
const DISPUTED = 2048
const UNREAD = 4096
const ON_LOOP = 8192
const SAME_SOCKET = 16_384
const LOST = 32_768
const UNSET = 65_536
const HOME = 131_072
const AWAY = 262_144

/**
 * What is known of one exchange's parent, from its opening until its span is placed.
 *
 * `decided`: parent and reason are final. `placed`: handed on; nothing changes after.
 */
export abstract class Lineage {
  /** The operation that carried the request's first byte. */
  readonly opened: Moment
  readonly header: TraceContext | undefined
  parent: Lineage | undefined = undefined
  model: ParentModel | undefined = undefined
  reason: UnparentedReason | undefined = undefined
  /** The request that this work came from but outlived. */
  link: RequestLineage | undefined = undefined
  /** Ended and decided, but waiting for this one to be decided or settled. */
  waiting: Few<Lineage> = undefined
  #flags = 0
  #exchange: Exchange | undefined
  /** The two halves of the span's id. */
  readonly #idHigh: number
  readonly #idLow: number
  /** Of the trace that it stands on top of; '' not asked for. */
  #traceId = ''

  constructor(exchange: Exchange, ids: SpanIds, header: TraceContext | undefined) {
    this.#exchange = exchange
    this.opened = exchange.opened
    this.header = header
    ids.name(exchange)
    this.#idHigh = ids.high
    this.#idLow = ids.low
  }

  /** Until it is placed. */
  get exchange(): Exchange {
    if (!this.#exchange) throw new Error('asked for the exchange of a span that was placed')
    return this.#exchange
  }

  /** 16 hex digits. */
  get spanId(): string {
    return textOf(this.#idHigh, this.#idLow)
  }

  /** Placed: others may point here for a while, but need no messages. */
  release(): void {
    this.set(PLACED, true)
    this.#exchange = undefined
  }

  /** Of the trace that it stands on top of. */
  traceId(ids: SpanIds): string {
    if (this.#traceId === '')
      this.#traceId =
        this.remote && this.header ? this.header.traceId : ids.traceId(this.#idHigh, this.#idLow)
    return this.#traceId
  }

  /** Parent is the span named by the header, in another process or host. */
  get remote(): boolean {
    return this.is(REMOTE)
  }
  set remote(value: boolean) {
    this.set(REMOTE, value)
  }

  get decided(): boolean {
    return this.is(DECIDED)
  }
  set decided(value: boolean) {
    this.set(DECIDED, value)
  }

  get ended(): boolean {
    return this.is(ENDED)
  }
  set ended(value: boolean) {
    this.set(ENDED, value)
  }

  get placed(): boolean {
    return this.is(PLACED)
  }

  /** Its span, and those of all below it, are not wanted. */
  get excluded(): boolean {
    return this.is(EXCLUDED)
  }
  set excluded(value: boolean) {
    this.set(EXCLUDED, value)
  }

  protected is(flag: number): boolean {
    return (this.#flags & flag) !== 0
  }

  protected set(flag: number, value: boolean): void {
    this.#flags = value ? this.#flags | flag : this.#flags & ~flag
  }
}

/** The server's end of an exchange: what calls are made for. */
export class RequestLineage extends Lineage {
  /** Its answer left where the model says: undefined while open, or where that cannot be told. */
  held: boolean | undefined = undefined
  /** The operation that carried the first byte of its answer. */
  answer: Moment | undefined = undefined
  /** The operation that carried its last bytes so far. */
  readLast: Moment
  /** Server and span name, if its answerer claimed calls. */
  kind = ''
  #calls: Few<CallLineage> = undefined

  constructor(exchange: Exchange, ids: SpanIds, header: TraceContext | undefined) {
    super(exchange, ids, header)
    this.readLast = exchange.opened
    this.alone = true
  }

  /** Calls that may be its children. */
  get calls(): Few<CallLineage> {
    return this.#calls
  }

  mayHaveMade(call: CallLineage): void {
    this.#calls = withOne(this.#calls, call)
  }

  forgetCalls(): void {
    this.#calls = undefined
  }

  /** When its last bytes were read (ns since the agent's start). */
  get lastRead(): number {
    return this.readLast.time
  }

  get answered(): boolean {
    return this.is(ANSWERED)
  }
  set answered(value: boolean) {
    this.set(ANSWERED, value)
  }

  /** No other request of the process was open beside it. */
  get alone(): boolean {
    return this.is(ALONE)
  }
  set alone(value: boolean) {
    this.set(ALONE, value)
  }

  /** The activity that answered it also answered another that was open at the same time. */
  get contested(): boolean {
    return this.is(CONTESTED)
  }
  set contested(value: boolean) {
    this.set(CONTESTED, value)
  }

  /** Calls have been decided by its answer: later ones are decided on their own. */
  get settled(): boolean {
    return this.is(SETTLED)
  }
  set settled(value: boolean) {
    this.set(SETTLED, value)
  }
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
  /** The request that was answered by the activity which made the call, or from which that was copied. */
  claimedBy: RequestLineage | undefined = undefined
  /** The segment it was made in. */
  segment: Segment | undefined = undefined
  /** What made it lost was read with this operation, at the latest. */
  lostBy: Moment
  /** The operation with which its reply began. */
  reply: Moment | undefined = undefined

  constructor(exchange: Exchange, ids: SpanIds, header: TraceContext | undefined) {
    super(exchange, ids, header)
    this.lostBy = exchange.opened
  }

  /** The activity that made it may still answer, and claim it. */
  get claimable(): boolean {
    return this.is(CLAIMABLE)
  }
  set claimable(value: boolean) {
    this.set(CLAIMABLE, value)
  }

  /** Not by the very activity that made it. */
  get inherited(): boolean {
    return this.is(INHERITED)
  }
  set inherited(value: boolean) {
    this.set(INHERITED, value)
  }

  /** Two requests claim it. */
  get disputed(): boolean {
    return this.is(DISPUTED)
  }
  set disputed(value: boolean) {
    this.set(DISPUTED, value)
  }

  /** Which activity made it, or answered a request that was open then, could not be read. */
  get unread(): boolean {
    return this.is(UNREAD)
  }
  set unread(value: boolean) {
    this.set(UNREAD, value)
  }

  /** Made on a thread that was known for a loop. */
  get onLoop(): boolean {
    return this.is(ON_LOOP)
  }
  set onLoop(value: boolean) {
    this.set(ON_LOOP, value)
  }

  /** Written on the connection whose reply opened its segment, as a pool does for whoever waits. */
  get sameSocket(): boolean {
    return this.is(SAME_SOCKET)
  }
  set sameSocket(value: boolean) {
    this.set(SAME_SOCKET, value)
  }

  /** Made in a segment that nobody knows the meaning of. */
  get lost(): boolean {
    return this.is(LOST)
  }
  set lost(value: boolean) {
    this.set(LOST, value)
  }

  /** Of those: made by a timer or an immediate, of which nobody knows who set it; or in a segment that such a call's reply opened. */
  get unset(): boolean {
    return this.is(UNSET)
  }
  set unset(value: boolean) {
    this.set(UNSET, value)
  }

  /** Its reply led, segment by segment, to the answer of its own request. */
  get home(): boolean {
    return this.is(HOME)
  }
  set home(value: boolean) {
    this.set(HOME, value)
  }

  /** Its reply led to the answer of another request. */
  get away(): boolean {
    return this.is(AWAY)
  }
  set away(value: boolean) {
    this.set(AWAY, value)
  }
}
