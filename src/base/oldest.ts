/** Keys looked up at a time. */
const BATCH = 1024

interface Keyed<K> {
  readonly size: number
  has(key: K): boolean
  keys(): IterableIterator<K>
}

/**
 * Keys of a map or set in the order in which they were put in, each told once: whoever asks takes it
 * out, or puts it in again. One that was put in again before may be told too early.
 *
 * A look at the first of a map passes all that deletions have left at its front: 16 µs where there are
 * 65,536 (Node 20), against 0.1 µs in this way. An iterator is not kept: it would keep every table
 * that the map has outgrown, with all that was in them.
 */
export class Oldest<K> {
  readonly #of: Keyed<K>
  #keys: K[] = []
  #at = 0

  constructor(of: Keyed<K>) {
    this.#of = of
  }

  /** Undefined: there is none. */
  next(): K | undefined {
    while (this.#of.size > 0) {
      if (this.#at === this.#keys.length) this.#look()
      const key = this.#keys[this.#at++] as K
      if (this.#of.has(key)) return key
    }
    return undefined
  }

  #look(): void {
    this.#keys = []
    this.#at = 0
    for (const key of this.#of.keys()) {
      this.#keys.push(key)
      if (this.#keys.length === BATCH) return
    }
  }
}
