/** Answers over which the gate is taken (measured: 200 and 1,000 are equally safe, 200 returns sooner). */
const WINDOW = 200
/** Share of contradicting answers in the window above which nothing is believed. */
const GATE = 0.1

/**
 * The answer test of one process: each request's answer must leave where the model says.
 *
 * A program for which a model holds shows no contradiction in thousands of answers; one for which
 * it fails contradicts itself within a few.
 */
export class AnswerTest {
  confirmed = 0
  contradicted = 0
  unknown = 0
  readonly #window = new Uint8Array(WINDOW)
  #at = 0
  #filled = 0
  #bad = 0

  /** `held`: the answer left where it should; undefined: not known. */
  add(held: boolean | undefined): void {
    if (held === undefined) {
      this.unknown++
      return
    }
    if (held) this.confirmed++
    else this.contradicted++
    this.#bad += (held ? 0 : 1) - this.#window[this.#at]!
    this.#window[this.#at] = held ? 0 : 1
    this.#at = (this.#at + 1) % WINDOW
    if (this.#filled < WINDOW) this.#filled++
  }

  /** Too many contradictions lately: no parent rests on this model now. */
  get closed(): boolean {
    return this.#bad > GATE * this.#filled
  }

  /** Share of contradicting answers of all that could be told, 0 when none could. */
  get rate(): number {
    const told = this.confirmed + this.contradicted
    return told === 0 ? 0 : this.contradicted / told
  }
}
