import { SECOND } from '../base/time.ts'
import type { Moment } from '../sockets/moment.ts'
import type { LiveExchange } from './live-exchange.ts'
import type { ThreadReads } from './thread-reads.ts'

/** Requests of one connection that wait for their answers. */
const MAX_OPEN = 1024
/** Answers to requests sent at once are here after so long, or will not come. */
const MAX_BLIND = SECOND

/** Hears which exchanges will not get their answer. */
export interface LossListener {
  answerLost(exchange: LiveExchange): void
  /** Too many requests wait on one connection. */
  overflow(): void
}

/**
 * Pairs the n-th response with the n-th request, and none across a loss:
 * - after lost bytes where a response would begin at least one is missing: the first open request lost
 *   its answer. If exactly one is left when a response is found again, that is its answer; if more are
 *   left nobody can tell, and all have lost theirs.
 * - after an unknown gap in the responses, no request from before it is answered.
 * - a lost request holds its place until an answer comes that nobody asked for.
 * - after a loss, threads that may have lost a read since answer nothing, and on a connection where
 *   requests are sent before the one before was answered nothing is paired for a second.
 */
export class PairInOrder {
  readonly #listener: LossListener
  readonly #reads: ThreadReads
  readonly #role: 'client' | 'server'
  /** In order of asking; undefined: a request, or some, that nobody saw. */
  readonly #open: (LiveExchange | undefined)[]
  /** Something of the responses was lost, and none was found since. */
  #afterLoss: boolean
  /** Responses that nobody had asked for, since the last request. */
  #unpaired: number
  /** Answers, at most, that may still come to requests given up. */
  #owed: number
  /** Requests were sent before the one before was answered. */
  #pipelines: boolean
  /** The last request lost its end, and none was open beside it. */
  #isCut: boolean
  /** Until then no answer can be trusted to be the right one. */
  #blindUntil: number

  constructor(listener: LossListener, reads: ThreadReads, role: 'client' | 'server') {
    this.#listener = listener
    this.#reads = reads
    this.#role = role
    this.#open = []
    this.#afterLoss = false
    this.#unpaired = 0
    this.#owed = 0
    this.#pipelines = false
    this.#isCut = false
    this.#blindUntil = 0
  }

  /** What the next response answers, as far as that is known. */
  get next(): LiveExchange | undefined {
    return this.isAfterLoss && this.#open.length > 1 ? undefined : this.#open[0]
  }

  /** Something of the responses was lost, and none was found since. */
  get isAfterLoss(): boolean {
    return this.#afterLoss || this.#blindUntil > 0
  }

  get isEmpty(): boolean {
    return this.#open.length === 0
  }

  opened(exchange: LiveExchange): void {
    this.#unpaired = 0
    // Whoever asks one at a time has had all answers before.
    if (!this.#pipelines) this.#owed = 0
    if (this.#isCut && !this.isEmpty) this.#hold()
    this.#isCut = false
    if (this.#open.length >= MAX_OPEN) {
      this.#loseAll(exchange.opened.time)
      this.#listener.overflow()
    }
    this.#open.push(exchange)
  }

  /** A response begins, with this operation: returns what it answers, or undefined if that cannot be known. */
  answer(moment: Moment | undefined, now: number): LiveExchange | undefined {
    const { next } = this
    if (next && moment) {
      if (this.#wasBefore(moment, next)) return this.#drop()
      if (this.isAfterLoss && this.#mayBeAnothers(moment, next)) this.answersUnknown()
    }
    return this.#take(now)
  }

  /** Bytes of requests were lost. `whole`: at least one whole request, or its beginning. */
  requestsLost(whole: boolean): void {
    // One at a time: an answer that nobody had asked for was its answer, so it waits no more.
    const waits = this.#pipelines || (whole && this.#unpaired === 0)
    if (waits) this.#hold()
    this.#unpaired = 0
  }

  /** The end of the last request was lost: where several are open at once, others may be lost with it. */
  requestCut(): void {
    if (this.#pipelines || this.#open.length > 1) this.#hold()
    else this.#isCut = true
  }

  /** Whether the last request gets an answer is not known: none is its, and one that comes may be nobody's. */
  disown(exchange: LiveExchange): void {
    if (this.#open.at(-1) !== exchange) return
    this.#open.pop()
    this.#lose(exchange)
    this.#hold()
  }

  #hold(): void {
    if (this.isEmpty || this.#open.at(-1) !== undefined) this.#open.push(undefined)
  }

  /** Bytes of responses were lost. `whole`: at least one whole response, or its beginning. */
  answersLost(whole: boolean): void {
    this.#afterLoss = true
    if (!whole) return
    if (this.isEmpty) this.#unpaired++
    else this.#lose(this.#open.shift())
  }

  /** Nobody knows what was lost of the responses. */
  answersUnknown(): void {
    this.#afterLoss = true
    this.#owed += this.#open.length
    this.#loseOpen()
  }

  /** Hands out what the next response answers, as far as that is known, and forgets it. */
  takeNext(): LiveExchange | undefined {
    return this.next && this.#open.shift()
  }

  /** Hands out all that is open, in order, and forgets it. */
  takeAll(): LiveExchange[] {
    const left = this.#open.filter((exchange) => exchange !== undefined)
    this.#open.length = 0
    return left
  }

  #take(now: number): LiveExchange | undefined {
    const open = this.#open
    if (now < this.#blindUntil) return this.#lose(open.shift())
    const lostBefore = this.isAfterLoss
    this.#blindUntil = 0
    this.#afterLoss = false
    if (open.length === 0) return this.#drop()
    if (open.length === 1) return open.shift()
    if (!lostBefore) this.#pipelines = true
    // After a loss nobody knows whose it is; nor behind one of the lost requests, or several.
    if (lostBefore || open[0] === undefined) return this.#loseAll(now)
    return open.shift()
  }

  /** No thread answers what it has not read, or reads the answer to what it has not asked. */
  #wasBefore(moment: Moment, { opened, damaged }: LiveExchange): boolean {
    if (moment.time >= opened.time) return false
    // Another thread's request may have been stamped late; after a loss that is not likely enough.
    return this.#role === 'server' || moment.tid === opened.tid || damaged
  }

  /** For all that is known the thread read another request since this one, or its answer. */
  #mayBeAnothers({ tid }: Moment, { requestLast, opened }: LiveExchange): boolean {
    return !this.#reads.isSureSince(tid, (requestLast ?? opened).time)
  }

  /** It answers none of the open requests. */
  #drop(): undefined {
    this.#afterLoss = false
    if (this.#owed > 0) this.#owed--
    else this.#unpaired++
    return undefined
  }

  #lose(exchange: LiveExchange | undefined): undefined {
    if (exchange) this.#listener.answerLost(exchange)
    return undefined
  }

  #loseOpen(): void {
    for (const exchange of this.#open) this.#lose(exchange)
    this.#open.length = 0
  }

  #loseAll(now: number): undefined {
    this.#owed += this.#open.length - 1
    this.#loseOpen()
    if (!this.#pipelines) return undefined
    this.#blindUntil = now + MAX_BLIND
    return undefined
  }
}
