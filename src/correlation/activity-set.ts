/** More are forgotten, the oldest first: what rests on them is believed less then. */
const MAX_ACTIVITIES = 65_536

/** Activities of which one thing is known. */
export class ActivitySet {
  readonly #activities = new Set<number>()

  add(activity: number): void {
    this.#activities.add(activity)
    if (this.#activities.size <= MAX_ACTIVITIES) return
    for (const oldest of this.#activities) {
      this.#activities.delete(oldest)
      return
    }
  }

  has(activity: number): boolean {
    return this.#activities.has(activity)
  }
}
