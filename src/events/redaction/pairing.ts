const MAX_OPEN = 1024

/** What the two directions of a connection tell each other: whose answer has no body. */
export class Pairing {
  /** Methods of the requests that wait for an answer, oldest first. */
  readonly #open: ('HEAD' | 'CONNECT' | 'other')[]
  #first: number
  /** Something else than HTTP/1 is spoken from here on. */
  left: boolean
  /** Something was not seen: which answer belongs to which request is no longer sure. */
  doubtful: boolean

  constructor() {
    this.#open = []
    this.#first = 0
    this.left = false
    this.doubtful = false
  }

  asked(method: 'HEAD' | 'CONNECT' | 'other'): void {
    if (this.#first === this.#open.length) {
      this.#open.length = 0
      this.#first = 0
    }
    if (this.#open.length < MAX_OPEN) this.#open.push(method)
  }

  /** Of the request answered now; undefined when it was not seen. */
  answered(): 'HEAD' | 'CONNECT' | 'other' | undefined {
    return this.#first < this.#open.length ? this.#open[this.#first++] : undefined
  }
}
