import { describe, expect, test } from 'vitest'
import { type End, Traffic } from '../../exchanges/traffic.ts'
import {
  close,
  column,
  command,
  connected,
  eof,
  execute,
  failure,
  ok,
  packet,
  prepare,
  prepared,
  query,
  resultSet,
  told,
} from './packets.ts'

function late(traffic: Traffic, role: 'client' | 'unknown' = 'client'): End {
  return traffic.socket({ role, late: true, from: 5000, remotePort: 3306 })
}

const ROWS = ['one', 'two', 'three']

describe('a connection older than the agent', () => {
  test.each([true, false])('is read from the first query on (without EOF: %s)', (noEof) => {
    const traffic = new Traffic()
    const end = late(traffic, 'unknown')
    // The rest of something.
    end.receives(resultSet(ROWS, noEof).subarray(70))
    end.sends(query('SELECT name FROM item')).receives(resultSet(ROWS, noEof))
    end.sends(query('SELECT 1 FROM missing')).receives(failure(1146, 1, '42S02'))
    expect(traffic.results.map((result) => result.replace(' damaged', ''))).toEqual([
      'SELECT item | ok | SELECT name FROM item',
      'SELECT missing | 1146 | SELECT ? FROM missing',
    ])
    expect(told(traffic)[0]!.attributes).toMatchObject({
      'db.system.name': 'mysql',
      'db.response.returned_rows': 3,
    })
  })

  test('learns from a preparation whether definitions end with an EOF', () => {
    for (const noEof of [true, false]) {
      const traffic = new Traffic()
      const end = late(traffic).sends(prepare('SELECT ?'))
      const answer = [prepared(1, 0, 1), column(2), ...(noEof ? [] : [eof(3)])]
      for (const piece of answer) end.receives(piece)
      end.sends(execute(1)).receives(ok())
      end.sends(query('SELECT 2')).receives(ok())
      expect(traffic.results).toEqual(['SELECT | ok | SELECT ?', 'SELECT | ok | SELECT ?'])
    }
  })

  test('may begin with a statement closed together with a query', () => {
    const traffic = new Traffic()
    late(traffic)
      .sends(Buffer.concat([close(1), query('SELECT 1')]))
      .receives(ok())
    expect(traffic.results).toEqual(['SELECT | ok | SELECT ?'])
  })

  test('is recognised by a ping', () => {
    const traffic = new Traffic()
    const end = late(traffic).sends(command(0x0e)).receives(ok())
    end.sends(query('SELECT 1')).receives(ok())
    expect(traffic.hearing.exchanges).toHaveLength(2)
  })
})

describe('after a loss', () => {
  test('of a response the next one is found', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(query('SELECT 1')).receives(resultSet(ROWS, false), { lost: true })
    end.sends(query('SELECT 2')).receives(resultSet(ROWS, false))
    end.sends(query('SELECT 3')).receives(ok())
    expect(traffic.results[0]).toBe('SELECT | ok | SELECT ? answer-lost damaged')
    expect(traffic.results[2]).toBe('SELECT | ok | SELECT ?')
  })

  test('of a request nothing is paired with its answer', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(query('SELECT 1'), { lost: true }).receives(resultSet(ROWS, false))
    end.sends(query('SELECT 2 FROM item')).receives(failure(1146))
    end.sends(query('SELECT 3')).receives(ok())
    expect(traffic.results.at(-1)).toBe('SELECT | ok | SELECT ?')
    expect(traffic.results.filter((result) => result.includes('| 1146'))).toHaveLength(1)
    expect(traffic.results.find((result) => result.includes('1146'))).toContain('SELECT item')
  })

  test('of a request the database in use is not known any more', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(command(0x02, 'stock'), { lost: true }).receives(ok())
    end.sends(query('SELECT 2 FROM item')).receives(ok())
    const { attributes } = told(traffic).at(-1)!
    expect(attributes['db.namespace']).toBe(undefined)
  })

  test('in the middle of rows the response ends with the next request', () => {
    const traffic = new Traffic()
    const end = connected(traffic).sends(query('SELECT body FROM doc'))
    const long = resultSet(
      Array.from({ length: 200 }, () => 'x'.repeat(100)),
      false,
    )
    end.receives(long.subarray(0, 4096), { length: 16_384 })
    end.receives(long.subarray(16_384))
    end.sends(query('SELECT 2')).receives(ok())
    expect(traffic.results).toEqual([
      'SELECT doc | ok | SELECT body FROM doc',
      'SELECT | ok | SELECT ?',
    ])
    expect(told(traffic)[1]!.attributes).not.toHaveProperty('db.response.returned_rows')
  })

  test('a packet out of order is no answer', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
      .sends(query('SELECT 1'))
      .receives(packet(5, 0, 0, 0, 2, 0, 0, 0))
    end.sends(query('SELECT 2')).receives(ok())
    end.sends(query('SELECT 3')).receives(ok())
    expect(traffic.results.map((result) => result.split(' | ')[2])).toEqual([
      'SELECT ? answer-lost damaged',
      'SELECT ? answer-lost damaged',
      'SELECT ?',
    ])
  })
})
