import { oneOf } from '../base/few.ts'
import { type MonotonicNs, MS, SECOND } from '../base/time.ts'
import { Timeline } from '../base/timeline.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Connections } from './connections.ts'
import { CallLineage, type Lineage, type RequestLineage } from './lineage.ts'
import { proven } from './loop-model.ts'
import type { UnparentedReason } from './place.ts'
import type { ProcessState } from './process-state.ts'
import { doubted } from './thread-model.ts'
import type { Threads } from './threads.ts'

/** From the first byte of a request's answer to the decision on its calls (design: 0.2 to 2 s are equally safe). */
const SETTLE = 300 * MS
/** From a call's end to its decision when its request is still unanswered. */
const CALL_LIMIT = 10 * SECOND
const LOOK_PAUSE = 250 * MS
/** From the opening of a call without a known request to its decision. */
const UNOWNED = SECOND

/** Reasons that only a model which holds can give. */
const LOOP_CLAIMS = new Set<UnparentedReason>([
  'already-answered',
  'unconfirmed',
  'events-lost',
  'unseen-read',
])
/** Reasons that hold whatever activities there are. */
const STANDING = new Set<UnparentedReason>(['mixed-read', 'hand-over', 'runtime-unsupported'])
const THREAD_CLAIMS = new Set<UnparentedReason>(['no-request', 'already-answered', 'attached-late'])

/** What the decisions rest on. */
export interface Evidence {
  readonly threads: Threads
  readonly connections: Connections
  process(tgid: number): ProcessState | undefined
  /** From when on the waits of a process with loops are seen; -1: all along. */
  waitsSeenSince(tgid: number): number
  lossReason(): UnparentedReason
  readonly counters: Counters
  decided(lineage: Lineage): void
  settled(request: RequestLineage): void
}

/** When a parent is decided, and by what. Each is decided once, and never after export. */
export class Decisions {
  readonly #evidence: Evidence
  readonly #settling = new Timeline<RequestLineage>(SETTLE)
  /** Calls that have ended undecided, the longest ago first. */
  readonly #ended = new Map<CallLineage, number>()
  /** Calls whose kind is not believed yet, but may be soon. */
  readonly #learning = new Set<CallLineage>()
  #nextLook = 0
  readonly #unowned = new Timeline<CallLineage>(UNOWNED)
  readonly #alone = new Timeline<RequestLineage>(SETTLE)

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  /** The call's header may name its parent at once; else its request's answer will. */
  callOpened(call: CallLineage, process: ProcessState): void {
    if (call.header) {
      const carrier = process.cameWith(call.header.traceId, call.header.spanId)
      if (carrier && !carrier.placed) {
        call.owner = carrier
        this.#parent(call, carrier, 'header')
        return
      }
    }
    if (call.owner && !call.owner.settled) return
    if (call.claimable) return
    // The next answers may show that this process hands its requests between threads.
    if (!call.owner && process.open > 0) this.#unowned.add(call, call.opened.time)
    else this.#decideCall(call)
  }

  /** No answer will claim it any more. */
  unclaimed(call: CallLineage, now: MonotonicNs): void {
    if (call.decided || (call.owner && !call.owner.settled)) return
    this.#unowned.add(call, now)
  }

  requestJoined(request: RequestLineage): void {
    this.#evidence.counters.parents.add('connection')
    this.#decide(request)
  }

  /** No other end known yet: the writer may be stamped a little later than the reader. */
  requestAlone(request: RequestLineage): void {
    this.#alone.add(request, request.opened.time)
  }

  answered(request: RequestLineage, at: MonotonicNs): void {
    this.#settling.add(request, at)
  }

  requestEnded(request: RequestLineage, at: MonotonicNs): void {
    if (!request.answered) this.#settling.add(request, at)
  }

  callEnded(call: CallLineage, at: MonotonicNs): void {
    if (!call.decided) this.#ended.set(call, at + CALL_LIMIT)
  }

  tick(now: MonotonicNs): void {
    for (let request = this.#alone.due(now); request; request = this.#alone.due(now))
      this.#decideRequest(request)
    for (let request = this.#settling.due(now); request; request = this.#settling.due(now))
      this.#settle(request)
    for (let call = this.#unowned.due(now); call; call = this.#unowned.due(now))
      this.#decideUnowned(call)
    if (now >= this.#nextLook) this.#lookAtEnded(now)
  }

  #lookAtEnded(now: MonotonicNs): void {
    this.#nextLook = now + LOOK_PAUSE
    this.#lookAtLearning()
    for (const [call, due] of this.#ended) {
      if (due > now) return
      this.#decideCall(call)
    }
  }

  finish(): void {
    this.tick(Number.MAX_SAFE_INTEGER as MonotonicNs)
    for (const call of this.#learning) this.#decideCall(call)
  }

  #settle(request: RequestLineage): void {
    request.settled = true
    this.#decideRequest(request)
    const { calls } = request
    for (let i = 0, call = oneOf(calls, 0); call; call = oneOf(calls, ++i))
      if (!this.#waits(call, request)) this.#decideCall(call)
    request.forgetCalls()
    this.#evidence.settled(request)
  }

  /** Its own activity tells more: once it has answered, or once what it tells is known to be true. */
  #waits(call: CallLineage, request: RequestLineage): boolean {
    const { claimedBy } = call
    if (!claimedBy) return call.claimable
    if (claimedBy !== request) return !claimedBy.settled
    const identity = this.#evidence.process(call.opened.tgid)?.identity
    if (!identity?.isLearning(call) || identity.believes(call)) return false
    this.#learning.add(call)
    return true
  }

  /** Those that others have shown to be right meanwhile, or wrong; the rest has its limit. */
  #lookAtLearning(): void {
    for (const call of this.#learning) {
      const identity = this.#evidence.process(call.opened.tgid)?.identity
      if (!call.decided && identity?.isLearning(call) && !identity.believes(call)) continue
      this.#learning.delete(call)
      this.#decideCall(call)
    }
  }

  #decideRequest(request: RequestLineage): void {
    if (request.decided) return
    this.#evidence.connections.settle(request.exchange)
    if (request.header) {
      request.remote = true
      request.model = 'header'
      this.#evidence.counters.parents.add('header')
    } else request.reason = this.#whyAlone(request)
    this.#decide(request)
  }

  /** `entry`: the other end is no traced process of this host. */
  #whyAlone(request: RequestLineage): UnparentedReason {
    const { socket, damaged } = request.exchange
    const other = this.#evidence.connections.otherEnd(socket)
    if (!other) return 'entry'
    if (socket.late || other.late) return 'attached-late'
    return damaged ? this.#evidence.lossReason() : 'peer-unknown'
  }

