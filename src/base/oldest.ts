/**
 * Keys of a map or set in the order in which they were put in. Who asks for the next takes it out, or
 * puts it in again. A fresh iterator would pass all that deletions have left at the front, each time
 * anew: 16 µs where there are 65,536 (Node 20), against 0.1 µs.
 */
export class Oldest<K> {
  readonly #of: { keys(): IterableIterator<K> }
  #keys: IterableIterator<K>

  constructor(of: { keys(): IterableIterator<K> }) {
    this.#of = of
    this.#keys = of.keys()
  }

  /** Undefined: there is none. */
  next(): K | undefined {
    const next = this.#keys.next()
    if (!next.done) return next.value
    // An iterator that has come to its end stays there, whatever is put in later.
    this.#keys = this.#of.keys()
    return this.#keys.next().value as K | undefined
  }
}
