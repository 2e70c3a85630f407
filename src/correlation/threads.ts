import { Oldest } from '../base/oldest.ts'
import type { Moment } from '../sockets/moment.ts'
import type { AnswerTest } from './answer-test.ts'
import type { RequestLineage } from './lineage.ts'
import type { UnparentedReason } from './place.ts'

/** Threads remembered; the one unseen for longest goes first. */
const MAX_THREADS = 32_768
/** Requests that a thread has read, and answered none, before it is taken for one that reads for others. */
const READER = 20

/** What a thread is doing, as far as its socket operations tell. */
export class Thread {
  readonly tid: number
  tgid: number
  /** The request it read last, while that means anything. */
  serving: RequestLineage | undefined = undefined
  /** Why `serving` is empty though a request may have been read. */
  lost: UnparentedReason | undefined = undefined
  /** Its count of reads at the last operation; -1 none seen. */
  reads = -1
  /** `reads` when the request it read last was read. */
  requestReads = -1
  loops = false
  /** Of its loop, at its last operation. */
  turn = 0
  /** The turn in which it read the end of a stream that ended a reply, and the context of that; -1 none. */
  endTurn = -1
  endContext = 0
  /** The answer test of the loop, if it runs one: a gate each, since several loops of a process differ in habits. */
  loopAnswers: AnswerTest | undefined = undefined
  /** Moved bytes since it was last considered for forgetting. */
  active = false
  /** Requests that this thread has read. */
  requests = 0
  /** It has answered one. */
  answers = false

  constructor(tid: number, tgid: number) {
    this.tid = tid
    this.tgid = tgid
  }

  /** It reads requests for others alone. */
  get isReader(): boolean {
    return !this.answers && this.requests >= READER
  }
}

/** All threads that were seen to move bytes. */
export class Threads {
  readonly #threads = new Map<number, Thread>()
  readonly #oldest = new Oldest(this.#threads)
  /** Their ids, by process: any process of the host may exit at any rate. */
  readonly #ofProcess = new Map<number, Set<number>>()

  /** Also checks the count of reads: a jump means that a read was lost, and with it the request. */
  operation(moment: Moment, lossReason: () => UnparentedReason): Thread {
    const thread = this.#of(moment)
    if (moment.loops) thread.loops = true
    const expected = moment.ingress ? thread.reads + 1 : thread.reads
    if (thread.reads >= 0 && moment.reads !== expected) forget(thread, lossReason())
    thread.reads = moment.reads
    return thread
  }

  get(tid: number): Thread | undefined {
    return this.#threads.get(tid)
  }

  /** A process is gone: its threads' numbers may return as others. */
  exited(tgid: number): void {
    for (const tid of this.#ofProcess.get(tgid) ?? []) this.#threads.delete(tid)
    this.#ofProcess.delete(tgid)
  }

  countOf(tgid: number): { all: number; loops: number } {
    const count = { all: 0, loops: 0 }
    for (const tid of this.#ofProcess.get(tgid) ?? []) {
      count.all++
      if (this.#threads.get(tid)?.loops) count.loops++
    }
    return count
  }

  get size(): number {
    return this.#threads.size
  }

  #of(moment: Moment): Thread {
    let thread = this.#threads.get(moment.tid)
    // A number may be given again; a count of reads that starts anew shows it too.
    if (thread === undefined || thread.tgid !== moment.tgid) {
      if (thread !== undefined) this.#leave(thread)
      else if (this.#threads.size >= MAX_THREADS) this.#makeRoom()
      thread = this.#add(moment)
    }
    thread.active = true
    return thread
  }

  #add({ tid, tgid }: Moment): Thread {
    const thread = new Thread(tid, tgid)
    this.#threads.set(tid, thread)
    const ids = this.#ofProcess.get(tgid)
    if (ids) ids.add(tid)
    else this.#ofProcess.set(tgid, new Set([tid]))
    return thread
  }

  #leave({ tid, tgid }: Thread): void {
    const ids = this.#ofProcess.get(tgid)
    ids?.delete(tid)
    if (ids?.size === 0) this.#ofProcess.delete(tgid)
  }

  /** Second chance: the first that did nothing since it was looked at last goes. */
  #makeRoom(): void {
    for (let tid = this.#oldest.next(); tid !== undefined; tid = this.#oldest.next()) {
      const thread = this.#threads.get(tid)!
      this.#threads.delete(tid)
      if (!thread.active) {
        this.#leave(thread)
        return
      }
      thread.active = false
      this.#threads.set(tid, thread)
    }
  }
}

/** What the thread works for is not known any more. */
export function forget(thread: Thread, why: UnparentedReason): void {
  thread.serving = undefined
  thread.lost = why
}
