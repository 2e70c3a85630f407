import { mysql } from '../../../src/protocols/mysql/index.ts'
import type { MySqlRequest, MySqlResponse } from '../../../src/protocols/mysql/message.ts'
import type { SpanFacts } from '../../../src/protocols/protocol.ts'
import type { End, Traffic } from '../../exchanges/traffic.ts'

export const PROTOCOL_41 = 1 << 9
export const DEPRECATE_EOF = 1 << 24
export const OPTIONAL_METADATA = 1 << 25
export const SESSION_TRACK = 1 << 23
const CONNECT_WITH_DB = 1 << 3
export const COMPRESS = 1 << 5
const SECURE_CONNECTION = 1 << 15
/** Both ends can do this in these tests. */
export const USUAL = 1 | CONNECT_WITH_DB | PROTOCOL_41 | SECURE_CONNECTION

export const MORE_RESULTS = 8
export const CURSOR_EXISTS = 0x40
export const STATE_CHANGED = 0x4000

type Part = string | number | Buffer

/** Numbers are single bytes. */
export function bytesOf(...parts: Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part as string),
    ),
  )
}

export function packet(sequence: number, ...parts: Part[]): Buffer {
  const payload = bytesOf(...parts)
  return Buffer.concat([header(payload.length, sequence), payload])
}

export function header(length: number, sequence: number): Buffer {
  return Buffer.from([length & 0xff, (length >> 8) & 0xff, length >> 16, sequence])
}

export function u16(value: number): Buffer {
  return Buffer.from([value & 0xff, value >> 8])
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

export function lenenc(text: string): Buffer {
  return bytesOf(text.length, text)
}

export function greeting(version = '9.7.4', flags = USUAL): Buffer {
  return packet(
    0,
    10,
    `${version}\0`,
    u32(7),
    'saltsalt\0',
    u16(flags & 0xffff),
    45,
    u16(2),
    u16(flags >>> 16),
    21,
    Buffer.alloc(10),
    'saltsaltsalt\0mysql_native_password\0',
  )
}

export function login(database = 'shop', flags = USUAL, sequence = 1): Buffer {
  return packet(
    sequence,
    u32(flags),
    u32(1 << 24),
    45,
    Buffer.alloc(23),
    'app\0',
    lenenc('hash'),
    `${database}\0`,
  )
}

export const query = (sql: string) => packet(0, 3, sql)
export const prepare = (sql: string) => packet(0, 0x16, sql)
export const execute = (id: number, flags = 0) => packet(0, 0x17, u32(id), flags, u32(1))
export const fetch = (id: number) => packet(0, 0x1c, u32(id), u32(10))
export const close = (id: number) => packet(0, 0x19, u32(id))
export const command = (number: number, text = '') => packet(0, number, text)

export function ok(sequence = 1, status = 2, rest: Part = ''): Buffer {
  return packet(sequence, 0, 0, 0, u16(status), u16(0), rest)
}

export const eof = (sequence: number, status = 2) => packet(sequence, 0xfe, u16(0), u16(status))
/** In the place of an EOF, where both can do that. */
export const okAsEof = (sequence: number, status = 2) =>
  packet(sequence, 0xfe, 0, 0, u16(status), u16(0))

export function failure(code: number, sequence = 1, state = '42000'): Buffer {
  return packet(sequence, 0xff, u16(code), `#${state}what "users" sent`)
}

export const column = (sequence: number) =>
  packet(
    sequence,
    lenenc('def'),
    lenenc('shop'),
    lenenc('item'),
    lenenc('item'),
    lenenc('id'),
    lenenc('id'),
    12,
    u16(63),
    u32(11),
    3,
    u16(0),
    0,
    u16(0),
  )
export const row = (sequence: number, text: string) => packet(sequence, lenenc(text))

export function prepared(id: number, columns: number, parameters: number, rest: Part = ''): Buffer {
  return packet(1, 0, u32(id), u16(columns), u16(parameters), 0, u16(0), rest)
}

/** One column, rows, and what stands at their end; `noEof`: as agreed on. */
export function resultSet(rows: readonly string[], noEof: boolean, first = 1, status = 2): Buffer {
  let next = first
  const pieces = [packet(next++, 1), column(next++)]
  if (!noEof) pieces.push(eof(next++, status))
  for (const text of rows) pieces.push(row(next++ & 0xff, text))
  pieces.push(noEof ? okAsEof(next & 0xff, status) : eof(next & 0xff, status))
  return Buffer.concat(pieces)
}

/** A connection, seen by the client, that has logged in. */
export function connected(traffic: Traffic, flags = USUAL, version = '9.7.4'): End {
  const end = traffic.socket({ role: 'client', remotePort: 3306 })
  return end.receives(greeting(version, flags)).sends(login('shop', flags)).receives(ok(2))
}

/** What spans would say of each exchange. */
export function told(traffic: Traffic): SpanFacts[] {
  return traffic.hearing.exchanges.map(({ request, response, outcome, role }) =>
    mysql.describe(request as MySqlRequest, response as MySqlResponse, {
      role,
      serverAddress: '127.0.0.1',
      serverPort: 3306,
      outcome,
      route: (path) => path,
      query: (raw) => raw,
      queryText: 'parameterised',
    }),
  )
}
