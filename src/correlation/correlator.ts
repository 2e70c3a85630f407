import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import type { Exchange, ExchangeListener } from '../exchanges/exchange.ts'
import type { ThreadServes } from '../processes/process.ts'
import type { Moment } from '../sockets/moment.ts'
import type { Socket } from '../sockets/socket.ts'
import type { Counters } from '../telemetry/counters.ts'
import { ActivitySet } from './activity-set.ts'
import { AnswerTest } from './answer-test.ts'
import { AsyncIds, UNKNOWN_CONTEXT } from './async-ids.ts'
import { Connections } from './connections.ts'
import { Decisions } from './decisions.ts'
import { traceContextOf } from './headers/carried.ts'
import { CallLineage, Lineage, RequestLineage } from './lineage.ts'
import { answerOnLoop, callOnLoop, replyCame } from './loop-model.ts'
import type { Place, UnparentedReason } from './place.ts'
import { Placement } from './placement.ts'
import { ProcessState } from './process-state.ts'
import { Segments } from './segments.ts'
import { SharedConnections } from './shared-connections.ts'
import { SpanIds } from './span-ids.ts'
import { answerLeft, callOnThread, requestRead } from './thread-model.ts'
import { forget, type Thread, Threads } from './threads.ts'

/** A request read before the agent came is taken for answered after so long. */
const ATTACH_GRACE = 10 * SECOND
/** Losses count as the cause of what is missing for so long after they were noticed. */
const LOSS_GRACE = 10 * SECOND
/** A process that was killed in the middle of requests is needed until these are decided. */
const EXIT_GRACE = 20 * SECOND

const WORD = new Map<boolean | undefined, 'confirmed' | 'contradicted'>([
  [true, 'confirmed'],
  [false, 'contradicted'],
])

/** What correlation needs to know from outside. */
export interface CorrelationFacts {
  /** What a thread of this process serves. */
  threadServes(exchange: Exchange): ThreadServes
  /** Server and span name of a call. */
  readonly kindOf: (exchange: Exchange) => string
  /** The span of this server request, and all below it, are not wanted. */
  isExcluded(exchange: Exchange): boolean
}

/** Decides which exchange caused which (design: Who caused whom). */
export class Correlator implements ExchangeListener {
  readonly #facts: CorrelationFacts
  readonly #counters: Counters
  readonly #ids: SpanIds
  readonly #threads = new Threads()
  readonly #segments = new Segments()
  readonly #connections = new Connections()
  readonly #shared = new SharedConnections()
  readonly #processes = new Map<number, ProcessState>()
  readonly #gone = new ActivitySet()
  readonly #asyncIds = new Map<number, AsyncIds>()
  readonly #decisions: Decisions
  readonly #placement: Placement
  /** Older than the agent, and a request was read there since. */
  readonly #lateServers = new WeakSet<Socket>()
  readonly #waitsSeenSince = new Map<number, MonotonicNs>()
  #lastLoss = -LOSS_GRACE
  readonly #lossReason = (): UnparentedReason =>
    this.#now - this.#lastLoss < LOSS_GRACE ? 'events-lost' : 'unseen-read'
  #now = 0
  #nextSettling = 0

