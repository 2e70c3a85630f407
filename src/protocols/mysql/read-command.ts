import type { Carrier } from '../protocol.ts'
import { Command } from './commands.ts'
import { readChangeUser, readHandshakeResponse } from './handshake.ts'
import type { MySqlRequest } from './message.ts'
import { u32 } from './packet.ts'
import { attributes, readAttributes } from './query-attributes.ts'
import type { Session } from './session.ts'
import type { Statement } from './statements.ts'

/** MariaDB: the statement prepared last, whose id is not known yet. */
const LAST_PREPARED = 0xffffffff
const MAX_NAME = 256

const UNKNOWN: Statement = { text: '', isCut: false }

/** The payload of a command: bytes[at, end), the first of which is its number if it has one. */
export interface Payload {
  command: number
  bytes: Buffer
  at: number
  end: number
  /** More of it is not there. */
  isCut: boolean
  /** Another packet has more of it. */
  isLong: boolean
  /** Position of its packet. */
  start: number
}

/** `prepared`: the text that was prepared last. */
export function readCommand(
  payload: Payload,
  session: Session,
  prepared: Statement | undefined,
): MySqlRequest {
  const { command, bytes, at, end, start, isLong } = payload
  attributes.carrier = undefined
  const { text, isCut } = namesStatement(command)
    ? statementOf(bytes, at, end, session, prepared)
    : textOf(payload)
  return {
    start,
    carrier: attributes.carrier as Carrier | undefined,
    command,
    text,
    isCut,
    isLong,
    namespace: session.namespace,
    database: databaseAfter(payload, text, session),
    server: session.server,
  }
}

function namesStatement(command: number): boolean {
  return (
    command === Command.stmtExecute ||
    command === Command.stmtBulkExecute ||
    command === Command.stmtFetch ||
    command === Command.stmtReset
  )
}

function statementOf(
  bytes: Buffer,
  at: number,
  end: number,
  session: Session,
  prepared: Statement | undefined,
): Statement {
  if (end - at < 5) return UNKNOWN
  const id = u32(bytes, at + 1)
  return (id === LAST_PREPARED ? prepared : session.statements.get(id)) ?? UNKNOWN
}

function textOf({ command, bytes, at, end, isCut }: Payload): Statement {
  if (command === Command.stmtPrepare) return { text: bytes.toString('utf8', at + 1, end), isCut }
  if (command !== Command.query) return UNKNOWN
  readAttributes(bytes, at + 1, end)
  const { textAt } = attributes
  return textAt < 0 ? UNKNOWN : { text: bytes.toString('utf8', textAt, end), isCut }
}

/** The database in use if it goes well; undefined: no other. */
function databaseAfter(
  { command, bytes, at, end }: Payload,
  text: string,
  session: Session,
): string | undefined {
  switch (command) {
    case Command.login:
      return readHandshakeResponse(bytes, at, end, session)
    case Command.changeUser:
      return readChangeUser(bytes, at, end)
    case Command.initDb:
      return bytes.toString('utf8', at + 1, Math.min(end, at + 1 + MAX_NAME))
    case Command.query:
      return isUse(text) ? nameIn(text) : undefined
    default:
      return undefined
  }
}

/** Asked for each query: by its letters, without a copy of them. */
function isUse(text: string): boolean {
  return (
    (text.charCodeAt(0) | 0x20) === 0x75 &&
    (text.charCodeAt(1) | 0x20) === 0x73 &&
    (text.charCodeAt(2) | 0x20) === 0x65 &&
    text.length <= MAX_NAME &&
    (text.charCodeAt(3) === 0x60 || text.charCodeAt(3) <= 0x20)
  )
}

function nameIn(text: string): string {
  const name = text.slice(3).trim().replace(/;$/, '').trimEnd()
  return name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name
}
