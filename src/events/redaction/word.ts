const A = 0x41
const Z = 0x5a
const CASE = 0x20

/** Collects a short word byte by byte, across operations. Longer ones are `tooLong`. */
export class Word {
  readonly #bytes: Buffer
  #length: number
  tooLong: boolean

  constructor(limit: number) {
    this.#bytes = Buffer.alloc(limit)
    this.#length = 0
    this.tooLong = false
  }

  get length(): number {
    return this.#length
  }

  add(byte: number): void {
    if (this.#length === this.#bytes.length) this.tooLong = true
    else this.#bytes[this.#length++] = byte
  }

  /** As `add`, ASCII letters lowered. */
  addLowered(byte: number): void {
    this.add(byte >= A && byte <= Z ? byte | CASE : byte)
  }

  clear(): void {
    this.#length = 0
    this.tooLong = false
  }

  /** What was collected; of a word that is too long, its beginning. */
  text(): string {
    return this.#bytes.toString('latin1', 0, this.#length)
  }
}
