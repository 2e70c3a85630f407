import type { Lexer } from './lexer.ts'
import {
  AFTER_NAMES,
  BEFORE_NAME,
  BEFORE_SOURCE,
  FROM_QUERY,
  INNER_VERBS,
  NAMELESS_OBJECTS,
  OBJECTS,
  VERBS,
  type VerbKind,
  WITH_BODY,
  WITH_SOURCES,
  WITHOUT_COLLECTIONS,
} from './verbs.ts'

/** Parentheses in parentheses; what is deeper is not looked at. */
const MAX_DEPTH = 64
const MAX_CTES = 64

const OPEN = 0x28
const CLOSE = 0x29
const COMMA = 0x2c
const DOT = 0x2e
const SEMICOLON = 0x3b

/** A statement, or what stands in a pair of parentheses. */
class Frame {
  kind: VerbKind | 'none' = 'none'
  /** Its verb, in capitals. */
  verb = ''
  /** Nothing of it was read yet. */
  isFresh = true
  /** A collection, or another target, may follow. */
  wants = false
  /** A comma brings another one. */
  isList = false
  /** Within the list of common table expressions; their name may follow. */
  inWith = false
  wantsCte = false
  /** What it acts on are collections. */
  hasCollections = true

  /** FROM, JOIN, and parentheses around them. */
  get takesSources(): boolean {
    return this.kind === 'none' || WITH_SOURCES.has(this.verb)
  }

  startAnew(wants: boolean): void {
    this.kind = 'none'
    this.verb = ''
    this.isFresh = true
    this.wants = wants
    this.isList = wants
    this.inWith = false
    this.wantsCte = false
    this.hasCollections = true
  }
}

/** Hears what a query does, part by part. */
export interface SummaryParts {
  operation(text: string): void
  target(text: string, isCollection: boolean): void
  endOfStatement(): void
}

/**
 * Finds the operations of a query and the collections they act on:
 * https://opentelemetry.io/docs/specs/semconv/db/database-spans/#generating-a-summary-of-the-query
 */
export class QuerySummary {
  readonly #lexer: Lexer
  readonly #parts: SummaryParts
  readonly #frames: Frame[]
  #depth: number
  /** Nothing that follows in this statement is of interest. */
  #isDone: boolean
  /** It creates a procedure or the like. */
  #hasBody: boolean
  /** All that follows is the body of one. */
  #inBody: boolean
  /** CREATE and the like, until the kind of the object is read. */
  #pendingVerb: string
  /** The name in hand; '' none. */
  #name: string
  /** It was a plain name, or its last dot waits for the rest. */
  #isDotted: boolean
  #afterDot: boolean
  #word: string
  #wordBefore: string
  readonly #ctes: Set<string>

  constructor(lexer: Lexer, parts: SummaryParts) {
    this.#lexer = lexer
    this.#parts = parts
    this.#frames = [new Frame()]
    this.#depth = 0
    this.#isDone = false
    this.#hasBody = false
    this.#inBody = false
    this.#pendingVerb = ''
    this.#name = ''
    this.#isDotted = false
    this.#afterDot = false
    this.#word = ''
    this.#wordBefore = ''
    this.#ctes = new Set()
  }

  /** Takes the token in hand; `word`: in capitals, '' if it is none or long. */
  add(word: string): void {
    const { kind, text, start } = this.#lexer
    if (kind === 'mark') this.#mark(text.charCodeAt(start))
    else if (kind === 'word' || kind === 'quoted') this.#addName(word)
    else this.#addOther()
    this.#wordBefore = this.#word
    this.#word = word
  }

  /** `isCut`: the last name may have been longer. */
  finish(isCut: boolean): void {
    if (isCut && !this.#lexer.spaced) this.#name = ''
    this.#endStatement()
  }

  get #frame(): Frame {
    return this.#frames[Math.min(this.#depth, MAX_DEPTH)]!
  }

