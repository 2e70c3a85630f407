import { type Mapping, mapMemory, PAGE_SIZE, pollReadable } from './native.ts'

/** Words of a ring buffer's consumer and producer pages that hold the positions. */
const POSITION = 0

/**
 * How the kernel wakes a sleeping reader: it finds `flag` set, clears it and puts a record in
 * `wake_ring`, whose descriptor becomes readable.
 */
export class Wake {
  /** need_wake, in word 0. */
  readonly flag: Int32Array
  readonly #ringFd: number
  readonly #flagPage: Mapping
  readonly #consumerPage: Mapping
  readonly #producerPage: Mapping
  readonly #consumed: BigUint64Array
  readonly #produced: BigUint64Array
  #stopPolling: (() => void) | undefined

  constructor(flagMapFd: number, ringMapFd: number) {
    this.#ringFd = ringMapFd
    this.#flagPage = mapMemory(flagMapFd, PAGE_SIZE, true)
    this.#consumerPage = mapMemory(ringMapFd, PAGE_SIZE, true)
    this.#producerPage = mapMemory(ringMapFd, PAGE_SIZE, false, PAGE_SIZE)
    this.flag = new Int32Array(this.#flagPage.memory)
    this.#consumed = new BigUint64Array(this.#consumerPage.memory)
    this.#produced = new BigUint64Array(this.#producerPage.memory)
    this.#stopPolling = undefined
  }

  /** Calls back at every wake-up, until `stop`. */
  start(onWake: () => void): void {
    this.stop()
    this.#stopPolling = pollReadable(this.#ringFd, () => {
      this.#consume()
      onWake()
    })
  }

  stop(): void {
    this.#stopPolling?.()
    this.#stopPolling = undefined
  }

  close(): void {
    this.stop()
    for (const page of [this.#flagPage, this.#consumerPage, this.#producerPage]) page.unmap()
  }

  /** The records say nothing; the descriptor stays readable until they are taken. */
  #consume(): void {
    Atomics.store(this.#consumed, POSITION, Atomics.load(this.#produced, POSITION))
  }
}
