import { Oldest } from '../base/oldest.ts'

/** More are forgotten, the oldest first: what rests on them is believed less then. */
const MAX_ACTIVITIES = 65_536

/** Activities of which one thing is known. */
export class ActivitySet {
  readonly #activities = new Set<number>()
  readonly #oldest = new Oldest(this.#activities)

  add(activity: number): void {
    this.#activities.add(activity)
    if (this.#activities.size > MAX_ACTIVITIES) this.#activities.delete(this.#oldest.next()!)
  }

  has(activity: number): boolean {
    return this.#activities.has(activity)
  }
}
