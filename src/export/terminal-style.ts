// Colours are those of the reader's own theme: the sixteen that every terminal names.

/** No red and no yellow: those are for what went wrong. */
const SERVICES = [36, 32, 35, 94, 96, 92, 95, 34]
const MOST_SERVICES = 1000
const RED = '31'
const YELLOW = '33'
const BOLD = '1'
const DIM = '2'

/** What things look like, or nothing at all where colour is not wanted. */
export class Style {
  readonly #on: boolean
  /** Each service keeps its colour; they are given out in the order of first appearance. */
  readonly #services = new Map<string, number>()

  constructor(on: boolean) {
    this.#on = on
  }

  dim(text: string): string {
    return this.#wrap(text, DIM)
  }

  bold(text: string): string {
    return this.#wrap(text, BOLD)
  }

  error(text: string): string {
    return this.#wrap(text, RED)
  }

  warning(text: string): string {
    return this.#wrap(text, YELLOW)
  }

  /** `faint`: what belongs to the service but is told better by another line. */
  service(name: string, text: string, faint = false): string {
    if (!this.#on) return text
    const code = String(this.#colorOf(name))
    return this.#wrap(text, faint ? `${DIM};${code}` : code)
  }

  #colorOf(name: string): number {
    let color = this.#services.get(name)
    if (color === undefined) {
      color = SERVICES[this.#services.size % SERVICES.length]!
      if (this.#services.size < MOST_SERVICES) this.#services.set(name, color)
    }
    return color
  }

  #wrap(text: string, code: string): string {
    return this.#on && text.trim() !== '' ? `\x1b[${code}m${text}\x1b[0m` : text
  }
}

export interface Glyphs {
  readonly call: string
  readonly part: string
  readonly branch: string
  readonly last: string
  readonly pass: string
  readonly dots: string
  readonly between: string
  /** Whole cell, its left half, its right half, a thin mark for what is shorter. */
  readonly bar: readonly [string, string, string, string]
}

export const UNICODE: Glyphs = {
  call: '→ ',
  part: '─ ',
  branch: '├',
  last: '╰',
  pass: '│',
  dots: '⋯ ',
  between: ' · ',
  bar: ['█', '▌', '▐', '▏'],
}

/** For terminals that do not speak UTF-8. */
export const ASCII: Glyphs = {
  call: '> ',
  part: '- ',
  branch: '|',
  last: '`',
  pass: '|',
  dots: '~ ',
  between: ', ',
  bar: ['=', '=', '=', '|'],
}
