/** More are forgotten, the oldest first: what was copied from them is believed less then. */
const MAX_GONE = 65_536

/** Activities whose object was freed: they will do nothing any more. */
export class GoneActivities {
  readonly #gone = new Set<number>()

  add(activity: number): void {
    this.#gone.add(activity)
    if (this.#gone.size <= MAX_GONE) return
    for (const oldest of this.#gone) {
      this.#gone.delete(oldest)
      return
    }
  }

  has(activity: number): boolean {
    return this.#gone.has(activity)
  }
}
