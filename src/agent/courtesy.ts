import { type MonotonicNs, SECOND } from '../base/time.ts'

/** With a ring as full as this the agent does not get the time that it needs. */
const STARVED = 1 / 16
/** So long all has to be well before it takes second place again. */
const CALM = 3 * SECOND

/** Whether this process runs only where no other has work. */
export interface Yielding {
  readonly yields: boolean
  /** False: not possible. */
  yield(yields: boolean): boolean
  /** This process still comes to work. */
  beat(): void
}

/**
 * The agent runs where nobody else has work (SCHED_IDLE): a service that wakes up finds its processor
 * as if the agent were not there, and is not put beside another service instead. Where that leaves it
 * too little, as the rings say, it takes its part like any other process, which is for the CPU budget
 * to keep small, until the machine has had time to spare for a while.
 */
export class Courtesy {
  readonly #scheduling: Yielding
  #calmSince = -1

  constructor(scheduling: Yielding) {
    this.#scheduling = scheduling
  }

  /** `waiting`: how full the fullest ring is, 0 to 1; `isSpare`: the machine had idle time. */
  look(now: MonotonicNs, waiting: number, isSpare: boolean): void {
    this.#scheduling.beat()
    const isStarved = waiting > STARVED
    if (this.#scheduling.yields) {
      this.#calmSince = -1
      if (isStarved) this.#scheduling.yield(false)
      return
    }
    if (isStarved || !isSpare) this.#calmSince = -1
    else if (this.#calmSince < 0) this.#calmSince = now
    else if (now - this.#calmSince >= CALM) this.#scheduling.yield(true)
  }
}
