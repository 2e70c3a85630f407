/**
 * Ends of exchanges that wait for their other ends, by position. One connection has few of them, and their positions come in
 * order, nearly: a Map would be made anew by every second exchange.
 */
export class WaitingEnds<End> {
  readonly #positions: number[] = []
  readonly #ends: End[] = []

  get size(): number {
    return this.#ends.length
  }

  /** What was added first. */
  get oldest(): End | undefined {
    return this.#ends[0]
  }

  /** Whoever waited at this position before has lost its place. */
  add(position: number, end: End): void {
    this.take(position)
    this.#positions.push(position)
    this.#ends.push(end)
  }

  /** The oldest first. */
  get all(): readonly End[] {
    return this.#ends
  }

  clear(): void {
    this.#positions.length = 0
    this.#ends.length = 0
  }

  dropOldest(): void {
    this.#positions.shift()
    this.#ends.shift()
  }

  /** The end at this position, which waits no more. */
  take(position: number): End | undefined {
    const at = this.#positions.indexOf(position)
    if (at < 0) return undefined
    const end = this.#ends[at]
    this.#positions.splice(at, 1)
    this.#ends.splice(at, 1)
    return end
  }
}
