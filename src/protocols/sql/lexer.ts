// SQL as PostgreSQL and MySQL or MariaDB cut it into tokens.
// https://www.postgresql.org/docs/current/sql-syntax-lexical.html
// https://dev.mysql.com/doc/refman/8.4/en/language-structure.html

import { isDigit, isLetter, isSpace, isWordPart } from './characters.ts'

export type Dialect = 'postgresql' | 'mysql'

/**
 * - `word`: a keyword, or an identifier without quotes.
 * - `quoted`: an identifier in quotes.
 * - `string`, `number`: literals. What the text ends within is a literal too.
 * - `parameter`: `$1`, `?`.
 * - `mark`: one character of an operator or of punctuation.
 */
export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'mark' | 'end'

const QUOTE = 0x27
const DOUBLE_QUOTE = 0x22
const BACKTICK = 0x60
const BACKSLASH = 0x5c
const DOLLAR = 0x24
const DOT = 0x2e
const DASH = 0x2d
const SLASH = 0x2f
const STAR = 0x2a
const HASH = 0x23
const BANG = 0x21
const AMPERSAND = 0x26
const QUESTION = 0x3f
const ZERO = 0x30
const UNDERSCORE = 0x5f

/** `0x`, `0b`, `0o`. */
const RADIX_LETTERS = [0x78, 0x62, 0x6f]
/** `B''`, `E''`, `N''`, `X''`. */
const STRING_PREFIXES = [0x62, 0x65, 0x6e, 0x78]
const E = 0x65
const U = 0x75
const M = 0x6d

/** Cuts one statement, or several, into tokens. Each character is looked at a bounded number of times. */
export class Lexer {
  readonly text: string
  readonly #mysql: boolean
  /** Within a comment that MySQL executes. */
  #hint: boolean
  kind: TokenKind
  start: number
  end: number
  /** Blanks or comments stand before it. */
  spaced: boolean

  constructor(text: string, dialect: Dialect) {
    this.text = text
    this.#mysql = dialect === 'mysql'
    this.#hint = false
    this.kind = 'end'
    this.start = 0
    this.end = 0
    this.spaced = false
  }

  /** Goes on to the next token; false at the end. */
  next(): boolean {
    const afterDot = this.kind === 'mark' && this.#code(this.start) === DOT
    const afterName = this.kind === 'word' || this.kind === 'quoted'
    const before = this.end
    this.start = this.#skipSpace(before)
    this.spaced = this.start > before
    if (this.start >= this.text.length) {
      this.end = this.start
      this.kind = 'end'
      return false
    }
    this.end = this.#read(this.start, afterDot, afterName && !this.spaced)
    return true
  }

