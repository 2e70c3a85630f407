/** Statements remembered of one connection, and characters of their texts together. */
const MAX_STATEMENTS = 1024
const MAX_TEXT = 262_144

/** Text of a prepared statement. */
export interface Statement {
  readonly text: string
  /** Its end is missing. */
  readonly isCut: boolean
}

/** The prepared statements of one connection by id; those used last stay. */
export class Statements {
  readonly #known: Map<number, Statement>
  #length: number
  /** Statements that had to go for others. */
  evicted: number

  constructor() {
    this.#known = new Map()
    this.#length = 0
    this.evicted = 0
  }

  get size(): number {
    return this.#known.size
  }

  get(id: number): Statement | undefined {
    const statement = this.#known.get(id)
    if (statement === undefined) return undefined
    this.#known.delete(id)
    this.#known.set(id, statement)
    return statement
  }

  set(id: number, statement: Statement): void {
    this.delete(id)
    this.#known.set(id, statement)
    this.#length += statement.text.length
    for (const first of this.#known.keys()) {
      if (this.#known.size <= MAX_STATEMENTS && this.#length <= MAX_TEXT) return
      this.delete(first)
      this.evicted++
    }
  }

  delete(id: number): void {
    const statement = this.#known.get(id)
    if (statement === undefined) return
    this.#length -= statement.text.length
    this.#known.delete(id)
  }

  clear(): void {
    this.#known.clear()
    this.#length = 0
  }
}
