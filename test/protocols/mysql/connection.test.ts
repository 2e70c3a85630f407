import { describe, expect, test } from 'vitest'
import type { MySqlRequest } from '../../../src/protocols/mysql/message.ts'
import { Traffic } from '../../exchanges/traffic.ts'
import {
  bytesOf,
  COMPRESS,
  command,
  connected,
  failure,
  greeting,
  lenenc,
  login,
  ok,
  packet,
  query,
  resultSet,
  STATE_CHANGED,
  told,
  USUAL,
  u16,
  u32,
} from './packets.ts'

function namespaces(traffic: Traffic): unknown[] {
  return told(traffic).map(({ attributes }) => attributes['db.namespace'])
}

describe('a connection of MySQL', () => {
  test('is of MariaDB if the greeting says so', () => {
    for (const [version, system, flags] of [
      ['9.7.4', 'mysql', USUAL],
      ['5.5.5-10.11.19-MariaDB-0+deb12u1', 'mariadb', USUAL],
      ['11.8.2', 'mariadb', USUAL & ~1],
    ] as const) {
      const traffic = new Traffic()
      connected(traffic, flags, version)
      expect(told(traffic)[0]!.attributes['db.system.name']).toBe(system)
    }
  })

  test('goes through a login of several steps, of which nothing is kept', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'server' })
    end.sends(greeting()).receives(login())
    end.sends(packet(2, 0xfe, 'caching_sha2_password\0', 'salt\0')).receives(packet(3, 'secret'))
    end
      .sends(packet(4, 1, 4))
      .receives(packet(5, 2))
      .sends(packet(6, 1, 'PUBLIC KEY'))
    end.receives(packet(7, 'secret again')).sends(ok(8))
    end.receives(query('SELECT 1')).sends(ok())
    expect(traffic.results).toEqual(['SELECT | ok | SELECT ?'])
    expect(JSON.stringify(traffic.hearing.exchanges)).not.toContain('secret')
  })

  test('that is refused is a span', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'client' })
    end
      .receives(greeting())
      .sends(login())
      .receives(failure(1045, 2, '28000'))
      .closes()
    expect(traffic.results).toEqual(['CONNECT shop | 1045'])
    expect(told(traffic)[0]).toMatchObject({
      errorMessage: 'ER_ACCESS_DENIED_ERROR (28000)',
      attributes: { 'db.response.status_code': '1045', 'db.operation.name': 'CONNECT' },
    })
  })

  test('that is refused before a word makes no span', () => {
    const traffic = new Traffic()
    traffic
      .socket({ role: 'client' })
      .receives(packet(0, 0xff, u16(1040), 'Too many connections'))
      .closes()
    traffic.wait(100)
    expect(traffic.results).toEqual([])
    expect(traffic.counters.dropped.get('unrecognised')).toBe(0)
  })

  test('is left when it turns to TLS', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'server' }).sends(greeting())
    end.receives(packet(1, u32(USUAL | (1 << 11)), u32(1 << 24), 45, Buffer.alloc(23)))
    for (let i = 0; i < 20; i++) {
      end.receives(bytesOf(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 1)).sends(bytesOf(0x17, 3, 3, 0, 2, 7, 7))
    }
    expect(traffic.results).toEqual([])
    expect(traffic.counters.dropped.get('unrecognised')).toBe(1)
  })

  test('is left when it was compressed', () => {
    const traffic = new Traffic()
    const end = connected(traffic, USUAL | COMPRESS)
    const inner = query('SELECT 1')
    for (let i = 0; i < 20; i++) end.sends(Buffer.concat([packet(0), Buffer.alloc(3), inner]))
    expect(traffic.hearing.exchanges.map(({ outcome }) => outcome)).toEqual(['answered'])
  })

  test('is left when a replica asks for the log', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(command(0x15, 'replica')).receives(ok())
    end.sends(command(0x12, 'binlog.000001')).receives(packet(1, 0, 'event'))
    expect(traffic.results).toEqual([])
    expect(traffic.hearing.exchanges).toHaveLength(2)
  })

  test('knows the database in use', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(command(0x02, 'stock')).receives(ok())
    end.sends(query('use `odd``name`;')).receives(ok())
    end.sends(query('USE missing')).receives(failure(1049))
    end.sends(query('SELECT 1')).receives(ok())
    end.sends(packet(0, 0x11, 'app\0', lenenc('hash'), 'third\0')).receives(ok())
    end.sends(query('SELECT 1')).receives(ok())
    const schema = bytesOf(0, 7, 1, 5, lenenc('said'))
    end.sends(query('CALL elsewhere()')).receives(ok(1, 2 | STATE_CHANGED, schema))
    end.sends(query('SELECT 1')).receives(ok())
    expect(namespaces(traffic)).toEqual([
      'shop',
      'shop',
      'stock',
      'odd`name',
      'odd`name',
      'odd`name',
      'third',
      'third',
      'said',
    ])
  })

  test('does not know it while a change of it is not answered', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(command(0x02, 'stock')).sends(query('SELECT 1'))
    end.receives(ok()).receives(ok())
    end.sends(query('SELECT 1'))
    expect(namespaces(traffic)).toEqual(['shop', 'shop', undefined, 'stock'])
  })

  test('passes the trace context that a connector sends with a query', () => {
    const traffic = new Traffic()
    const value = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const types = bytesOf(
      u16(3),
      lenenc('n'),
      u16(0xfd),
      lenenc('TraceParent'),
      u16(6),
      lenenc('x'),
    )
    const values = bytesOf(u32(5), lenenc(value))
    const attributes = bytesOf(3, 1, 0b100, 1, types, values)
    const end = connected(traffic)
      .sends(packet(0, 3, attributes, 'SELECT 1'))
      .receives(ok())
    end.sends(packet(0, 3, 0, 1, 'SELECT 2')).receives(ok())
    expect(traffic.results).toEqual(['SELECT | ok | SELECT ?', 'SELECT | ok | SELECT ?'])
    const [, first, second] = traffic.hearing.exchanges.map(({ request }) => request.carrier)
    expect(first).toEqual(new Map([['traceparent', value]]))
    expect(second).toBe(undefined)
  })

  test('says that a text was not seen when what stands before it makes no sense', () => {
    const traffic = new Traffic()
    connected(traffic)
      .sends(packet(0, 3, 3, 1, 0, 1, 'SELECT 1'))
      .receives(ok())
    expect(told(traffic)[1]).toMatchObject({
      name: 'shop',
      attributes: { 'underspan.query.unseen': true },
    })
  })

  test('cuts a text of which the end is missing', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    const long = query(`SELECT * FROM item WHERE name = 'secret ${'x'.repeat(40_000)}' AND id = 1`)
    end.sends(long.subarray(0, 4096), { length: long.length }).receives(ok())
    expect(traffic.results).toEqual(['SELECT item | ok | SELECT * FROM item WHERE name = ?'])
    expect((traffic.hearing.exchanges[1]!.request as MySqlRequest).isCut).toBe(true)
    end.sends(query('SELECT 2')).receives(resultSet(['2'], false))
    expect(traffic.results.at(-1)).toBe('SELECT | ok | SELECT ?')
  })

  test('takes commands of more than one packet', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    const head = Buffer.concat([
      Buffer.from([0xff, 0xff, 0xff, 0, 3]),
      Buffer.from('INSERT INTO doc VALUES (1'),
    ])
    end.sends(head, { length: 4 + 0xffffff })
    end.sends(packet(1, 'x)')).receives(ok(2))
    end.sends(query('SELECT 2')).receives(ok())
    expect(traffic.results).toEqual([
      'INSERT doc | ok | INSERT INTO doc VALUES (?',
      'SELECT | ok | SELECT ?',
    ])
  })

  test('does not wait for what gets no answer', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(packet(0, 0x19, u32(1))).sends(packet(0, 0x18, u32(1), u16(0), 'blob'))
    end.sends(query('SELECT 1')).receives(ok()).sends(command(1)).closes()
    expect(traffic.results).toEqual(['SELECT | ok | SELECT ?'])
    expect(traffic.exchanges.open).toBe(0)
  })
})