  #mark(code: number): void {
    if (code === DOT) {
      this.#afterDot = true
      return
    }
    if (code === SEMICOLON) {
      this.#endStatement()
      return
    }
    this.#endName()
    this.#afterDot = false
    if (code === OPEN) this.#open()
    else if (code === CLOSE) this.#close()
    else if (code === COMMA) this.#comma()
    else this.#frame.wants = false
  }

  #addOther(): void {
    this.#endName()
    this.#afterDot = false
    const frame = this.#frame
    frame.wants = false
    frame.isFresh = false
  }

  #open(): void {
    const outer = this.#frame
    // `JOIN t USING (…)`: those are columns.
    const isSource = outer.wants && outer.takesSources && this.#word !== 'USING'
    if (outer.takesSources) outer.wants = false
    const opensVerb = outer.inWith || outer.verb === 'COPY'
    outer.isFresh = false
    this.#depth++
    if (this.#depth > MAX_DEPTH) return
    this.#frames[this.#depth] ??= new Frame()
    this.#frame.startAnew(isSource)
    this.#frame.inWith = opensVerb
  }

  #close(): void {
    if (this.#depth > 0) this.#depth--
  }

  #comma(): void {
    const frame = this.#frame
    frame.isFresh = false
    if (frame.inWith) frame.wantsCte = true
    else if (frame.isList) frame.wants = true
  }

  #addName(word: string): void {
    const { text, start, end } = this.#lexer
    const raw = text.slice(start, end)
    if (this.#afterDot) {
      this.#afterDot = false
      if (this.#name) {
        this.#name += `.${raw}`
        this.#isDotted = true
      }
      return
    }
    this.#endName()
    if (this.#hasBody && word === 'BEGIN') this.#inBody = true
    if (this.#isDone || this.#inBody || this.#depth > MAX_DEPTH) return
    const frame = this.#frame
    const { isFresh } = frame
    frame.isFresh = false
    if (word && this.#keyword(word, raw, frame, isFresh)) return
    if (frame.wantsCte) this.#addCte(frame, raw)
    else if (frame.wants) this.#name = raw
  }

  /** Whether the word is anything but a name. */
  #keyword(word: string, raw: string, frame: Frame, isFresh: boolean): boolean {
    if (isFresh && this.#depth === 0) return this.#firstWord(word, raw, frame)
    if (this.#pendingVerb) return this.#objectWord(word, raw, frame)
    if (this.#opensVerb(word, frame, isFresh)) {
      this.#begin(word, raw, frame)
      return true
    }
    if (word === 'WITH' && (isFresh || frame.kind !== 'query')) return this.#openWith(frame)
    if (frame.inWith) return word === 'RECURSIVE'
    return this.#clause(word, frame)
  }

  #firstWord(word: string, raw: string, frame: Frame): boolean {
    if (word === 'WITH') return this.#openWith(frame)
    if (VERBS.has(word)) this.#begin(word, raw, frame)
    else this.#isDone = true
    return true
  }

  #opensVerb(word: string, frame: Frame, isFresh: boolean): boolean {
    if (word === 'SELECT') return isFresh || frame.kind !== 'none' || frame.inWith
    if (!INNER_VERBS.has(word)) return false
    return frame.kind === 'prefix' || (frame.inWith && !frame.wantsCte)
  }

  #openWith(frame: Frame): true {
    frame.inWith = true
    frame.wantsCte = true
    frame.wants = false
    return true
  }

  #addCte(frame: Frame, raw: string): void {
    frame.wantsCte = false
    if (this.#ctes.size < MAX_CTES) this.#ctes.add(bareName(raw))
  }

  #begin(word: string, raw: string, frame: Frame): void {
    const kind = VERBS.get(word)!
    frame.kind = kind
    frame.verb = word
    frame.inWith = false
    frame.wantsCte = false
    frame.hasCollections = !WITHOUT_COLLECTIONS.has(word)
    frame.isList = kind === 'targets'
    frame.wants = kind === 'targets' || kind === 'target'
    if (kind === 'object') this.#pendingVerb = raw
    else this.#parts.operation(raw)
    this.#isDone = kind === 'bare'
  }

  /** Between CREATE and TABLE, and the like. */
  #objectWord(word: string, raw: string, frame: Frame): boolean {
    const nameless = NAMELESS_OBJECTS.has(word)
    if (!nameless && !OBJECTS.has(word)) return true
    this.#parts.operation(`${this.#pendingVerb} ${raw}`)
    this.#pendingVerb = ''
    this.#isDone = nameless
    this.#hasBody = frame.verb === 'CREATE' && WITH_BODY.has(word)
    frame.wants = true
    frame.isList = frame.verb === 'DROP' || frame.verb === 'OPTIMIZE'
    frame.hasCollections = word === 'TABLE'
    // From here on a query may follow, or nothing.
    frame.kind = frame.verb === 'CREATE' && FROM_QUERY.has(word) ? 'target' : 'bare'
    return true
  }

  #clause(word: string, frame: Frame): boolean {
    if (AFTER_NAMES.has(word)) {
      frame.wants = false
      frame.isList = false
      return true
    }
    if (this.#bringsSource(word, frame)) {
      frame.wants = true
      frame.isList = true
      return true
    }
    if (word === 'INTO' && frame.kind === 'import') frame.wants = true
    if (!frame.wants) return true
    return (
      frame.takesSources && frame.verb !== 'UPDATE' && frame.verb !== 'MERGE'
        ? BEFORE_SOURCE
        : BEFORE_NAME
    ).has(word)
  }

  #bringsSource(word: string, frame: Frame): boolean {
    const before = this.#word
    if (word === 'JOIN' || word === 'STRAIGHT_JOIN') return frame.isList && before !== 'FOR'
    if (frame.kind === 'none' || !frame.takesSources) return false
    if (word === 'USING') return frame.verb === 'MERGE' || frame.verb === 'DELETE'
    if (word !== 'FROM') return false
    // IS [NOT] DISTINCT FROM compares.
    return before !== 'DISTINCT' || (this.#wordBefore !== 'IS' && this.#wordBefore !== 'NOT')
  }

  #endName(): void {
    const name = this.#name
    if (!name) return
    const frame = this.#frame
    const isCte = !this.#isDotted && this.#ctes.size > 0 && this.#ctes.has(bareName(name))
    if (!isCte) this.#parts.target(name, frame.hasCollections)
    this.#name = ''
    this.#isDotted = false
    frame.wants = false
    if (frame.kind === 'bare' && !frame.isList) this.#isDone = true
  }

  #endStatement(): void {
    this.#endName()
    if (this.#pendingVerb) this.#parts.operation(this.#pendingVerb)
    this.#pendingVerb = ''
    this.#parts.endOfStatement()
    this.#afterDot = false
    this.#isDone = false
    this.#hasBody &&= this.#inBody
    this.#depth = 0
    this.#frame.startAnew(false)
    this.#ctes.clear()
  }
}

/** As it is compared: in lower case without quotes. */
function bareName(name: string): string {
  const code = name.charCodeAt(0)
  return code === 0x22 || code === 0x60 ? name.slice(1, -1) : name.toLowerCase()
}
