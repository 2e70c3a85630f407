import type { Exchange } from '../exchanges/exchange.ts'
import type { Moment } from '../sockets/moment.ts'
import type { CallLineage, RequestLineage } from './lineage.ts'
import type { UnparentedReason } from './place.ts'
import type { ProcessState } from './process-state.ts'
import type { Thread } from './threads.ts'

/**
 * The thread model: a call belongs to request R if it was made on a thread that read R, has not
 * answered it, has read no other request since, and runs no loop.
 */

/** The thread read a request, or more of it: it works for this one now. */
export function requestRead(thread: Thread, request: RequestLineage, { reads }: Moment): void {
  // The stream may have held the request back while later operations of the thread passed by.
  if (thread.serving === request || reads < thread.requestReads) return
  const pipelined = reads === thread.requestReads && thread.serving !== undefined
  thread.requestReads = reads
  thread.requests++
  thread.lost = pipelined ? 'mixed-read' : undefined
  thread.serving = pipelined ? undefined : request
}

/**
 * Names the request that the call may belong to, or why there is none. While others are open a
 * thread of a pool may already work for one of them: no link then to the request it answered last.
 */
export function callOnThread(
  thread: Thread,
  call: CallLineage,
  process: ProcessState,
  watched: boolean,
): void {
  // A call may come to light with its reply alone: what the thread has read since is not its request.
  if (call.opened.reads < thread.requestReads) {
    call.doubt = 'several-in-turn'
    return
  }
  const { serving } = thread
  call.means = serving
  if (serving && !serving.ended) {
    call.owner = serving
    serving.mayHaveMade(call)
  } else if (serving) {
    call.doubt = 'already-answered'
    if (process.open === 0) call.link = serving
  } else call.doubt = whyNone(thread, call.exchange, watched)
}

/** `watched`: for so long that a request read before the agent came would have been answered. */
function whyNone(thread: Thread, exchange: Exchange, watched: boolean): UnparentedReason {
  if (thread.lost) return thread.lost
  const late = exchange.opened.threadLate && thread.requests === 0 && !watched
  return late ? 'attached-late' : 'no-request'
}

/**
 * The answer test: where did the answer leave?
 *
 * @returns true where it should; false: under another request, or on a thread that never read it
 * (then requests of this process are handed between threads); undefined: it cannot be told.
 */
export function answerLeft(thread: Thread, request: RequestLineage): boolean | undefined {
  if (thread.serving === request) return true
  if (request.exchange.damaged || thread.lost) return undefined
  if (thread.serving && !thread.serving.ended) return false
  return thread.tid === request.opened.tid ? undefined : false
}

/** Why a call on a blocking thread is not its request's child, judged once the answer is known. */
export function doubted(
  request: RequestLineage,
  process: ProcessState,
): UnparentedReason | undefined {
  const { held } = request
  // Beside requests that a reader hands over, those that a thread has read and answered itself are its own.
  const contradicted = process.ownAnswers.closed || (process.answers.closed && held !== true)
  return held === false || contradicted ? 'model-contradicted' : undefined
}
