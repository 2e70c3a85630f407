import { Status } from './capabilities.ts'
import { fields } from './fields.ts'

/** SESSION_TRACK_SCHEMA of enum_session_state_type. */
const TRACK_SCHEMA = 1
const MAX_NAME = 256

/** What was read last. */
export const ok = {
  status: 0,
  /** The database in use from now on; undefined: not said. */
  schema: undefined as string | undefined,
}

/**
 * Reads bytes[at, end) behind the first byte of an OK packet. Only who agreed on CLIENT_SESSION_TRACK is
 * told of a changed state.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html
 */
export function readOk(bytes: Buffer, at: number, end: number): void {
  ok.schema = undefined
  fields.aim(bytes, at, end)
  fields.lenenc()
  fields.lenenc()
  ok.status = fields.u16()
  if ((ok.status & Status.sessionStateChanged) === 0) return
  fields.skip(2)
  fields.skip(fields.lenenc())
  const length = fields.lenenc()
  const statesEnd = Math.min(end, fields.at + length)
  while (!fields.short && fields.at < statesEnd) readState()
}

/** An EOF packet, or an OK packet in its place. */
export function readEof(bytes: Buffer, at: number, end: number, length: number): void {
  if (length >= 7) {
    readOk(bytes, at, end)
    return
  }
  ok.schema = undefined
  fields.aim(bytes, at, end)
  fields.skip(2)
  ok.status = fields.u16()
}

function readState(): void {
  const type = fields.u8()
  const length = fields.lenenc()
  if (type !== TRACK_SCHEMA) {
    fields.skip(length)
    return
  }
  const name = fields.lenencText(MAX_NAME)
  if (!fields.short) ok.schema = name
}
