import { describe, expect, test } from 'vitest'
import { Statements } from '../../../src/protocols/mysql/statements.ts'
import { Traffic } from '../../exchanges/traffic.ts'
import {
  close,
  command,
  connected,
  execute,
  ok,
  packet,
  prepare,
  prepared,
  told,
  u16,
  u32,
} from './packets.ts'

const SELECT = 'SELECT id FROM item WHERE id = ?'

describe('prepared statements', () => {
  test('have the text that they were prepared with', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(prepare(SELECT)).receives(prepared(7, 0, 0))
    end.sends(execute(7)).receives(ok())
    end.sends(packet(0, 0xfa, u32(7), u16(128))).receives(ok())
    expect(traffic.results).toEqual([
      `SELECT item | ok | ${SELECT}`,
      `SELECT item | ok | ${SELECT}`,
    ])
  })

  test('may be executed before it is known how they are numbered', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(Buffer.concat([prepare(SELECT), execute(0xffffffff)]))
    end.receives(prepared(3, 0, 0)).receives(ok())
    end.sends(execute(3)).receives(ok())
    expect(traffic.results).toEqual([
      `SELECT item | ok | ${SELECT}`,
      `SELECT item | ok | ${SELECT}`,
    ])
  })

  test('that were prepared before anybody looked have none', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'client', late: true, from: 1000 })
    end.sends(execute(5)).receives(ok())
    expect(traffic.results).toEqual(['EXECUTE | ok'])
    expect(told(traffic)[0]!.attributes).toEqual({
      'db.system.name': 'mysql',
      'db.operation.name': 'EXECUTE',
      'underspan.query.unseen': true,
    })
  })

  test('are forgotten when they are closed, and with the state of the connection', () => {
    for (const forget of [close(7), command(0x1f), packet(0, 0x11, 'app\0', 0, 'shop\0')]) {
      const traffic = new Traffic()
      const end = connected(traffic)
      end
        .sends(prepare(SELECT))
        .receives(prepared(7, 0, 0))
        .sends(forget)
      if (forget[4] !== 0x19) end.receives(ok())
      end.sends(execute(7)).receives(ok())
      expect(traffic.results).toEqual(['EXECUTE shop | ok'])
    }
  })

  test('of a million, those used last are remembered', () => {
    const statements = new Statements()
    for (let id = 0; id < 1_000_000; id++) {
      statements.set(id, { text: SELECT, isCut: false })
      statements.get(0)
    }
    expect(statements.size).toBe(1024)
    expect(statements.evicted).toBe(1_000_000 - 1024)
    expect(statements.get(0)).toBeDefined()
    expect(statements.get(999_999)).toBeDefined()
    expect(statements.get(1)).toBe(undefined)
  })

  test('with long texts are remembered in smaller numbers', () => {
    const statements = new Statements()
    for (let id = 0; id < 100; id++) statements.set(id, { text: 'x'.repeat(16_000), isCut: false })
    expect(statements.size).toBe(16)
    statements.clear()
    statements.set(1, { text: 'x', isCut: false })
    expect(statements.get(1)).toBeDefined()
  })
})
