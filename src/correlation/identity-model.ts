import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import type { Moment } from '../sockets/moment.ts'
import type { CallLineage, RequestLineage } from './lineage.ts'

/** Activities of one process that are remembered; the one used least lately goes first. */
const MAX_ACTIVITIES = 65_536
/** Undecided calls of one activity. */
const MAX_CALLS = 256
/** Answers of one activity that may overlap with the next. */
const MAX_ANSWERED = 32
/** An activity is an address: what it did longer ago may have been another's. */
const MEMORY = 10 * SECOND

/** What one activity (a context object of the runtime) did lately. */
class Activity {
  /** Calls that no answer has claimed yet. */
  calls: CallLineage[] = []
  /** It answered: for the request that was read and answered then. */
  answered: RequestLineage[] = []
  /** Last time it was seen to call for no request that it answered. */
  strayedAt = -MEMORY
  usedAt = 0
}

/**
 * The identity model: a call belongs to request R if it was made in the very activity that answers
 * R, between R's last read and its answer.
 *
 * An address is an identity only while its object lives, so an activity is believed only where it
 * answers one request at a time and makes no calls in between; and not where it also read the
 * request: what reads and answers alike is the connection, not the handler.
 */
export class IdentityModel {
  readonly #activities = new Map<number, Activity>()

  called(call: CallLineage): void {
    const { activity, time } = call.opened
    if (activity === 0) return
    const entry = this.#of(activity, time)
    if (entry.calls.length >= MAX_CALLS) entry.calls.shift()
    entry.calls.push(call)
  }

  /** Names the calls that this answer claims. Whether they are believed is asked later. */
  answers(request: RequestLineage, moment: Moment): void {
    const { activity, time } = moment
    if (activity === 0 || request.exchange.damaged) return
    const entry = this.#of(activity, time)
    const unclaimed: CallLineage[] = []
    for (const call of entry.calls) {
      const at = call.opened.time
      if (at >= request.lastRead && at <= time && !call.decided) claim(call, request)
      else if (at < request.lastRead) entry.strayedAt = Math.max(entry.strayedAt, at)
      else unclaimed.push(call)
    }
    entry.calls = unclaimed
    if (entry.answered.length >= MAX_ANSWERED) entry.answered.shift()
    entry.answered.push(request)
  }

  /** Judged when the request's answer has settled. */
  believes(call: CallLineage): boolean {
    const { claimedBy: request } = call
    const answered = request?.answer
    if (!request || !answered) return false
    const entry = this.#activities.get(answered.activity)
    if (!entry || answered.activity === request.opened.activity) return false
    if (entry.strayedAt > call.opened.time - MEMORY) return false
    if (entry.calls.some((one) => strays(one, answered.time))) return false
    return entry.answered.every((other) => other === request || isApart(other, request))
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

/** Made after the answer that it does not belong to, by the same activity. */
function strays(call: CallLineage, answeredAt: number): boolean {
  return call.opened.time > answeredAt && call.claimedBy === undefined
}

/** One after the other: a handler that serves a connection, or the next one at this address. */
function isApart(other: RequestLineage, request: RequestLineage): boolean {
  const a = other.answer?.time ?? Number.POSITIVE_INFINITY
  const b = request.answer?.time ?? Number.POSITIVE_INFINITY
  return a <= request.lastRead || b <= other.lastRead
}
