const FIRST_MS = 500
const FACTOR = 1.6
const LONGEST_MS = 5000
/** A server may ask for more than we would wait, not for more than this. */
const LONGEST_HINT_MS = 300_000

/** How long to leave a collector alone after a failure: longer each time, ±20 %. */
export class Backoff {
  readonly #random: () => number
  #nextMs = FIRST_MS

  /** `random` as Math.random: 0 to below 1. */
  constructor(random: () => number) {
    this.#random = random
  }

  /** `hintMs`: what the server asked for, which is never undercut. */
  next(hintMs: number | undefined): number {
    const wait = this.#nextMs * (0.8 + 0.4 * this.#random())
    this.#nextMs = Math.min(this.#nextMs * FACTOR, LONGEST_MS)
    if (hintMs === undefined) return wait
    return Math.min(hintMs, LONGEST_HINT_MS) * (1 + 0.1 * this.#random())
  }

  reset(): void {
    this.#nextMs = FIRST_MS
  }
}
