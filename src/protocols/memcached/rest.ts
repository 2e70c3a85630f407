import type { Cursor } from '../cursor.ts'
import { findLineEnd } from './line.ts'

export type Progress = 'end' | 'need-more' | 'lost-sync'

const CR = 0x0d
const LF = 0x0a

/** What is left of a line, and of a value with the line end behind it. */
export class Rest {
  #bytes: number
  #inLine: boolean

  constructor() {
    this.#bytes = 0
    this.#inLine = false
  }

  begin(bytes: number, inLine: boolean): void {
    this.#bytes = bytes
    this.#inLine = inLine
  }

  /** Bytes that need not be seen. */
  get skippable(): number {
    return this.#inLine ? 0 : Math.max(0, this.#bytes - 2)
  }

  read(cursor: Cursor): Progress {
    if (this.#inLine && !this.#passLine(cursor)) return 'need-more'
    if (this.#bytes > 2) this.#bytes -= cursor.skipUpTo(this.#bytes - 2)
    if (this.#bytes > 2) return 'need-more'
    for (; this.#bytes > 0 && cursor.readable > 0; this.#bytes--) {
      if (cursor.bytes[cursor.at] !== (this.#bytes === 2 ? CR : LF)) return 'lost-sync'
      cursor.at++
    }
    this.#bytes -= cursor.skipUpTo(this.#bytes)
    return this.#bytes > 0 ? 'need-more' : 'end'
  }

  #passLine(cursor: Cursor): boolean {
    if (cursor.readable <= 0) return false
    const found = findLineEnd(cursor.bytes, cursor.at, cursor.end)
    cursor.at = found === -1 ? cursor.end : found + 1
    this.#inLine = found === -1
    return !this.#inLine
  }
}
