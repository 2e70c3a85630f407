/** Of a statement so much is looked at. */
const MAX_SET = 256

/** Where the queries of one connection look for their tables, as far as it was seen. */
export class Session {
  database: string
  /** First of the search path; '' not known, or the default. */
  schema: string
  #inTransaction: boolean
  /** Chosen in the transaction that is open: gone if it is rolled back. */
  #isTentative: boolean

  constructor() {
    this.database = ''
    this.schema = ''
    this.#inTransaction = false
    this.#isTentative = false
  }

  /**
   * `{database}|{schema}`, or the one that is known.
   * https://opentelemetry.io/docs/specs/semconv/db/postgresql/
   */
  get namespace(): string {
    const { database, schema } = this
    return database && schema ? `${database}|${schema}` : database || schema
  }

  /** What was lost may have chosen another schema. */
  forget(): void {
    this.schema = ''
    this.#isTentative = false
  }

  /** A statement went well. `command`: its tag; '' of several. */
  took(sql: string, command: string): void {
    switch (command) {
      case 'BEGIN':
      case 'START TRANSACTION':
        this.#inTransaction = true
        return
      case 'COMMIT':
      case 'ROLLBACK':
        this.#inTransaction = false
        if (command === 'ROLLBACK' && this.#isTentative) this.schema = ''
        this.#isTentative = false
        return
      case 'SET':
        this.#set(sql)
        return
      case 'RESET':
      case 'DISCARD ALL':
        this.schema = ''
        return
      default:
        // set_config(), several statements
        if (namesPath(sql)) this.schema = ''
    }
  }

  #set(sql: string): void {
    if (sql !== '' && !namesPath(sql)) return
    this.schema = sql.length > MAX_SET ? '' : firstSchema(sql)
    this.#isTentative = this.#inTransaction
  }
}

function namesPath(sql: string): boolean {
  return sql.includes('search_path') || sql.includes('SEARCH_PATH')
}

/** Of `SET search_path TO app, public`. What holds for one transaction only is left out. */
function firstSchema(sql: string): string {
  const [, list = ''] = /^\s*SET\s+(?:SESSION\s+)?search_path\s*(?:=|TO\b)\s*(.*)/is.exec(sql) ?? []
  return firstOf(list)
}

/** Of a list of names, the first, if it is one: not `DEFAULT`, and not `"$user"`, which may not exist. */
export function firstOf(list: string): string {
  const [, quoted, text, bare = ''] = /^\s*(?:"([^"]*)"|'([^']*)'|(\w+))/.exec(list) ?? []
  const name = quoted ?? text ?? bare.toLowerCase()
  return name === 'default' || name.startsWith('$') || name.includes(',') ? '' : name
}
