import { SECOND } from '../base/time.ts'

/** So long the answer to a request that was lost sight of may come late. */
const MAX_LATE = 60 * SECOND
/** Numbers remembered; the one owed for longest goes first. */
const MAX_OWED = 4096

interface Owed {
  /** When an exchange of this number was given up last. */
  since: number
  count: number
}

/**
 * Answers that may still come under numbers of one connection, though their exchanges are not open:
 * they were given up, or their requests never seen.
 */
export class OwedAnswers {
  /** Made when one is owed. */
  #byNumber: Map<number, Owed> | undefined
  /** When it came to light last that requests were missed, of whatever numbers. */
  #missedAt: number

  constructor() {
    this.#byNumber = undefined
    this.#missedAt = Number.NEGATIVE_INFINITY
  }

  gaveUp(number: number, at: number): void {
    this.#byNumber ??= new Map()
    const byNumber = this.#byNumber
    const count = byNumber.get(number)?.count ?? 0
    byNumber.delete(number)
    byNumber.set(number, { since: at, count: count + 1 })
    if (byNumber.size <= MAX_OWED) return
    for (const [oldest, { since }] of byNumber) {
      byNumber.delete(oldest)
      this.requestsMissed(since)
      return
    }
  }

  requestsMissed(at: number): void {
    this.#missedAt = Math.max(this.#missedAt, at)
  }

  /** An answer came under this number that no open exchange takes. */
  came(number: number): void {
    const owed = this.#of(number)
    if (owed && --owed.count === 0) this.#byNumber?.delete(number)
  }

  has(number: number, now: number): boolean {
    if (now - this.#missedAt < MAX_LATE) return true
    const owed = this.#of(number)
    return owed !== undefined && now - owed.since < MAX_LATE
  }

  #of(number: number): Owed | undefined {
    return this.#byNumber?.get(number)
  }
}
