/**
 * A map that keeps what was used in the last `age`, and lets go what was not for twice as long as
 * more is put in; and no more than `limit` entries, those used last. Time is whatever the caller
 * counts in.
 */
export class RecentMap<K, V> {
  readonly #half: number
  readonly #age: number
  #recent = new Map<K, V>()
  #older = new Map<K, V>()
  #since = 0

  constructor(limit: number, age: number) {
    this.#half = limit >> 1
    this.#age = age
  }

  get size(): number {
    return this.#recent.size + this.#older.size
  }

  /** Looks without using it. */
  get(key: K): V | undefined {
    return this.#recent.get(key) ?? this.#older.get(key)
  }

  use(key: K, now: number): V | undefined {
    const recent = this.#recent.get(key)
    if (recent !== undefined) return recent
    const older = this.#older.get(key)
    if (older !== undefined) this.set(key, older, now)
    return older
  }

  set(key: K, value: V, now: number): void {
    if (this.#recent.size >= this.#half || now - this.#since > this.#age) this.#turnOver(now)
    this.#older.delete(key)
    this.#recent.set(key, value)
  }

  #turnOver(now: number): void {
    this.#older = this.#recent
    this.#recent = new Map()
    this.#since = now
  }
}
