import type { Lexer } from './lexer.ts'

/** Characters of a text that are kept. */
const MAX_TEXT = 4096

/** What stands in quotes behind these is a secret, whatever quotes they are. */
const BEFORE_SECRET = new Set(['PASSWORD', 'IDENTIFIED'])
/** Truth values behind these are part of a predicate. */
const BEFORE_PREDICATE = new Set(['IS', 'NOT'])

/** Of `IN (…)`: what stood there last. */
type ListState = 'none' | 'in' | 'open' | 'value' | 'comma'

/**
 * The text of a query with `?` for each literal, one blank for each stretch of blanks and comments,
 * and `IN (?)` for lists of literals and parameters. What is longer than the limit is cut at a token.
 */
export class QueryText {
  readonly #lexer: Lexer
  text: string
  isFull: boolean
  /** The word before; '' anything else. */
  #word: string
  #afterString: boolean
  #secret: boolean
  #list: ListState
  /** One value of the list stands in the text. */
  #listShown: boolean
  /** What of the list is not in the text yet. */
  #held: string

  constructor(lexer: Lexer) {
    this.#lexer = lexer
    this.text = ''
    this.isFull = false
    this.#word = ''
    this.#afterString = false
    this.#secret = false
    this.#list = 'none'
    this.#listShown = false
    this.#held = ''
  }

  /** Adds the token in hand; `word`: in capitals, '' if it is none or long. */
  add(word: string): void {
    const { kind, start, end, text } = this.#lexer
    const isLiteral = this.#isLiteral(word)
    // Strings side by side are one.
    if (kind !== 'string' || !this.#afterString) {
      const raw = isLiteral ? '?' : text.slice(start, end)
      if (!this.#listTakes(raw, isLiteral || kind === 'parameter')) this.#addPlain(raw)
    }
    if (word === 'IN') this.#list = 'in'
    this.#remember(word, text.charCodeAt(start))
  }

  finish(): string {
    if (this.#list === 'value' && !this.#listShown) this.#append('?')
    return this.text
  }

  #isLiteral(word: string): boolean {
    const { kind } = this.#lexer
    if (kind === 'string' || kind === 'number') return true
    if (kind === 'quoted') return this.#secret
    return (word === 'TRUE' || word === 'FALSE') && !BEFORE_PREDICATE.has(this.#word)
  }

  #remember(word: string, code: number): void {
    const { kind } = this.#lexer
    this.#word = word
    this.#afterString = kind === 'string'
    if (kind === 'word') this.#secret = BEFORE_SECRET.has(word) || (this.#secret && word === 'BY')
    else if (code !== 0x3d) this.#secret = false
  }

  #addPlain(raw: string): void {
    // It is no list of values: what was held back is shown as it stands.
    if (this.#held) this.#append(this.#held)
    this.#held = ''
    this.#list = 'none'
    this.#append(this.#spaced(raw))
  }

  /** Part of a list of values so far? */
  #listTakes(raw: string, isValue: boolean): boolean {
    if (this.#list === 'none') return false
    if (this.#list === 'in') return raw === '(' && this.#openList(raw)
    if (this.#list === 'value') return (raw === ',' || raw === ')') && this.#endValue(raw)
    if (!isValue && raw !== '-' && raw !== '+') return false
    this.#held += this.#spaced(raw)
    if (isValue) this.#list = 'value'
    return true
  }

  #openList(raw: string): true {
    this.#append(this.#spaced(raw))
    this.#list = 'open'
    this.#listShown = false
    return true
  }

  #endValue(raw: string): true {
    if (!this.#listShown) this.#append('?')
    this.#listShown = true
    this.#held = raw === ',' ? raw : ''
    if (raw === ')') this.#append(raw)
    this.#list = raw === ',' ? 'comma' : 'none'
    return true
  }

  #spaced(raw: string): string {
    return this.#lexer.spaced && (this.text || this.#held) ? ` ${raw}` : raw
  }

  #append(piece: string): void {
    if (this.isFull) return
    if (this.text.length + piece.length > MAX_TEXT) this.isFull = true
    else this.text += piece
  }
}
