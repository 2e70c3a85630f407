import { isAmong } from '../base/few.ts'
import { RecentMap } from '../base/recent-map.ts'
import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import type { Exchange } from '../exchanges/exchange.ts'
import { bornAt, type Moment, UNREADABLE } from '../sockets/moment.ts'
import { ActivitySet } from './activity-set.ts'
import { IdentityTrust } from './identity-trust.ts'
import type { CallLineage, RequestLineage } from './lineage.ts'
import { PendingCalls } from './pending-calls.ts'
import type { UnparentedReason } from './place.ts'

/** Activities of one process that are remembered; those used least lately go first. */
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
  /** Its calls, and those of activities copied from it, that no answer has claimed yet. */
  calls: CallLineage[] = []
  /** It answered: for the request that was read and answered then. */
  answered: RequestLineage[] = []
  /** When it last made a call for no request that it answered. */
  strayedAt = -MEMORY
  /** When it last made a call itself. */
  calledAt = 0
  usedAt = 0
}

/**
 * The identity model: a call belongs to request R if it was made in the very activity that answers
 * R, between R's last read and its answer; or in one that was copied from it in that time.
 *
 * An address is an identity only while its object lives, so an activity is believed only where it
 * answers one request at a time and makes no calls in between; not where it also read the request:
 * what reads and answers alike is the connection, not the handler; and only in programs whose calls
 * are claimed in this way.
 */
export class IdentityModel {
  /** Calls that one answer alone claims; and those that none does, or more than one. */
  claimed = 0
  unclaimed = 0
  readonly #kindOf: (exchange: Exchange) => string
  readonly #gone: ActivitySet
  readonly #activities = new RecentMap<number, Activity>(MAX_ACTIVITIES, MEMORY)
  readonly #trust = new IdentityTrust()
  readonly #inheritedTrust = new IdentityTrust()
  readonly #pending = new PendingCalls()
  /** They called after the answer to the request in which they were made. */
  readonly #services = new ActivitySet()
  /** Until then work may be of requests that were read before the agent came: it shows nothing. */
  #blindUntil = 0

  constructor(kindOf: (exchange: Exchange) => string, gone: ActivitySet) {
    this.#kindOf = kindOf
    this.#gone = gone
  }

  /** Activities remembered. */
  get size(): number {
    return this.#activities.size
  }

