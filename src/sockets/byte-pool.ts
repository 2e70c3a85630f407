/** The most that one stream may hold. */
const MAX_STREAM = 131_072
/** Sizes of the buffers handed out. */
const SIZES = [4096, 16_384, 65_536, MAX_STREAM]
/** Buffers of each size kept for the next stream. */
const MAX_FREE = [256, 64, 16, 8]
const MAX_HELD = 64 * 1024 * 1024

/** Memory for bytes that wait to be read. All streams together hold no more than `limit` bytes. */
export class BytePool {
  readonly #limit: number
  readonly #free: Buffer[][]
  #held: number

  constructor(limit = MAX_HELD) {
    this.#limit = limit
    this.#free = SIZES.map(() => [])
    this.#held = 0
  }

  /** Bytes handed out. */
  get held(): number {
    return this.#held
  }

  /** At least `size` bytes, or undefined when there is no more. */
  take(size: number): Buffer | undefined {
    for (let i = 0; i < SIZES.length; i++) {
      const length = SIZES[i]!
      if (length < size) continue
      if (this.#held + length > this.#limit) return undefined
      this.#held += length
      return this.#free[i]!.pop() ?? Buffer.allocUnsafeSlow(length)
    }
    return undefined
  }

  give(buffer: Buffer): void {
    this.#held -= buffer.length
    const i = SIZES.indexOf(buffer.length)
    const free = this.#free[i]!
    if (free.length < MAX_FREE[i]!) free.push(buffer)
  }
}
