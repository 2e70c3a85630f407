import { Capability } from './capabilities.ts'
import { Command } from './commands.ts'
import type { MySqlRequest, Server } from './message.ts'
import { Statements } from './statements.ts'

/** What client and server of one connection agreed on, as far as it was seen. */
export class Session {
  readonly server: Server
  #serverFlags: number
  #clientFlags: number
  #greeted: boolean
  #known: boolean
  /** Result sets have no EOF behind the definitions; undefined until it was seen. */
  noEof: boolean | undefined
  /** The database in use; '' none or unknown. */
  namespace: string
  /** No command was seen yet. */
  mayLogIn: boolean
  /** The client was asked for a file (LOAD DATA LOCAL) and has not sent its end. */
  sendsFile: boolean
  /** The client's next bytes are TLS. */
  asksForTls: boolean
  /** Nothing more can be read: compression, TLS, or the stream of a replica. */
  left: boolean
  readonly statements: Statements

  constructor() {
    this.server = { system: 'mysql' }
    this.#serverFlags = 0
    this.#clientFlags = 0
    this.#greeted = false
    this.#known = false
    this.noEof = undefined
    this.namespace = ''
    this.mayLogIn = true
    this.sendsFile = false
    this.asksForTls = false
    this.left = false
    this.statements = new Statements()
  }

  greeted(flags: number, isMariaDb: boolean): void {
    this.#serverFlags = flags
    this.#greeted = true
    if (isMariaDb) this.server.system = 'mariadb'
  }

  asked(flags: number): void {
    this.#clientFlags = flags
    this.#known = true
  }

  /** Both ends have it; undefined: one of them was not seen. */
  has(flag: number): boolean | undefined {
    if (this.#known && (this.#clientFlags & flag) === 0) return false
    if (this.#greeted && (this.#serverFlags & flag) === 0) return false
    return this.#known && this.#greeted ? true : undefined
  }

  get isGreeted(): boolean {
    return this.#greeted
  }

  /** The database in use is about to be another, if the server agrees. */
  asksFor(database: string | undefined): void {
    if (database !== undefined) this.namespace = ''
  }

  /** Whatever was lost of the client's direction may have chosen another database. */
  requestsLost(): void {
    this.sendsFile = false
    this.namespace = ''
  }

  /** `schema`: the database in use, where the server says so. */
  wentWell(request: MySqlRequest | undefined, schema: string | undefined): void {
    const database = schema ?? request?.database
    if (database !== undefined) this.namespace = database
    if (request?.command === Command.login) {
      this.noEof ??= this.has(Capability.deprecateEof)
      this.left = this.has(Capability.compress) === true || this.has(Capability.zstd) === true
    } else if (
      request?.command === Command.changeUser ||
      request?.command === Command.resetConnection
    )
      this.statements.clear()
  }
}