  #code(at: number): number {
    return at < this.text.length ? this.text.charCodeAt(at) : -1
  }

  #as(kind: TokenKind, end: number): number {
    this.kind = kind
    return end
  }

  /** Each of these returns where the token ends. */
  #read(at: number, afterDot: boolean, afterName: boolean): number {
    const code = this.#code(at)
    if (isLetter(code)) return this.#readWord(at, code)
    if (isDigit(code)) return this.#readNumber(at, afterDot)
    if (code === QUOTE) return this.#readString(at, QUOTE, this.#mysql)
    if (code === DOUBLE_QUOTE) return this.#readDoubleQuoted(at)
    if (code === DOLLAR) return this.#readDollar(at)
    if (code === DOT && !afterName && isDigit(this.#code(at + 1)))
      return this.#readNumber(at, false)
    if (this.#mysql && code === BACKTICK) return this.#readQuoted(at, BACKTICK)
    return this.#as(this.#mysql && code === QUESTION ? 'parameter' : 'mark', at + 1)
  }

  #readWord(at: number, code: number): number {
    const lower = code | 0x20
    const second = this.#code(at + 1)
    if (second === QUOTE && STRING_PREFIXES.includes(lower)) {
      return this.#readString(at + 1, QUOTE, this.#mysql || lower === E)
    }
    if (lower === U && second === AMPERSAND && !this.#mysql) {
      const quote = this.#code(at + 2)
      if (quote === QUOTE) return this.#readString(at + 2, QUOTE, false)
      if (quote === DOUBLE_QUOTE) return this.#readQuoted(at + 2, quote)
    }
    return this.#as('word', this.#endOfWord(at))
  }

  #endOfWord(at: number): number {
    let end = at
    while (isWordPart(this.#code(end))) end++
    return end
  }

  #readDoubleQuoted(at: number): number {
    return this.#mysql
      ? this.#readString(at, DOUBLE_QUOTE, true)
      : this.#readQuoted(at, DOUBLE_QUOTE)
  }

  /** `at`: where the quote stands. */
  #readString(at: number, quote: number, backslashes: boolean): number {
    let end = at + 1
    for (; end < this.text.length; end++) {
      const code = this.text.charCodeAt(end)
      if (code === BACKSLASH && backslashes) end++
      else if (code === quote) {
        if (this.#code(end + 1) !== quote) return this.#as('string', end + 1)
        end++
      }
    }
    return this.#as('string', this.text.length)
  }

  #readQuoted(at: number, quote: number): number {
    let end = at + 1
    for (; end < this.text.length; end++) {
      if (this.text.charCodeAt(end) !== quote) continue
      if (this.#code(end + 1) !== quote) return this.#as('quoted', end + 1)
      end++
    }
    return this.#as('string', this.text.length)
  }

  /** `$1`, `$tag$ … $tag$`; an identifier in MySQL. */
  #readDollar(at: number): number {
    if (this.#mysql) return this.#as('word', this.#endOfWord(at))
    let end = at + 1
    if (isDigit(this.#code(end))) {
      while (isDigit(this.#code(end))) end++
      return this.#as('parameter', end)
    }
    while (isLetter(this.#code(end)) || (end > at + 1 && isDigit(this.#code(end)))) end++
    // Cut within the tag: nothing of the string is there.
    if (end === this.text.length) return this.#as('string', end)
    if (this.#code(end) !== DOLLAR) return this.#as('mark', at + 1)
    const tag = this.text.slice(at, end + 1)
    const close = this.text.indexOf(tag, end + 1)
    return this.#as('string', close === -1 ? this.text.length : close + tag.length)
  }

  #readNumber(at: number, afterDot: boolean): number {
    const end = this.#endOfNumber(at)
    const wordEnd = this.#endOfWord(end)
    // MySQL lets identifiers begin with digits: `2024_orders`, `shop.1st`.
    const isName = this.#mysql && (afterDot || wordEnd > end)
    const isWord = isName && this.#endOfWord(at) === wordEnd
    return this.#as(isWord ? 'word' : 'number', wordEnd)
  }

  #endOfNumber(at: number): number {
    if (this.#code(at) === ZERO && RADIX_LETTERS.includes(this.#code(at + 1) | 0x20))
      return this.#endOfRadix(at + 2)
    let end = this.#endOfDigits(at)
    // `1..10` is a range.
    if (this.#code(end) === DOT && this.#code(end + 1) !== DOT) end = this.#endOfDigits(end + 1)
    if ((this.#code(end) | 0x20) !== E) return end
    const sign = this.#code(end + 1)
    const digits = sign === DASH || sign === 0x2b ? end + 2 : end + 1
    return isDigit(this.#code(digits)) ? this.#endOfDigits(digits) : end
  }

  #endOfDigits(at: number): number {
    let end = at
    while (isDigit(this.#code(end)) || (this.#code(end) === UNDERSCORE && !this.#mysql)) end++
    return end
  }

  #endOfRadix(at: number): number {
    let end = at
    for (; ; end++) {
      const code = this.#code(end)
      const letter = code | 0x20
      const isHex = isDigit(code) || (letter >= 0x61 && letter <= 0x66)
      if (!isHex && (code !== UNDERSCORE || this.#mysql)) return end
    }
  }

  /** Index of what is neither blank nor comment. */
  #skipSpace(from: number): number {
    let at = from
    while (at < this.text.length) {
      const code = this.text.charCodeAt(at)
      if (isSpace(code)) at++
      else {
        const end = this.#endOfComment(at, code)
        if (end === at) return at
        at = end
      }
    }
    return this.text.length
  }

  /** `at` if none begins there. */
  #endOfComment(at: number, code: number): number {
    const next = this.#code(at + 1)
    if (code === DASH && next === DASH) return this.#isDashComment(at) ? this.#endOfLine(at) : at
    if (code === HASH && this.#mysql) return this.#endOfLine(at)
    if (code === SLASH && next === STAR) return this.#endOfBlock(at)
    if (code === STAR && next === SLASH && this.#hint) {
      this.#hint = false
      return at + 2
    }
    return at
  }

  /** MySQL wants a blank behind the dashes. */
  #isDashComment(at: number): boolean {
    const third = this.#code(at + 2)
    return !this.#mysql || third === -1 || isSpace(third)
  }

  #endOfLine(at: number): number {
    const end = this.text.indexOf('\n', at)
    return end === -1 ? this.text.length : end + 1
  }

  #endOfBlock(at: number): number {
    if (!this.#mysql) return this.#endOfNested(at)
    const hint = this.#startOfHint(at + 2)
    if (hint !== -1) {
      this.#hint = true
      return hint
    }
    const end = this.text.indexOf('*/', at + 2)
    return end === -1 ? this.text.length : end + 2
  }

  /** Behind `!50110` or MariaDB's `M!100100`, of which the rest is executed; -1: it is a comment. */
  #startOfHint(at: number): number {
    let end = (this.#code(at) | 0x20) === M ? at + 1 : at
    if (this.#code(end) !== BANG) return -1
    end++
    while (isDigit(this.#code(end))) end++
    return end
  }

  #endOfNested(at: number): number {
    let depth = 1
    let end = at + 2
    while (end < this.text.length && depth > 0) {
      const code = this.text.charCodeAt(end)
      const next = this.#code(end + 1)
      if (code === STAR && next === SLASH) depth--
      else if (code === SLASH && next === STAR) depth++
      else {
        end++
        continue
      }
      end += 2
    }
    return end
  }
}
