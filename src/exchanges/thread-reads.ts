import { Oldest } from '../base/oldest.ts'
import type { Moment } from '../sockets/moment.ts'

/** Threads remembered; the one seen first goes first. */
const MAX_THREADS = 32_768

interface Count {
  reads: number
  /** When its count was seen first, or was wrong last: reads before that may have been lost. */
  since: number
}

/** Each thread counts its reads: a jump shows that some were lost, on whatever socket. */
export class ThreadReads {
  readonly #counts: Map<number, Count>
  readonly #oldest: Oldest<number>

  constructor() {
    this.#counts = new Map()
    this.#oldest = new Oldest(this.#counts)
  }

  saw({ tid, reads, ingress, time }: Moment): void {
    const count = this.#counts.get(tid)
    if (count === undefined) {
      this.#add(tid, reads, time)
      return
    }
    if (reads !== (ingress ? count.reads + 1 : count.reads)) count.since = time
    count.reads = reads
  }

  /** Was no read of this thread lost after `time`? */
  isSureSince(tid: number, time: number): boolean {
    const count = this.#counts.get(tid)
    return count !== undefined && count.since <= time
  }

  #add(tid: number, reads: number, since: number): void {
    if (this.#counts.size >= MAX_THREADS) this.#counts.delete(this.#oldest.next()!)
    this.#counts.set(tid, { reads, since })
  }
}
