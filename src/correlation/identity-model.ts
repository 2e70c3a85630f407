import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import type { Exchange } from '../exchanges/exchange.ts'
import type { Moment } from '../sockets/moment.ts'
import { IdentityTrust } from './identity-trust.ts'
import type { CallLineage, RequestLineage } from './lineage.ts'
import { PendingCalls } from './pending-calls.ts'

/** Activities of one process that are remembered; the one used least lately goes first. */
const MAX_ACTIVITIES = 65_536
/** Undecided calls of one activity. */
const MAX_CALLS = 256
/** Answers of one activity that may overlap with the next. */
const MAX_ANSWERED = 32
/** An activity is an address: what it did longer ago may have been another's. */
const MEMORY = 10 * SECOND

const NONE: readonly CallLineage[] = []

/** What one activity (a context object of the runtime) did lately. */
class Activity {
  /** Calls that no answer has claimed yet. */
  calls: CallLineage[] = []
  /** It answered: for the request that was read and answered then. */
  answered: RequestLineage[] = []
  /** When it last made a call for no request that it answered. */
  strayedAt = -MEMORY
  usedAt = 0
}

/**
 * The identity model: a call belongs to request R if it was made in the very activity that answers
 * R, between R's last read and its answer.
 *
 * An address is an identity only while its object lives, so an activity is believed only where it
 * answers one request at a time and makes no calls in between; not where it also read the request:
 * what reads and answers alike is the connection, not the handler; and only in programs whose calls
 * are claimed in this way.
 */
export class IdentityModel {
  readonly #kindOf: (exchange: Exchange) => string
  readonly #activities = new Map<number, Activity>()
  readonly #trust = new IdentityTrust()
  readonly #pending = new PendingCalls()

  constructor(kindOf: (exchange: Exchange) => string) {
    this.#kindOf = kindOf
  }

  /** `open`: requests of the process that are not answered yet. */
  called(call: CallLineage, open: number): void {
    const { activity, time } = call.opened
    if (activity === 0) return
    const entry = this.#of(activity, time)
    call.kind = this.#kindOf(call.exchange)
    if (open === 0) {
      this.#trust.background(call.kind)
      entry.strayedAt = time
      return
    }
    if (entry.calls.length >= MAX_CALLS) entry.calls.shift()
    entry.calls.push(call)
    call.claimable = true
    this.#pending.add(call)
  }

  /** Names the calls that this answer claims. Whether they are believed is asked later. */
  answers(request: RequestLineage, moment: Moment): void {
    const { activity, time } = moment
    if (activity === 0 || request.exchange.damaged) {
      this.unanswered(request, time)
      return
    }
    const entry = this.#of(activity, time)
    const unclaimed: CallLineage[] = []
    for (const call of entry.calls) {
      const at = call.opened.time
      if (at >= request.lastRead && at <= time && !call.decided) claim(call, request)
      else if (at < request.lastRead) entry.strayedAt = Math.max(entry.strayedAt, at)
      else unclaimed.push(call)
    }
    entry.calls = unclaimed
    if (request.calls.length > 0) request.kind = this.#kindOf(request.exchange)
    contest(entry.answered, request)
    if (entry.answered.length >= MAX_ANSWERED) entry.answered.shift()
    entry.answered.push(request)
  }

  /** Nobody knows which activity worked for this request. */
  unanswered(request: RequestLineage, at: MonotonicNs): void {
    this.#pending.excuse(request.opened.time, at)
  }

  /**
   * All requests that were read before `readFrom` are answered or gone.
   *
   * @returns calls that nobody will claim any more
   */
  settle(readFrom: number, now: MonotonicNs): readonly CallLineage[] {
    let call = this.#pending.next(readFrom, now)
    if (call === undefined) return NONE
    const unclaimed: CallLineage[] = []
    for (; call; call = this.#pending.next(readFrom, now)) {
      call.claimable = false
      if (!call.claimedBy) unclaimed.push(call)
      if (!this.#pending.isExcused(call)) this.#judge(call)
    }
    return unclaimed
  }

  /** Judged when the request's answer has settled. */
  believes(call: CallLineage): boolean {
    const { claimedBy: request } = call
    if (!request?.answer || !this.#isConsistent(call, request)) return false
    const caughtUp = this.#pending.from > request.answer.time
    return this.#trust.holds(call.kind, request.kind, request.alone, caughtUp)
  }

  #judge(call: CallLineage): void {
    const { claimedBy: request, kind } = call
    if (request) {
      if (request.contested) this.#trust.failed(kind)
      else if (this.#isConsistent(call, request))
        this.#trust.clean(kind, request.kind, request.alone)
      return
    }
    this.#trust.failed(kind)
    const entry = this.#activities.get(call.opened.activity)
    if (entry) entry.strayedAt = Math.max(entry.strayedAt, call.opened.time)
  }

  #isConsistent(call: CallLineage, request: RequestLineage): boolean {
    const activity = request.answer?.activity ?? 0
    if (activity === 0 || activity === request.opened.activity || request.contested) return false
    const entry = this.#activities.get(activity)
    return entry !== undefined && entry.strayedAt <= call.opened.time - MEMORY
  }

  #of(activity: number, time: MonotonicNs): Activity {
    let entry = this.#activities.get(activity)
    if (entry) this.#activities.delete(activity)
    else if (this.#activities.size >= MAX_ACTIVITIES) this.#makeRoom()
    if (!entry || entry.usedAt < time - MEMORY) entry = new Activity()
    entry.usedAt = time
    this.#activities.set(activity, entry)
    return entry
  }

  #makeRoom(): void {
    for (const oldest of this.#activities.keys()) {
      this.#activities.delete(oldest)
      return
    }
  }
}

function claim(call: CallLineage, request: RequestLineage): void {
  call.claimedBy = request
  if (!request.calls.includes(call)) request.calls.push(call)
}

/** Those that the activity answered while this one was open too: a handler has one at a time. */
function contest(answered: readonly RequestLineage[], request: RequestLineage): void {
  for (const other of answered) {
    if ((other.answer?.time ?? 0) <= request.lastRead) continue
    other.contested = true
    request.contested = true
  }
}
