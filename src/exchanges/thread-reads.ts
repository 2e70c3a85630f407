import type { Moment } from '../sockets/moment.ts'

/** Threads remembered; the one seen first goes first. */
const MAX_THREADS = 65_536

interface Count {
  reads: number
  /** When it came to light that a read of this thread was lost. */
  lostAt: number
}

/** Each thread counts its reads: a jump shows that some were lost, on whatever socket. */
export class ThreadReads {
  readonly #counts: Map<number, Count>

  constructor() {
    this.#counts = new Map()
  }

  saw({ tid, reads, ingress, time }: Moment): void {
    const count = this.#counts.get(tid)
    if (count === undefined) {
      this.#add(tid, reads)
      return
    }
    if (reads !== (ingress ? count.reads + 1 : count.reads)) count.lostAt = time
    count.reads = reads
  }

  /** Was a read of this thread lost after the one at `time`? */
  lostSince(tid: number, time: number): boolean {
    const count = this.#counts.get(tid)
    return count !== undefined && count.lostAt > time
  }

  #add(tid: number, reads: number): void {
    if (this.#counts.size >= MAX_THREADS) {
      for (const first of this.#counts.keys()) {
        this.#counts.delete(first)
        break
      }
    }
    this.#counts.set(tid, { reads, lostAt: Number.NEGATIVE_INFINITY })
  }
}
