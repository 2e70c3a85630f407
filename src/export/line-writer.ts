import type { Counters } from '../telemetry/counters.ts'
import type { Log } from '../telemetry/log.ts'
import type { TextTarget, WriteError } from './text-target.ts'

/** Characters handed over in one write, about. */
const CHUNK = 65_536

export interface LineWriterParts {
  readonly target: TextTarget
  /** Characters held at most. */
  readonly limit: number
  readonly counters: Counters
  readonly log: Log
  /** Once, when the reader has left or writing fails. */
  readonly onReaderGone: () => void
}

interface Piece {
  readonly text: string
  readonly spans: number
}

/**
 * Text on its way to a reader who may be slow or leave: bounded, never waited for, and each span
 * in it counted by what became of it.
 */
export class LineWriter {
  readonly #parts: LineWriterParts
  readonly #waiting = new Set<() => void>()
  #pieces: Piece[] = []
  /** Of `#pieces` and of what is being written. */
  #characters = 0
  #spans = 0
  #busy = false
  #gone = false
  #slowSaid = false

  constructor(parts: LineWriterParts) {
    this.#parts = parts
  }

  /** Takes text that shows so many spans, or counts them as left out. */
  offer(text: string, spans: number): void {
    const isFull = this.#characters + text.length > this.#parts.limit
    const { isSynchronous } = this.#parts.target
    if (this.#gone || (isFull && !isSynchronous)) {
      this.#leaveOut(spans)
      return
    }
    if (isFull) this.#writeAll()
    this.#pieces.push({ text, spans })
    this.#characters += text.length
    this.#spans += spans
    if (!this.#busy) this.#write()
  }

  /** When all is out, or nobody reads any more. */
  whenDrained(run: () => void): void {
    if (this.#characters === 0) run()
    else this.#waiting.add(run)
  }

  /** The end: what the reader has not taken by now is not shown. */
  abandon(): void {
    this.#parts.counters.output.add('shutdown', this.#spans)
    this.#forget()
    this.#parts.target.close()
  }

  #write(): void {
    const chunk = this.#nextChunk()
    if (chunk.text === '') {
      this.#slowSaid = false
      this.#release()
      return
    }
    this.#busy = true
    this.#parts.target.write(chunk.text, (error) => {
      this.#busy = false
      if (this.#isOut(chunk, error)) this.#write()
    })
  }

  /** More has come at once than is held: a file takes it now. */
  #writeAll(): void {
    while (this.#pieces.length > 0) {
      const chunk = this.#nextChunk()
      this.#parts.target.write(chunk.text, (error) => void this.#isOut(chunk, error))
    }
  }

  #isOut({ text, spans }: Piece, error: WriteError | undefined): boolean {
    if (this.#gone) return false
    if (error) {
      this.#leave(error)
      return false
    }
    this.#characters -= text.length
    this.#spans -= spans
    this.#parts.counters.output.add('shown', spans)
    return true
  }

  #nextChunk(): Piece {
    let text = ''
    let spans = 0
    let count = 0
    for (; count < this.#pieces.length && text.length < CHUNK; count++) {
      const piece = this.#pieces[count]!
      text += piece.text
      spans += piece.spans
    }
    this.#pieces = this.#pieces.slice(count)
    return { text, spans }
  }

  #leaveOut(spans: number): void {
    this.#parts.counters.output.add(this.#gone ? 'reader-gone' : 'slow-reader', spans)
    if (this.#gone || this.#slowSaid) return
    this.#slowSaid = true
    this.#parts.log.warn('output-slow', 'the output is read too slowly: spans are left out of it')
  }

  #leave(error: WriteError): void {
    if (error.code !== 'EPIPE')
      this.#parts.log.error('output-gone', `the output cannot be written: ${error.message}`)
    this.#parts.counters.output.add('reader-gone', this.#spans)
    this.#forget()
    this.#parts.onReaderGone()
  }

  #forget(): void {
    this.#gone = true
    this.#pieces = []
    this.#characters = 0
    this.#spans = 0
    this.#release()
  }

  #release(): void {
    for (const run of this.#waiting) run()
    this.#waiting.clear()
  }
}
