import { writeFileSync } from 'node:fs'
import { Random } from '../../support/random.ts'

const PERIOD = 65_521

/** End of a connection, as the programs number them. */
export const CLIENT = 0
export const SERVER = 1

/**
 * What the programs write: every byte follows from its position, the end that writes it and the
 * number of its connection. So a byte out of place, or of another stream, shows.
 */
export class Pattern {
  /** Twice the period, so that a stretch of up to one period lies in one piece. */
  readonly #bytes: Buffer

  constructor() {
    const random = new Random(20_031)
    const once = Buffer.from(Array.from({ length: PERIOD }, () => random.below(256)))
    this.#bytes = Buffer.concat([once, once])
  }

  /** For the programs to read. */
  save(path: string): void {
    writeFileSync(path, this.#bytes)
  }

  /** Borrowed; at most one period. */
  at(connection: number, end: number, position: number, length: number): Buffer {
    const at = (position + connection * 7919 + end * 31_337) % PERIOD
    return this.#bytes.subarray(at, at + length)
  }
}
