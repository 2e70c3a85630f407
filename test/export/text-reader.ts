import type { TextTarget, WriteError } from '../../src/export/text-target.ts'

/** Who reads the output: at once, or as slowly as the test says. */
export class TextReader implements TextTarget {
  readonly isSynchronous: boolean = false
  readonly isDiskFull = false
  text = ''
  writes = 0
  closed = false
  /** Set: nothing is taken until `read`. */
  stopped = false
  #held: { text: string; done: (error: WriteError | undefined) => void } | undefined

  write(text: string, done: (error: WriteError | undefined) => void): void {
    this.writes++
    if (this.stopped) {
      this.#held = { text, done }
      return
    }
    this.text += text
    done(undefined)
  }

  close(): number {
    this.closed = true
    return 0
  }

  /** Takes what is held, or all from now on. */
  read(): void {
    const held = this.#held
    this.#held = undefined
    if (!held) return
    this.text += held.text
    held.done(undefined)
  }

  leave(code = 'EPIPE'): void {
    const held = this.#held
    this.#held = undefined
    held?.done(Object.assign(new Error(`write ${code}`), { code }))
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}