  /** `open`: requests of the process that are not answered yet. */
  called(call: CallLineage, open: number): void {
    const { activity, parentActivity, grandparentActivity, time } = call.opened
    call.unread =
      activity === UNREADABLE || parentActivity === UNREADABLE || grandparentActivity === UNREADABLE
    if (activity <= UNREADABLE) return
    if (this.#hasOutlived(call)) this.#services.add(activity)
    const entry = this.#of(activity, time)
    entry.calledAt = time
    call.kind = this.#kindOf(call.exchange)
    if (open === 0) {
      this.#trust.background(call.kind)
      this.#inheritedTrust.background(call.kind)
      entry.strayedAt = time
      return
    }
    offer(entry, call)
    if (parentActivity > UNREADABLE) offer(this.#of(parentActivity, time), call)
    if (grandparentActivity > UNREADABLE) offer(this.#of(grandparentActivity, time), call)
    call.claimable = true
    this.#pending.add(call)
  }

  /** The first request was read on a connection older than the agent: the one before it is answered. */
  caughtUp(at: MonotonicNs): void {
    this.#blindUntil = Math.max(this.#blindUntil, at)
  }

  /** Names the calls that this answer claims. Whether they are believed is asked later. */
  answers(request: RequestLineage, moment: Moment): void {
    const { activity, time } = moment
    if (activity <= UNREADABLE || request.exchange.damaged) {
      this.#excuse(request, time, activity === UNREADABLE)
      return
    }
    const entry = this.#of(activity, time)
    const unclaimed: CallLineage[] = []
    for (const call of entry.calls) {
      const at = call.opened.time
      if (at > time) unclaimed.push(call)
      else if (isFrom(call, activity, request.lastRead)) claim(call, request, activity)
      else if (call.opened.activity === activity) entry.strayedAt = Math.max(entry.strayedAt, at)
    }
    entry.calls = unclaimed
    if (request.calls) request.kind = this.#kindOf(request.exchange)
    contest(entry.answered, request)
    if (entry.answered.length >= MAX_ANSWERED) entry.answered.shift()
    entry.answered.push(request)
  }

  /** Nobody knows which activity worked for this request. */
  unanswered(request: RequestLineage, at: MonotonicNs): void {
    this.#excuse(request, at, false)
  }

  #excuse(request: RequestLineage, at: MonotonicNs, unread: boolean): void {
    if (!unread && this.#activities.size === 0) return // nothing here is judged by an identity
    this.#pending.excuse(request.opened.time, at, unread)
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
      if (!call.claimedBy) {
        if (this.#pending.isUnread(call)) call.unread = true
        unclaimed.push(call)
      }
      if (call.opened.time >= this.#blindUntil && !this.#pending.isExcused(call)) this.#judge(call)
    }
    return unclaimed
  }

  /** Judged when the request's answer has settled. */
  believes(call: CallLineage): boolean {
    const { claimedBy: request } = call
    if (!request?.answer || !this.#isConsistent(call, request)) return false
    if (call.inherited && !request.alone && !this.#isOver(call, request)) return false
    const caughtUp = this.#pending.from > request.answer.time
    return this.#trustOf(call).holds(call.kind, request.kind, request.alone, caughtUp)
  }

  /** Why no answer claims the call, where more is known of that than the models of threads know. */
  doubt(call: CallLineage): UnparentedReason | undefined {
    if (this.#services.has(call.opened.activity)) return 'service-activity'
    return call.unread ? 'identity-lost' : undefined
  }

  /** More calls may show that what claims this kind is right. */
  isLearning(call: CallLineage): boolean {
    const { claimedBy } = call
    if (!claimedBy || this.#trustOf(call).hasFailed(call.kind)) return false
    return this.#isConsistent(call, claimedBy)
  }

  #judge(call: CallLineage): void {
    const { claimedBy: request, kind } = call
    if (request && !request.contested && !call.disputed) this.claimed++
    else this.unclaimed++
    if (request) {
      if (request.contested || call.disputed) this.#trustOf(call).failed(kind)
      else if (this.#isConsistent(call, request))
        this.#trustOf(call).clean(kind, request.kind, request.alone)
      return
    }
    this.#trust.failed(kind)
    this.#inheritedTrust.failed(kind)
    const entry = this.#activities.get(call.opened.activity)
    if (entry) entry.strayedAt = Math.max(entry.strayedAt, call.opened.time)
  }

  #isConsistent(call: CallLineage, request: RequestLineage): boolean {
    const activity = request.answer?.activity ?? 0
    if (activity === 0 || activity === request.opened.activity) return false
    if (request.contested || call.disputed) return false
    const { time } = call.opened
    return this.#isSteady(activity, time) && this.#isSteady(call.opened.activity, time)
  }

  /**
   * What was copied from the activity of a request may work for others later, as a task that sends
   * for all does; not if it is gone.
   */
  #isOver({ opened }: CallLineage, request: RequestLineage): boolean {
    const { activity } = opened
    const entry = this.#activities.get(activity)
    return this.#gone.has(activity) && (entry?.calledAt ?? 0) <= (request.answer?.time ?? 0)
  }

  /** It did not stray lately, nor since. */
  #isSteady(activity: number, time: MonotonicNs): boolean {
    const entry = this.#activities.get(activity)
    if (!entry) return false
    return entry.strayedAt <= time - MEMORY || entry.strayedAt < this.#blindUntil
  }

  /** Copied within a request from the activity that answered it, and calling after that. */
  #hasOutlived({ opened: { activity, parentActivity, time } }: CallLineage): boolean {
    const born = bornAt(activity)
    const origin = born < 0 ? undefined : this.#activities.get(parentActivity)
    for (const { lastRead, answer } of origin?.answered ?? [])
      if (answer && lastRead <= born && born <= answer.time && answer.time < time) return true
    return false
  }

  #trustOf(call: CallLineage): IdentityTrust {
    return call.inherited ? this.#inheritedTrust : this.#trust
  }

  #of(activity: number, time: MonotonicNs): Activity {
    let entry = this.#activities.use(activity, time)
    if (!entry || entry.usedAt < time - MEMORY) {
      entry = new Activity()
      this.#activities.set(activity, entry, time)
    }
    entry.usedAt = time
    return entry
  }
}

function offer(entry: Activity, call: CallLineage): void {
  if (entry.calls.length >= MAX_CALLS) entry.calls.shift()
  entry.calls.push(call)
}

/** Made after `since` by this activity, or by one that was copied from it after that. */
function isFrom({ opened }: CallLineage, activity: number, since: number): boolean {
  if (opened.activity === activity) return opened.time >= since
  const heir = opened.parentActivity === activity ? opened.activity : opened.parentActivity
  return bornAt(heir) >= since
}

function claim(call: CallLineage, request: RequestLineage, activity: number): void {
  if (call.decided) return
  if (call.claimedBy && call.claimedBy !== request) call.disputed = true
  call.claimedBy = request
  call.inherited = call.opened.activity !== activity
  if (!isAmong(request.calls, call)) request.mayHaveMade(call)
}

/** Those that the activity answered while this one was open too: a handler has one at a time. */
function contest(answered: readonly RequestLineage[], request: RequestLineage): void {
  for (const other of answered) {
    if ((other.answer?.time ?? 0) <= request.lastRead) continue
    other.contested = true
    request.contested = true
  }
}
