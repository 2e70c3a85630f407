import { type MonotonicNs, SECOND } from '../base/time.ts'
import type { CallLineage } from './lineage.ts'

/** More are judged early, which can only cost trust. */
const MAX_CALLS = 16_384
/** A call is judged by then, whatever is still open. */
const MAX_AGE = 60 * SECOND
const MAX_EXCUSES = 64
/** Consumed entries kept at the front before they are cut off. */
const SLACK = 1024

/**
 * Calls in the order in which they were made, until every request that was open then is answered:
 * so that what is claimed soon and what is claimed by nobody count alike.
 */
export class PendingCalls {
  #calls: CallLineage[] = []
  #first = 0
  /** Times when a request was open of which the answerer is not known. */
  readonly #excuses: { from: number; to: number; unread: boolean }[] = []

  add(call: CallLineage): void {
    this.#calls.push(call)
  }

  /** When the oldest call was made. */
  get from(): number {
    return this.#calls[this.#first]?.opened.time ?? Number.POSITIVE_INFINITY
  }

  /** The oldest call, if all requests read before it are answered: `readFrom` is when the first was read that is not. */
  next(readFrom: number, now: MonotonicNs): CallLineage | undefined {
    const call = this.#calls[this.#first]
    if (call === undefined) return undefined
    const { time } = call.opened
    const isDue = time < readFrom || time < now - MAX_AGE
    if (!isDue && this.#calls.length - this.#first <= MAX_CALLS) return undefined
    this.#first++
    if (this.#first >= SLACK && this.#first * 2 > this.#calls.length) this.#cut()
    return call
  }

  /** `unread`: which activity answered it could not be read. */
  excuse(from: number, to: number, unread: boolean): void {
    if (this.#excuses.length >= MAX_EXCUSES) this.#excuses.shift()
    this.#excuses.push({ from, to, unread })
  }

  isExcused({ opened: { time } }: CallLineage): boolean {
    for (const { from, to } of this.#excuses) if (time >= from && time <= to) return true
    return false
  }

  isUnread({ opened: { time } }: CallLineage): boolean {
    for (const { from, to, unread } of this.#excuses)
      if (unread && time >= from && time <= to) return true
    return false
  }

  #cut(): void {
    this.#calls = this.#calls.slice(this.#first)
    this.#first = 0
  }
}
