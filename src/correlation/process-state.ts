import type { MonotonicNs } from '../base/time.ts'
import type { Exchange } from '../exchanges/exchange.ts'
import type { ThreadServes } from '../processes/process.ts'
import { ActivitySet } from './activity-set.ts'
import { AnswerTest } from './answer-test.ts'
import { IdentityModel } from './identity-model.ts'
import type { RequestLineage } from './lineage.ts'
import { RequestOrder } from './request-order.ts'
import { SiblingTrust } from './sibling-trust.ts'

/** Requests whose answers contradicted, kept to distrust siblings made while they were open. */
const MAX_STRAYS = 1000

/** What correlation keeps of one traced process. */
export class ProcessState {
  readonly tgid: number
  /** Where it serves `segments`, every thread is judged as if it ran a loop. */
  threadServes: ThreadServes
  /** Server and span name of a call: what siblings are trusted by. */
  readonly kindOf: (exchange: Exchange) => string
  /** Answers of blocking threads, and of loops. */
  readonly answers = new AnswerTest()
  readonly loopAnswers = new AnswerTest()
  /** Answers of blocking threads, without those to requests that a reader had read for them. */
  readonly ownAnswers = new AnswerTest()
  /** A request was read on a connection that is older than the agent. */
  servesLate = false
  readonly siblings = new SiblingTrust()
  /** Where the runtime tells activities apart on one thread. */
  readonly identity: IdentityModel
  /** When it exited, if it had requests open then. */
  exitedAt = Number.POSITIVE_INFINITY
  readonly #open = new RequestOrder((request) => request.ended)
  readonly #unanswered = new RequestOrder((request) => request.answered || request.ended)
  readonly #strays: { read: number; answered: number; tid: number }[] = []
  /** Open requests by the trace context they came with: `traceid-spanid` to the one, or to 'several'. */
  readonly #byHeader = new Map<string, RequestLineage | 'several'>()

  constructor(
    tgid: number,
    threadServes: ThreadServes,
    kindOf: (exchange: Exchange) => string,
    gone = new ActivitySet(),
  ) {
    this.tgid = tgid
    this.threadServes = threadServes
    this.kindOf = kindOf
    this.identity = new IdentityModel(kindOf, gone)
  }

  /** Requests read and not yet fully answered. */
  get open(): number {
    return this.#open.size
  }

  get unanswered(): number {
    return this.#unanswered.size
  }

  /** When the first request was read that has no answer yet. */
  get unansweredFrom(): number {
    return this.#unanswered.first?.opened.time ?? Number.POSITIVE_INFINITY
  }

  opened(request: RequestLineage): void {
    this.exitedAt = Number.POSITIVE_INFINITY // the number is another process's now
    // Of several open ones all but perhaps the first know already that they are not alone.
    const { first } = this.#open
    if (first) {
      request.alone = false
      first.alone = false
    }
    this.#open.add(request)
    this.#unanswered.add(request)
    const key = headerKey(request)
    if (key) this.#byHeader.set(key, this.#byHeader.has(key) ? 'several' : request)
  }

  /** One more, which is marked so right after. */
  answered(): void {
    this.#unanswered.remove()
  }

  /** It is marked so already. */
  ended(request: RequestLineage, at: MonotonicNs): void {
    this.#open.remove()
    if (!request.answered) {
      this.#unanswered.remove()
      this.identity.unanswered(request, at)
    }
    const key = headerKey(request)
    if (key && this.#byHeader.get(key) === request) this.#byHeader.delete(key)
    // 'several' stays until the last of the process ends: which of them is left cannot be told.
    if (this.#open.size === 0) this.#byHeader.clear()
  }

  strayed(read: MonotonicNs, answered: MonotonicNs, tid: number): void {
    this.#strays.push({ read, answered, tid })
    if (this.#strays.length > MAX_STRAYS) this.#strays.shift()
  }

  /** A request that contradicted was open at this time. */
  strayOpenAt(time: MonotonicNs): boolean {
    return this.#strays.some(({ read, answered }) => read <= time && time <= answered)
  }

  /** The same, answered on this thread: a connection is handed on within a loop. */
  strayOpenOn(tid: number, time: MonotonicNs): boolean {
    return this.#strays.some(
      (stray) => stray.tid === tid && stray.read <= time && time <= stray.answered,
    )
  }

  /** The open request that came with the very trace context that this call carries. */
  cameWith(traceId: string, spanId: string): RequestLineage | undefined {
    const found = this.#byHeader.get(`${traceId}-${spanId}`)
    return found === 'several' ? undefined : found
  }
}

function headerKey(request: RequestLineage): string | undefined {
  return request.header && `${request.header.traceId}-${request.header.spanId}`
}
