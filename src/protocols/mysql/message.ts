import type { Carrier, Message } from '../protocol.ts'

/** What is known of the server: the same for all messages of a connection. */
export interface Server {
  system: 'mysql' | 'mariadb'
}

export interface MySqlRequest extends Message {
  readonly carrier: Carrier | undefined
  readonly command: number
  /** Of the query or the statement; '' none, or a statement prepared before the agent came. */
  readonly text: string
  /** The end of the text is missing. */
  readonly isCut: boolean
  /** It came in more than one packet. */
  readonly isLong: boolean
  /** The database in use before it; '' none or unknown. */
  readonly namespace: string
  /** The database in use after it, if it goes well; undefined: the same. */
  readonly database: string | undefined
  readonly server: Server
}

/** Grows while the response is read. */
export interface MySqlResponse extends Message {
  /** Number of the error; 0 none. */
  error: number
  /** '' none, or not said. */
  sqlState: string
  /** Rows of all its results; -1: it has none that could have rows. */
  rows: number
  /** It was read to its end. */
  isWhole: boolean
}
