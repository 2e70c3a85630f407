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

/** Pieces that go out in one write. */
interface Chunk extends Piece {
  readonly pieces: readonly Piece[]
}

/**
 * Text on its way to a reader who may be slow or leave: bounded, never waited for, and each span
 * in it counted by what became of it.
 */
export class LineWriter {
  readonly #parts: LineWriterParts
  readonly #waiting = new Set<() => void>()
  #pieces: Piece[] = []
  /** Handed to the target, oldest first. */
  readonly #writing: Chunk[] = []
  /** Of `#pieces` and of what is being written. */
  #characters = 0
  #spans = 0
  #busy = false
  #gone = false
  #slowSaid = false
  #fullSaid = false

  constructor(parts: LineWriterParts) {
    this.#parts = parts
  }

  /** Takes text that shows so many spans, or counts them as left out. */
  offer(text: string, spans: number): void {
    const isFull = this.#characters + text.length > this.#parts.limit
    if (isFull) this.#writeAll()
    if (this.#gone || (isFull && !this.#parts.target.isSynchronous)) {
      this.#leaveOut(spans)
      return
    }
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
    const out = this.#parts.target.close()
    const shown = this.#writing[0] ? spansWithin(this.#writing[0].pieces, out) : 0
    this.#parts.counters.output.add('shown', shown)
    this.#parts.counters.output.add('shutdown', this.#spans - shown)
    this.#forget()
  }

  #write(): void {
    const chunk = this.#nextChunk()
    if (chunk.text === '') {
      this.#slowSaid = false
      this.#fullSaid = false
      this.#release()
      return
    }
    this.#busy = true
    this.#hand(chunk, (error) => {
      this.#busy = false
      if (this.#isOut(chunk, error)) this.#write()
    })
  }

  #hand(chunk: Chunk, done: (error: WriteError | undefined) => void): void {
    const { target, log } = this.#parts
    this.#writing.push(chunk)
    target.write(chunk.text, done)
    if (!target.isDiskFull || this.#fullSaid) return
    this.#fullSaid = true
    log.warn('output-full', 'the disk of the output is full: spans wait for room on it')
  }

  /** More has come at once than is held: a file takes it now, while there is room. */
  #writeAll(): void {
    while (this.#pieces.length > 0 && this.#parts.target.isSynchronous) {
      const chunk = this.#nextChunk()
      this.#hand(chunk, (error) => void this.#isOut(chunk, error))
    }
  }

  #isOut({ text, spans }: Chunk, error: WriteError | undefined): boolean {
    if (this.#gone) return false
    this.#writing.shift()
    if (error) {
      this.#leave(error)
      return false
    }
    this.#characters -= text.length
    this.#spans -= spans
    this.#parts.counters.output.add('shown', spans)
    return true
  }

  #nextChunk(): Chunk {
    let text = ''
    let spans = 0
    let count = 0
    for (; count < this.#pieces.length && text.length < CHUNK; count++) {
      const piece = this.#pieces[count]!
      text += piece.text
      spans += piece.spans
    }
    const pieces = this.#pieces.slice(0, count)
    this.#pieces = this.#pieces.slice(count)
    return { text, spans, pieces }
  }

  #leaveOut(spans: number): void {
    const { isDiskFull } = this.#parts.target
    const why = this.#gone ? 'reader-gone' : isDiskFull ? 'disk-full' : 'slow-reader'
    this.#parts.counters.output.add(why, spans)
    if (this.#gone || this.#slowSaid || isDiskFull) return
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
    this.#writing.length = 0
    this.#characters = 0
    this.#spans = 0
    this.#release()
  }

  #release(): void {
    for (const run of this.#waiting) run()
    this.#waiting.clear()
  }
}

/** Of those that are whole within so many bytes. */
function spansWithin(pieces: readonly Piece[], bytes: number): number {
  let spans = 0
  let end = 0
  for (const piece of pieces) {
    end += Buffer.byteLength(piece.text)
    if (end > bytes) break
    spans += piece.spans
  }
  return spans
}
