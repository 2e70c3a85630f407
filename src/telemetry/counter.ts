/** A count split by a closed set of reasons. Adding one allocates nothing. */
export class Counter<Reason extends string> {
  readonly name: string
  readonly #counts = new Map<Reason, number>()

  constructor(name: string, reasons: readonly Reason[]) {
    this.name = name
    for (const reason of reasons) this.#counts.set(reason, 0)
  }

  add(reason: Reason, count = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count)
  }

  /** Takes over a count that is kept elsewhere. */
  set(reason: Reason, count: number): void {
    this.#counts.set(reason, count)
  }

  get(reason: Reason): number {
    return this.#counts.get(reason) ?? 0
  }

  total(): number {
    let sum = 0
    for (const count of this.#counts.values()) sum += count
    return sum
  }

  entries(): [Reason, number][] {
    return [...this.#counts]
  }
}
