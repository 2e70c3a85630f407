import { empty } from '../base/empty.ts'

/** Entries at the front that are gone, kept until the list is moved up. */
const SLACK = 32

/**
 * Ends of exchanges that wait for their other ends, by position. One connection has few of them, and their positions come in
 * order, nearly: a Map would be made anew by every second exchange.
 */
export class WaitingEnds<End> {
  readonly #positions: number[] = []
  readonly #ends: (End | undefined)[] = []
  #first = 0
  #highest = -1

  get size(): number {
    return this.#ends.length - this.#first
  }

  /** What was added first. */
  get oldest(): End | undefined {
    return this.#ends[this.#first]
  }

  /** The oldest first. */
  get all(): End[] {
    return this.#ends.slice(this.#first) as End[]
  }

  clear(): void {
    this.#positions.length = 0
    this.#ends.length = 0
    this.#first = 0
  }

  /** Whoever waited at this position before has lost its place. */
  add(position: number, end: End): void {
    if (position <= this.#highest) this.take(position)
    else this.#highest = position
    this.#positions.push(position)
    this.#ends.push(end)
  }

  dropOldest(): void {
    if (this.size === 0) return
    this.#ends[this.#first++] = undefined
    if (this.size === 0) {
      empty(this.#positions)
      empty(this.#ends)
      this.#first = 0
    } else if (this.#first >= SLACK && this.#first * 2 > this.#ends.length) {
      this.#removeFrom(0, this.#first)
      this.#first = 0
    }
  }

  /** The end at this position, which waits no more. */
  take(position: number): End | undefined {
    const at = this.#find(position)
    if (at < 0) return undefined
    const end = this.#ends[at]
    if (at === this.#first) this.dropOldest()
    else if (at === this.#ends.length - 1) {
      this.#positions.pop()
      this.#ends.pop()
    } else this.#removeFrom(at, 1)
    return end
  }

  /** The oldest is asked for most often, then the newest. */
  #find(position: number): number {
    const positions = this.#positions
    const last = positions.length - 1
    if (this.#first > last) return -1
    if (positions[this.#first] === position) return this.#first
    return positions[last] === position ? last : positions.indexOf(position, this.#first)
  }

  #removeFrom(at: number, count: number): void {
    this.#positions.splice(at, count)
    this.#ends.splice(at, count)
  }
}
