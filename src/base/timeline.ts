import type { MonotonicNs } from './time.ts'

/** Consumed entries kept at the front before they are cut off. */
const SLACK = 1024

/** Things that fall due a fixed time after they were added; additions come in time order, nearly. */
export class Timeline<T> {
  readonly #delay: number
  #items: (T | undefined)[] = []
  #times: number[] = []
  #first = 0

  /** `delay`: ns. */
  constructor(delay: number) {
    this.#delay = delay
  }

  add(item: T, at: MonotonicNs): void {
    this.#items.push(item)
    this.#times.push(at + this.#delay)
  }

  /** Takes out the next thing due, or undefined. */
  due(now: MonotonicNs): T | undefined {
    if (this.#first === this.#items.length || this.#times[this.#first]! > now) return undefined
    const item = this.#items[this.#first]
    this.#items[this.#first++] = undefined // it need not be kept until the next cut
    if (this.#first >= SLACK && this.#first * 2 > this.#items.length) this.#cut()
    return item
  }

  get size(): number {
    return this.#items.length - this.#first
  }

  #cut(): void {
    this.#items = this.#items.slice(this.#first)
    this.#times = this.#times.slice(this.#first)
    this.#first = 0
  }
}
