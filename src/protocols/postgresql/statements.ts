/** A statement as it was parsed. */
export interface Statement {
  readonly sql: string
  readonly isCut: boolean
}

const MAX_STATEMENTS = 1024
/** Characters of all statements of a connection. */
const MAX_CHARACTERS = 1 << 20

/** The prepared statements of one connection, or its portals, by name: those used last. */
export class Statements {
  readonly #byName: Map<string, Statement>
  #characters: number

  constructor() {
    this.#byName = new Map()
    this.#characters = 0
  }

  get size(): number {
    return this.#byName.size
  }

  get(name: string): Statement | undefined {
    const statement = this.#byName.get(name)
    if (statement === undefined) return undefined
    this.#byName.delete(name)
    this.#byName.set(name, statement)
    return statement
  }

  set(name: string, statement: Statement): void {
    this.delete(name)
    this.#byName.set(name, statement)
    this.#characters += name.length + statement.sql.length
    while (this.#byName.size > MAX_STATEMENTS || this.#characters > MAX_CHARACTERS)
      this.delete(this.#byName.keys().next().value as string)
  }

  delete(name: string): void {
    const statement = this.#byName.get(name)
    if (statement === undefined) return
    this.#byName.delete(name)
    this.#characters -= name.length + statement.sql.length
  }
}
