import { empty } from '../base/empty.ts'
import type { RequestLineage } from './lineage.ts'

/** Requests that are over, kept in the list before it is tidied. */
const SLACK = 1024

/**
 * Requests of a process in the order in which they were read, until they are over. A Set would have
 * to pass all that it has lost at its front, each time that it is asked for the first.
 */
export class RequestOrder {
  readonly #isOver: (request: RequestLineage) => boolean
  #requests: RequestLineage[] = []
  #first = 0
  /** Of those that are not over. */
  size = 0

  constructor(isOver: (request: RequestLineage) => boolean) {
    this.#isOver = isOver
  }

  add(request: RequestLineage): void {
    if (this.#requests.length > SLACK + 2 * this.size) this.#tidy()
    this.#requests.push(request)
    this.size++
  }

  /** One that was added is over from now on. */
  remove(): void {
    this.size--
    if (this.size > 0) return
    empty(this.#requests)
    this.#first = 0
  }

  get first(): RequestLineage | undefined {
    for (;;) {
      const request = this.#requests[this.#first]
      if (request === undefined || !this.#isOver(request)) return request
      this.#first++
    }
  }

  #tidy(): void {
    this.#requests = this.#requests.filter((request) => !this.#isOver(request))
    this.#first = 0
  }
}
