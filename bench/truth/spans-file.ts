import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { type SeenSpan, spanOfAgentLine } from '../../test/support/system/spans.ts'

const NEWLINE = 10

/** A span with the requests that it came after. */
export interface LinkedSpan extends SeenSpan {
  readonly links: readonly { readonly spanId: string }[]
}

/** Lines of JSON that the agent writes to a file: nobody is too slow for it. */
export class SpansFile {
  readonly path: string
  readonly #piece = Buffer.alloc(1 << 20)
  #at = 0
  #lines = 0

  constructor(path: string) {
    this.path = path
  }

  /** At the last look. */
  get lines(): number {
    return this.#lines
  }

  /** Whole lines so far. */
  count(): number {
    const file = openSync(this.path, 'r')
    for (;;) {
      const length = readSync(file, this.#piece, 0, this.#piece.length, this.#at)
      if (length === 0) break
      for (let i = 0; i < length; i++) if (this.#piece[i] === NEWLINE) this.#lines++
      this.#at += length
    }
    closeSync(file)
    return this.#lines
  }

  spans(): LinkedSpan[] {
    const lines = readFileSync(this.path, 'utf8').split('\n').slice(0, -1)
    return lines
      .filter((line) => line.startsWith('{'))
      .map((line) => ({ ...spanOfAgentLine(line), links: linksOf(line) }))
  }
}

function linksOf(line: string): LinkedSpan['links'] {
  return (JSON.parse(line) as LinkedSpan).links
}
