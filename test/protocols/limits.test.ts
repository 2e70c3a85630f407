import { describe, expect, test } from 'vitest'
import { Asked } from '../../src/protocols/dns/conversation.ts'
import { DynamicTable } from '../../src/protocols/http2/hpack/dynamic-table.ts'
import { Streams } from '../../src/protocols/http2/streams.ts'
import { Statements as MysqlStatements } from '../../src/protocols/mysql/statements.ts'
import { Statements } from '../../src/protocols/postgresql/statements.ts'
import { readQuery } from '../../src/protocols/sql/read-query.ts'

describe('at the limit of protocols', () => {
  test('header state of one HTTP/2 connection, streams: the oldest eighth is forgotten', () => {
    const streams = new Streams()
    for (let id = 0; id < 4096; id++) streams.open(id, undefined)
    expect(streams.get(0)).toBeDefined()
    streams.open(4096, undefined)
    expect([0, 511, 512, 4096].map((id) => streams.get(id) !== undefined)).toEqual([
      false,
      false,
      true,
      true,
    ])
  })

  test('header table of one HTTP/2 connection, bytes: older fields read as unknown', () => {
    const table = new DynamicTable()
    table.resize(1 << 20)
    for (let i = 0; i < 1024; i++) table.add(1, 16, 16, '')
    expect([table.size, table.hasOlder]).toEqual([65_536, false])
    table.add(1, 16, 16, '')
    expect([table.size, table.hasOlder]).toEqual([65_536, true])
  })

  test('prepared statements of one PostgreSQL connection: the oldest has no text', () => {
    const statements = new Statements()
    for (let i = 0; i <= 1024; i++) statements.set(`s${i}`, { sql: 'SELECT 1', isCut: false })
    expect(statements.size).toBe(1024)
    expect([statements.get('s0'), statements.get('s1')?.sql]).toEqual([undefined, 'SELECT 1'])
  })

  test('characters of all prepared statements of one PostgreSQL connection: the oldest has no text', () => {
    const statements = new Statements()
    for (let i = 0; i < 9; i++)
      statements.set(`${i}`, { sql: 'x'.repeat((1 << 17) - 1), isCut: false })
    expect([statements.size, statements.get('0')]).toEqual([8, undefined])
  })

  test('prepared statements of one MySQL connection: the oldest has no text', () => {
    const statements = new MysqlStatements()
    for (let i = 0; i <= 1024; i++) statements.set(i, { text: 'SELECT 1', isCut: false })
    expect([statements.size, statements.evicted]).toEqual([1024, 1])
    expect([statements.get(0), statements.get(1)?.text]).toEqual([undefined, 'SELECT 1'])
  })

  test('characters of all prepared statements of one MySQL connection: the oldest has no text', () => {
    const statements = new MysqlStatements()
    for (let i = 0; i < 5; i++) statements.set(i, { text: 'x'.repeat(65_536), isCut: false })
    expect([statements.size, statements.get(0)]).toEqual([4, undefined])
  })

  test('query texts read before, by dialect: it is read again', () => {
    const read = (i: number) => readQuery(`SELECT a FROM limit${i} WHERE b = $1`, 'postgresql')
    const first = read(0)
    for (let i = 1; i < 2048; i++) read(i)
    expect(read(0)).toBe(first)
    for (let i = 3000; i < 5048; i++) read(i)
    expect(read(0)).not.toBe(first)
    expect(read(0)).toEqual(first)
  })

  test('DNS queries of one socket that replies may name by id alone: the oldest is not found', () => {
    const asked = new Asked()
    const message = (id: number) => ({ start: 0, id, opcode: 0, question: undefined })
    const reply = (id: number) =>
      asked.reply({ ...message(id), rcode: 0, truncated: false, addresses: [], ttl: 0 })
    for (let id = 0; id <= 1024; id++) asked.query(message(id))
    expect([reply(0), reply(1), reply(1024)]).toEqual([undefined, 1, 1024])
  })
})
