import { type MonotonicNs, SECOND } from '../base/time.ts'

/** Lines a second that a person can follow, and how many may come at once. */
const LINES_A_SECOND = 25
const BURST = 120
/** Kept back for traces that failed. */
const FOR_ERRORS = 60

/** How much may be shown: enough to read, and traces that failed rather than others. */
export class Flood {
  #lines = BURST
  #filled = 0

  /** Whether a trace of so many lines is shown now; if so, it is paid for. */
  allows(lines: number, failed: boolean, now: MonotonicNs): boolean {
    this.#lines = Math.min(BURST, this.#lines + ((now - this.#filled) / SECOND) * LINES_A_SECOND)
    this.#filled = now
    if (this.#lines + (failed ? FOR_ERRORS : 0) < lines) return false
    this.#lines -= lines
    return true
  }
}