  #decideCall(call: CallLineage): void {
    if (call.decided) return
    const process = this.#evidence.process(call.opened.tgid)
    const doubt = process ? this.#doubt(call, process) : (call.doubt ?? 'no-request')
    if (!call.header && this.#identified(call, process)) return
    if (call.header) this.#byHeader(call, doubt)
    else if (doubt || !call.owner) this.#without(call, doubt ?? 'no-request', process)
    else this.#parent(call, call.owner, call.onLoop ? 'segment' : 'thread')
  }

  #identified(call: CallLineage, process: ProcessState | undefined): boolean {
    const { claimedBy } = call
    if (!claimedBy || !process?.identity.believes(call)) return false
    this.#parent(call, claimedBy, 'identity')
    return true
  }

  #doubt(call: CallLineage, process: ProcessState): UnparentedReason | undefined {
    const { owner } = call
    if (process.threadServes === 'many') return 'runtime-unsupported'
    if (!owner) return call.doubt ?? this.#evidence.lossReason()
    const { threads } = this.#evidence
    const thread = threads.get(call.opened.tid)
    if (!call.onLoop) {
      if (owner.opened.time < this.#evidence.waitsSeenSince(process.tgid)) return 'attached-late'
      if (!thread?.loops && process.threadServes === 'one') return doubted(owner, process)
      // A thread is known for a loop from its first wait only: what it called before needs the same proof.
      if (call.segment?.request !== owner) return 'unconfirmed'
      call.onLoop = true
    }
    const answering = owner.answer && threads.get(owner.answer.tid)
    return proven(call, owner, [thread, answering], process)
  }

  /** Requests were open beside it: one that was read before the agent came would be on a connection as old. */
  #decideUnowned(call: CallLineage): void {
    const servesLate = this.#evidence.process(call.opened.tgid)?.servesLate === true
    if (call.doubt === 'attached-late' && !servesLate) call.doubt = 'no-request'
    this.#decideCall(call)
  }

  /** The header's span is the parent unless evidence names a request of the same trace. */
  #byHeader(call: CallLineage, doubt: UnparentedReason | undefined): void {
    const owner = doubt ? undefined : call.owner
    if (owner && owner.header?.traceId === call.header?.traceId) {
      this.#parent(call, owner, call.onLoop ? 'segment' : 'thread')
      return
    }
    if (owner) this.#evidence.counters.conflicts.add('header-against-evidence')
    call.remote = true
    call.model = 'header'
    this.#evidence.counters.parents.add('header')
    this.#decide(call)
  }

  /** What a model says of a call without a parent is not believed either once it is contradicted. */
  #without(call: CallLineage, doubt: UnparentedReason, process: ProcessState | undefined): void {
    const contradicted = process !== undefined && this.#contradicts(call, doubt, process)
    const known = isOverruled(call, doubt) && process ? this.#unclaimed(call, process) : undefined
    call.reason = known ?? (contradicted ? 'model-contradicted' : doubt)
    if (contradicted || known) call.link = undefined
    this.#decide(call)
  }

  /** Where most calls are claimed, of one that is not the request or its answer may have been lost. */
  #unclaimed(call: CallLineage, { identity }: ProcessState): UnparentedReason | undefined {
    const known = identity.doubt(call)
    if (known || call.kind === '' || identity.claimed <= identity.unclaimed) return known
    const why = this.#evidence.lossReason()
    return why === 'events-lost' ? why : undefined
  }

  /**
   * A loop's `no-request` stands: nothing was open in the process at all. A thread without a loop
   * may work for requests that a loop has read.
   */
  #contradicts(call: CallLineage, doubt: UnparentedReason, process: ProcessState): boolean {
    if (call.onLoop) {
      const thread = this.#evidence.threads.get(call.exchange.opened.tid)
      return thread?.loopAnswers?.closed === true && LOOP_CLAIMS.has(doubt)
    }
    if (!THREAD_CLAIMS.has(doubt)) return false
    if (process.answers.closed || process.loopAnswers.closed) return true
    return process.strayOpenOn(call.opened.tid, call.opened.time)
  }

  #parent(
    call: CallLineage,
    request: RequestLineage,
    model: 'thread' | 'segment' | 'identity' | 'header',
  ): void {
    call.parent = request
    call.model = model
    this.#evidence.counters.parents.add(model)
    this.#decide(call)
  }

  #decide(lineage: Lineage): void {
    lineage.decided = true
    if (lineage instanceof CallLineage) this.#ended.delete(lineage)
    this.#evidence.decided(lineage)
  }
}

/** What a thread or its loop makes of a call, where the runtime itself tells activities apart. */
function isOverruled(call: CallLineage, doubt: UnparentedReason): boolean {
  if (doubt === 'no-request') return !call.onLoop
  return !STANDING.has(doubt)
}
