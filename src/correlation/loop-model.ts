import { oneOf } from '../base/few.ts'
import type { Moment } from '../sockets/moment.ts'
import type { CallLineage, RequestLineage } from './lineage.ts'
import type { UnparentedReason } from './place.ts'
import type { ProcessState } from './process-state.ts'
import type { Segment, Segments } from './segments.ts'
import type { Thread } from './threads.ts'

/**
 * The segment model: on a loop, a call is request R's only by proof (design: Who caused whom).
 *
 * 1. Own way: made before R's answer in a segment that means R, and its reply led to R's answer and
 *    to no other request's.
 * 2. Sibling: its reply came before R's answer, and it stands in one segment with a call that led
 *    home and none that led away.
 */

/** Names the request whose segment the call was made in. */
export function callOnLoop(call: CallLineage, process: ProcessState): void {
  const { time } = call.opened
  const request = call.segment?.request
  call.onLoop = true
  call.sameSocket = call.segment?.repliedOn === call.exchange.socket
  call.means = request
  if (request && !request.answered) {
    call.owner = request
    request.mayHaveMade(call)
    return
  }
  if (!call.lost) process.siblings.failed(process.kindOf(call.exchange), time)
  call.doubt = whyNone(call, process)
}

function whyNone(call: CallLineage, process: ProcessState): UnparentedReason | undefined {
  if (call.segment?.mixed) return 'mixed-read'
  if (call.lost && !call.unset) return undefined
  if (call.segment?.request) return 'already-answered'
  return process.open === 0 ? 'no-request' : 'unconfirmed'
}

/** The reply began. One that its request did not wait for shows that such calls are not waited for. */
export function replyCame(call: CallLineage, moment: Moment, process: ProcessState): void {
  if (call.reply) return
  call.reply = moment
  if (call.onLoop && call.means?.answered)
    process.siblings.failed(process.kindOf(call.exchange), moment.time)
}

/**
 * The answer test on a loop. Also marks the calls that led to this answer: home or away.
 *
 * @returns undefined when it cannot be told what the answer left under.
 */
export function answerOnLoop(
  segments: Segments,
  request: RequestLineage,
  moment: Moment,
): boolean | undefined {
  const segment = segments.get(moment.context)
  const known = segment
    ? !segment.lost || segment.isOlderThan(request.exchange.opened.time)
    : moment.context === 0
  if (!known || request.exchange.damaged) return undefined
  const held = segment?.request === request
  if (segment) markBack(segment, held)
  return held
}

/** Back over the calls whose replies led to this segment. */
function markBack(segment: Segment, held: boolean): void {
  const todo: Segment[] = [segment]
  for (let next = todo.pop(); next; next = todo.pop()) {
    for (let i = 0, call = oneOf(next.openers, 0); call; call = oneOf(next.openers, ++i)) {
      if (held ? call.home : call.away) continue
      if (held) call.home = true
      else call.away = true
      if (call.segment) todo.push(call.segment)
    }
  }
}

/** Whether the proof per call holds; else why not. `threads`: the caller's and the answerer's. */
export function proven(
  call: CallLineage,
  request: RequestLineage,
  threads: readonly (Thread | undefined)[],
  process: ProcessState,
): UnparentedReason | undefined {
  if (threads.some((thread) => thread?.loopAnswers?.closed)) return 'model-contradicted'
  const direct = call.home && !call.away
  // A small pool can hand two requests' calls crosswise, so that each leads to the other's answer.
  const handedOn = call.sameSocket && process.strayOpenOn(call.opened.tid, call.opened.time)
  if (direct) return handedOn ? 'unconfirmed' : undefined
  if (!isSibling(call, request)) return 'unconfirmed'
  const kind = process.kindOf(call.exchange)
  // A thread that takes work from others may do so between its own request's read and its next wait.
  const alone = request.alone && process.threadServes === 'one'
  const trusted = process.siblings.clean(kind, call.opened.time, alone)
  return trusted && !process.strayOpenAt(call.opened.time) ? undefined : 'unconfirmed'
}

/**
 * The answer waited for it too: replied before, and it (or the call that led to it) stands in one
 * segment with a call that led home, and with none that led away.
 */
function isSibling(call: CallLineage, request: RequestLineage): boolean {
  const answered = request.answer?.time
  if (answered === undefined) return false
  let at: CallLineage | undefined = call
  while (at?.reply && at.reply.time <= answered && !at.away) {
    if (at.home) return true
    if (ledHomeOnly(at.segment)) return true
    at = at.segment && oneOf(at.segment.openers, 0)
  }
  return false
}

/** Of the calls made in it, some led home and none away. */
function ledHomeOnly(segment: Segment | undefined): boolean {
  let home = false
  const calls = segment?.calls
  for (let i = 0, call = oneOf(calls, 0); call; call = oneOf(calls, ++i)) {
    if (call.away) return false
    home ||= call.home
  }
  return home
}
