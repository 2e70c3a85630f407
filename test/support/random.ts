/** Numbers that look random and are the same in every run (xorshift32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 1
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % limit
  }
}
