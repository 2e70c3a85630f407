import { Capability } from './capabilities.ts'
import { fields } from './fields.ts'
import { HEADER, lengthAt, u16, u32 } from './packet.ts'
import type { Session } from './session.ts'

/** Of the greeting: number of the protocol, before the version. */
const PROTOCOL_10 = 0x0a
/** Bytes of the greeting behind the version: thread, salt, filler. */
const THREAD_AND_SALT = 13
/** Of the handshake response: flags, packet size, character set and what is reserved. */
const FIXED = 32
/** MariaDB has flags of its own in the last 4 of 23 reserved bytes. */
const RESERVED_AT = 9
const RESERVED = 19

const MAX_VERSION = 96
const MAX_DATABASE = 256

/**
 * Does a payload of `length` that begins here look like the server's greeting? Undefined: as far as
 * it goes.
 */
export function isGreeting(
  bytes: Uint8Array,
  at: number,
  end: number,
  length: number,
): boolean | undefined {
  if (length < 40 || length > 512 || bytes[at] !== PROTOCOL_10) return false
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i]!
    if (i === at + 1 && (byte < 0x30 || byte > 0x39)) return false
    if (byte === 0) return i - at > 3
    if (byte < 0x20 || byte > 0x7e || i - at > MAX_VERSION) return false
  }
  return undefined
}

/** Does a packet with an error stand here instead of the greeting? All of it must be there. */
export function isRefusal(bytes: Uint8Array, end: number): boolean {
  const length = lengthAt(bytes, 0)
  if (bytes[3] !== 0 || bytes[HEADER] !== 0xff || length < 12 || end !== HEADER + length)
    return false
  const code = u16(bytes, HEADER + 1)
  if (code < 1000 || code > 5000) return false
  for (let i = HEADER + 3; i < end; i++) if (bytes[i]! < 0x20) return false
  return true
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
export function readGreeting(bytes: Buffer, at: number, end: number, session: Session): void {
  fields.aim(bytes, at + 1, end)
  const version = fields.untilNul()
  fields.skip(THREAD_AND_SALT)
  const lower = fields.u16()
  fields.skip(3)
  const upper = fields.u16()
  if (fields.short) return
  const flags = (lower | (upper << 16)) >>> 0
  const isMariaDb = (flags & Capability.clientMysql) === 0 || /mariadb/i.test(version)
  session.greeted(flags, isMariaDb)
}

/** Does a packet with this header hold a handshake response, or the request for TLS? */
export function isHandshakeResponse(
  bytes: Uint8Array,
  at: number,
  end: number,
): boolean | undefined {
  const length = lengthAt(bytes, at)
  const sequence = bytes[at + 3]!
  if (length < FIXED || length > 65_536 || (sequence !== 1 && sequence !== 2)) return false
  const payload = at + HEADER
  if (end < payload + 4) return undefined
  if ((u16(bytes, payload) & Capability.protocol41) === 0) return false
  for (let i = payload + RESERVED_AT; i < payload + RESERVED_AT + RESERVED; i++) {
    if (i >= end) return undefined
    if (bytes[i] !== 0) return false
  }
  return true
}

/** TLS follows: RFC 8446 begins right behind this packet. */
export function isTlsRequest(bytes: Uint8Array, payload: number, length: number): boolean {
  return length === FIXED && (u16(bytes, payload) & Capability.ssl) !== 0
}

/**
 * Notes what the client can do and returns the database it asks for. What proves who it is is passed
 * over. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html
 */
export function readHandshakeResponse(
  bytes: Buffer,
  at: number,
  end: number,
  session: Session,
): string {
  if (end - at < FIXED) return ''
  const flags = u32(bytes, at)
  session.asked(flags)
  fields.aim(bytes, at + FIXED, end)
  fields.skipNul()
  if ((flags & Capability.pluginAuthLenenc) !== 0) fields.skip(fields.lenenc())
  else if ((flags & Capability.secureConnection) !== 0) fields.skip(fields.u8())
  else fields.skipNul()
  return (flags & Capability.connectWithDb) !== 0 ? databaseName() : ''
}

/** COM_CHANGE_USER: the database it asks for. */
export function readChangeUser(bytes: Buffer, at: number, end: number): string {
  fields.aim(bytes, at + 1, end)
  fields.skipNul()
  fields.skip(fields.u8())
  return databaseName()
}

function databaseName(): string {
  const name = fields.untilNul()
  return name.length > MAX_DATABASE ? '' : name
}
