import type { SummaryParts } from './query-summary.ts'

/** As the semantic conventions say, and never within a name. */
const MAX_SUMMARY = 255
const BETWEEN_STATEMENTS = '; '

/** `SELECT a b; INSERT c`: a statement that repeats the one before is left out. */
export class SummaryLine implements SummaryParts {
  #line: string
  /** What the statement in hand adds. */
  #statement: string
  #before: string
  #isFull: boolean
  #operations: number
  #targets: number
  #operation: string
  #target: string
  #isCollection: boolean

  constructor() {
    this.#line = ''
    this.#statement = ''
    this.#before = ''
    this.#isFull = false
    this.#operations = 0
    this.#targets = 0
    this.#operation = ''
    this.#target = ''
    this.#isCollection = false
  }

  get text(): string {
    return this.#line
  }

  /** The only one. */
  get onlyOperation(): string | undefined {
    return this.#operations === 1 ? this.#operation : undefined
  }

  /** The only one, of the only operation. */
  get onlyTarget(): string | undefined {
    const isOnly = this.#operations === 1 && this.#targets === 1
    return isOnly && this.#isCollection ? this.#target : undefined
  }

  operation(text: string): void {
    this.#operation = text
    this.#operations++
    this.#add(text)
  }

  target(text: string, isCollection: boolean): void {
    this.#isCollection = isCollection
    this.#target = text
    this.#targets++
    this.#add(text)
  }

  endOfStatement(): void {
    const statement = this.#statement
    if (!statement) return
    if (statement !== this.#before) this.#line += (this.#line && BETWEEN_STATEMENTS) + statement
    this.#before = statement
    this.#statement = ''
  }

  #add(part: string): void {
    const between = this.#statement ? ' ' : this.#line && BETWEEN_STATEMENTS
    const length = this.#line.length + this.#statement.length + between.length + part.length
    const extra = this.#statement && this.#line ? BETWEEN_STATEMENTS.length : 0
    if (this.#isFull || length + extra > MAX_SUMMARY) this.#isFull = true
    else this.#statement += this.#statement ? ` ${part}` : part
  }
}