  /** `place` gets each finished exchange once, with its final place. */
  constructor(
    seed: number,
    facts: CorrelationFacts,
    counters: Counters,
    place: (exchange: Exchange, place: Place) => void,
  ) {
    this.#facts = facts
    this.#counters = counters
    this.#ids = new SpanIds(seed)
    this.#placement = new Placement(this.#ids, counters, place)
    this.#decisions = new Decisions({
      threads: this.#threads,
      connections: this.#connections,
      process: (tgid) => this.#processes.get(tgid),
      waitsSeenSince: (tgid) => this.#waitsSeenSince.get(tgid) ?? -1,
      lossReason: this.#lossReason,
      counters,
      decided: (lineage) => this.#decided(lineage),
      settled: (request) => this.#placement.decided(request),
    })
  }

  operation(socket: Socket, moment: Moment, turn: number): void {
    this.#now = moment.time
    if (moment.goneActivity !== 0) this.#gone.add(moment.goneActivity)
    const thread = this.#threads.operation(moment, this.#lossReason)
    thread.turn = turn
    if (moment.ingress) this.#segments.open(moment)
    else if (moment.context === 0 && thread.endTurn === turn) moment.context = thread.endContext
    if (moment.idCount > 0) moment.context = this.#asyncIdsOf(moment.tgid).context(moment, socket)
    this.#connections.seen(socket)
  }

  carried(exchange: Exchange, moment: Moment): void {
    if (!moment.ingress) return
    const lineage = exchange.kept
    const segment = this.#segments.get(moment.context)
    if (lineage instanceof CallLineage) segment?.readReply(lineage)
    else if (lineage instanceof RequestLineage) {
      segment?.readRequest(lineage)
      if (!lineage.answered) lineage.readLast = moment
      const thread = this.#threads.get(moment.tid)
      if (thread && !lineage.answered && moment !== exchange.opened)
        requestRead(thread, lineage, moment)
    }
  }

  opened(exchange: Exchange): void {
    if (exchange.role === 'server') this.#requestOpened(exchange)
    else this.#callOpened(exchange)
  }

  answered(exchange: Exchange): void {
    const lineage = exchange.kept
    if (!exchange.answered) return
    if (lineage instanceof CallLineage)
      replyCame(lineage, exchange.answered, this.#process(exchange))
    else if (lineage instanceof RequestLineage) this.#requestAnswered(lineage, exchange.answered)
  }

  ended(exchange: Exchange): void {
    const lineage = exchange.kept
    if (!(lineage instanceof Lineage)) return
    lineage.ended = true
    const at = exchange.ended?.time ?? (this.#now as MonotonicNs)
    if (lineage instanceof RequestLineage) {
      const process = this.#process(exchange)
      process.ended(lineage, at)
      this.#settleIdentity(process)
      this.#decisions.requestEnded(lineage, at)
    } else if (lineage instanceof CallLineage) {
      if (exchange.ended?.ingress) this.#replyEnded(exchange, exchange.ended)
      this.#shared.ended(lineage)
      this.#decisions.callEnded(lineage, at)
    }
    exchange.kept = undefined
    this.#placement.ended(lineage)
  }

  /** The end of a stream that ended a reply brought no bytes, but what follows in its turn follows from the reply. */
  #replyEnded(exchange: Exchange, moment: Moment): void {
    const { answered } = exchange
    const thread = this.#threads.get(moment.tid)
    if (moment.context === 0 && answered && thread) {
      moment.context = answered.context
      thread.endTurn = thread.turn
      thread.endContext = answered.context
    }
    this.carried(exchange, moment)
  }

  lost(_socket: Socket, moment: Moment): void {
    const thread = this.#threads.get(moment.tid)
    if (thread && moment.ingress) forget(thread, this.#lossReason())
  }

  /** The kernel or the rings lost events, noticed at `at`. */
  eventsLost(at: MonotonicNs): void {
    this.#lastLoss = at
  }

  closed(socket: Socket): void {
    this.#connections.closed(socket, this.#now as MonotonicNs)
    this.#shared.closed(socket.id)
  }

  processExited(tgid: number): void {
    this.#threads.exited(tgid)
    this.#waitsSeenSince.delete(tgid)
    this.#asyncIds.delete(tgid)
    const state = this.#processes.get(tgid)
    if (!state) return
    if (state.open <= 0) this.#processes.delete(tgid)
    else state.exitedAt = this.#now
  }

  /** Everything up to `now` has been seen. */
  tick(now: MonotonicNs): void {
    this.#now = now
    if (now >= this.#nextSettling) {
      this.#nextSettling = now + SECOND
      for (const process of this.#processes.values()) {
        this.#settleIdentity(process)
        if (now - process.exitedAt > EXIT_GRACE) this.#processes.delete(process.tgid)
      }
    }
    this.#decisions.tick(now)
    this.#connections.tick(now)
  }

  /** Nothing more will come: decides what is left by what is known. */
  finish(): void {
    this.#decisions.finish()
  }

  /**
   * The process holds loop descriptors, but its waits are seen only from `since` on: what its
   * threads did before proves nothing.
   */
  waitsSeenSince(tgid: number, since: MonotonicNs): void {
    this.#waitsSeenSince.set(tgid, since)
  }

  /** Threads of the process turned out to serve more than one activity at a time. */
  threadsServe(tgid: number, what: ThreadServes): void {
    const state = this.#processes.get(tgid)
    if (state) state.threadServes = what
  }

  /** Threads of a process that moved bytes, and how many of them run loops. */
  threadsOf(tgid: number): { readonly all: number; readonly loops: number } {
    return this.#threads.countOf(tgid)
  }

  process(tgid: number): ProcessState | undefined {
    return this.#processes.get(tgid)
  }

  #requestOpened(exchange: Exchange): void {
    const header = traceContextOf(exchange.request.carrier)
    const request = new RequestLineage(exchange, this.#ids, header)
    request.excluded = this.#facts.isExcluded(exchange)
    exchange.kept = request
    const process = this.#process(exchange)
    process.opened(request)
    if (exchange.socket.late) this.#readLate(exchange, process)
    const thread = this.#threads.get(exchange.opened.tid)
    if (thread) requestRead(thread, request, exchange.opened)
    const call = this.#connections.request(request)
    if (call) this.#join(call, request)
    else this.#decisions.requestAlone(request)
  }

  /** Within the grace the connection may have had a request that was read before the agent came. */
  #readLate({ socket, opened }: Exchange, process: ProcessState): void {
    process.servesLate = true
    if (this.#lateServers.has(socket)) return
    this.#lateServers.add(socket)
    if (opened.time < ATTACH_GRACE) process.identity.caughtUp(opened.time)
  }

  #requestAnswered(request: RequestLineage, moment: Moment): void {
    const process = this.#process(request.exchange)
    const thread = this.#threadOf(moment.tid, process)
    if (thread && process.threadServes !== 'many') this.#test(request, thread, process, moment)
    if (thread) thread.answers = true
    if (!request.answered) process.answered()
    request.answered = true
    request.answer = moment
    this.#settleIdentity(process)
    this.#decisions.answered(request, moment.time)
  }

  /** The answer test, by the model of the thread that answers. */
  #test(request: RequestLineage, thread: Thread, process: ProcessState, moment: Moment): void {
    request.held = this.#heldBy(request, thread, process, moment)
    if (thread.loops) {
      thread.loopAnswers ??= new AnswerTest()
      thread.loopAnswers.add(request.held)
      process.loopAnswers.add(request.held)
    } else {
      process.answers.add(request.held)
      const wasHandedOver = request.held === false && this.#isReadForOthers(request)
      if (!wasHandedOver) process.ownAnswers.add(request.held)
    }
    process.identity.answers(request, moment)
    if (request.held === false) process.strayed(request.opened.time, moment.time, moment.tid)
    this.#counters.answers.add(WORD.get(request.held) ?? 'unknown')
  }

  #isReadForOthers({ opened }: RequestLineage): boolean {
    return this.#threads.get(opened.tid)?.isReader === true
  }

  #settleIdentity(process: ProcessState): void {
    const now = this.#now as MonotonicNs
    for (const call of process.identity.settle(process.unansweredFrom, now))
      this.#decisions.unclaimed(call, now)
  }

  #heldBy(
    request: RequestLineage,
    thread: Thread,
    process: ProcessState,
    moment: Moment,
  ): boolean | undefined {
    if (thread.loops) return answerOnLoop(this.#segments, request, moment)
    // It may run a loop for all that is known: the thread model has no say in it yet.
    const since = this.#waitsSeenSince.get(process.tgid) ?? -1
    return request.exchange.opened.time < since ? undefined : answerLeft(thread, request)
  }

  #callOpened(exchange: Exchange): void {
    const { tid, context, time } = exchange.opened
    const header = traceContextOf(exchange.request.carrier)
    const call = new CallLineage(exchange, this.#ids, header)
    exchange.kept = call
    const process = this.#process(exchange)
    const thread = this.#threadOf(tid, process)
    call.segment = this.#segments.get(context)
    call.lost = call.segment ? call.segment.lost : context !== 0
    if (call.segment) call.lostBy = call.segment.lostBy
    call.unset = context === UNKNOWN_CONTEXT || call.segment?.unset === true
    call.segment?.made(call)
    if (process.threadServes === 'many') call.doubt = 'runtime-unsupported'
    else if (thread?.loops) callOnLoop(call, process)
    else if (thread) callOnThread(thread, call, process, time > ATTACH_GRACE)
    if (process.threadServes !== 'many') process.identity.called(call, process.unanswered)
    this.#shared.opened(call)
    const request = this.#connections.call(call)
    if (request) this.#join(call, request)
    this.#decisions.callOpened(call, process)
  }

  #decided(lineage: Lineage): void {
    if (lineage instanceof CallLineage) this.#shared.decided(lineage)
    this.#placement.decided(lineage)
  }

  #join(call: CallLineage, request: RequestLineage): void {
    if (request.decided) return
    request.parent = call
    call.served = request
    request.model = 'connection'
    this.#decisions.requestJoined(request)
  }

  /** Where work moves between the threads, each is judged as if it ran a loop. */
  #threadOf(tid: number, process: ProcessState): Thread | undefined {
    const thread = this.#threads.get(tid)
    if (thread && process.threadServes === 'segments') thread.loops = true
    return thread
  }

  #asyncIdsOf(tgid: number): AsyncIds {
    let ids = this.#asyncIds.get(tgid)
    if (!ids) {
      ids = new AsyncIds((context) => this.#segments.get(context)?.request?.answered === false)
      this.#asyncIds.set(tgid, ids)
    }
    return ids
  }

  #process(exchange: Exchange): ProcessState {
    const { tgid } = exchange.opened
    let state = this.#processes.get(tgid)
    if (!state) {
      const { threadServes, kindOf } = this.#facts
      state = new ProcessState(tgid, threadServes(exchange), kindOf, this.#gone)
      this.#processes.set(tgid, state)
    }
    return state
  }
}
