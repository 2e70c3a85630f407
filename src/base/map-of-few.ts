/**
 * A map by number, in the order of insertion, for what mostly holds one entry or none: a Map would be
 * emptied and filled all the time, for which it makes a new table each time.
 */
export class MapOfFew<V> {
  #key: number
  /** The oldest entry; undefined: the others, if there are any, are in `#more`. */
  #value: V | undefined
  #more: Map<number, V> | undefined

  constructor() {
    this.#key = -1
    this.#value = undefined
    this.#more = undefined
  }

  get size(): number {
    const more = this.#more === undefined ? 0 : this.#more.size
    return this.#value === undefined ? more : more + 1
  }

  get(key: number): V | undefined {
    return key === this.#key && this.#value !== undefined ? this.#value : this.#more?.get(key)
  }

  set(key: number, value: V & {}): void {
    if (this.#value !== undefined && key === this.#key) this.#value = value
    else if (this.#value === undefined && (this.#more === undefined || this.#more.size === 0)) {
      this.#key = key
      this.#value = value
    } else {
      this.#more ??= new Map()
      this.#more.set(key, value)
    }
  }

  delete(key: number): void {
    if (this.#value !== undefined && key === this.#key) this.#value = undefined
    else this.#more?.delete(key)
  }

  /** Oldest first. What is looked at may be deleted. */
  *entries(): IterableIterator<[number, V]> {
    if (this.#value !== undefined) yield [this.#key, this.#value]
    if (this.#more !== undefined) yield* this.#more
  }

  *values(): IterableIterator<V> {
    if (this.#value !== undefined) yield this.#value
    if (this.#more !== undefined) yield* this.#more.values()
  }

  /** What was put in first of all that is left. */
  get oldest(): V | undefined {
    return this.#value ?? this.#more?.values().next().value
  }
}
