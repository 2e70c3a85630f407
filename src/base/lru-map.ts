/** A map that keeps what was used last, up to a limit. */
export class LruMap<K, V> {
  readonly #limit: number
  readonly #entries: Map<K, V>
  /** Entries that had to go for others. */
  evicted: number

  constructor(limit: number) {
    this.#limit = limit
    this.#entries = new Map()
    this.evicted = 0
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: K, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#limit) return
    this.#entries.delete(this.#entries.keys().next().value as K)
    this.evicted++
  }

  delete(key: K): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}
