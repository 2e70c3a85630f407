import { describe, expect, test } from 'vitest'
import type { MySqlResponse } from '../../../src/protocols/mysql/message.ts'
import { Traffic } from '../../exchanges/traffic.ts'
import {
  CURSOR_EXISTS,
  column,
  command,
  connected,
  DEPRECATE_EOF,
  eof,
  execute,
  failure,
  fetch,
  header,
  MORE_RESULTS,
  OPTIONAL_METADATA,
  ok,
  okAsEof,
  packet,
  prepare,
  prepared,
  query,
  resultSet,
  row,
  told,
  USUAL,
  u16,
} from './packets.ts'

const STEPS = [1, 2, 5, 1 << 20]

/** Rows of the response to the last request, once it is whole. */
function lastRows(traffic: Traffic): number | undefined {
  const { response, outcome } = traffic.hearing.exchanges.at(-1)!
  return outcome === 'answered' ? (response as MySqlResponse).rows : undefined
}

/** Asks, is answered so many bytes at a time, and asks again. */
function ask(asked: Buffer, answer: Buffer, flags: number, step: number): Traffic {
  const traffic = new Traffic()
  const end = connected(traffic, flags).sends(asked)
  for (let at = 0; at < answer.length; at += step) {
    expect(traffic.hearing.exchanges.at(-1)!.outcome).toBe(undefined)
    end.receives(answer.subarray(at, at + step))
  }
  expect(traffic.hearing.exchanges.at(-1)!.outcome).toBe('answered')
  end.sends(query('SELECT 2')).receives(ok())
  expect(traffic.results.at(-1)).toBe('SELECT | ok | SELECT ?')
  expect(traffic.hearing.exchanges.at(-1)!.damaged).toBe(false)
  return traffic
}

describe.each([
  ['with an EOF behind the definitions', false, USUAL],
  ['without it', true, USUAL | DEPRECATE_EOF],
] as const)('results %s', (_name, noEof, flags) => {
  test('end with their last row', () => {
    for (const step of STEPS) {
      const traffic = ask(query('SELECT id FROM item'), resultSet(['1', '2'], noEof), flags, step)
      expect(traffic.results[0]).toBe('SELECT item | ok | SELECT id FROM item')
    }
  })

  test('have any number of rows: the numbers of packets begin anew', () => {
    const rows = Array.from({ length: 700 }, (_, i) => `row ${i}`)
    ask(query('SELECT id FROM item'), resultSet(rows, noEof), flags, 1000)
    ask(query('SELECT id FROM item'), resultSet([], noEof), flags, 3)
  })

  test('follow each other in one response', () => {
    const answer = Buffer.concat([
      resultSet(['1'], noEof, 1, 2 | MORE_RESULTS),
      ok(noEof ? 5 : 6, 2 | MORE_RESULTS),
      resultSet(['2'], noEof, noEof ? 6 : 7),
    ])
    for (const step of STEPS) ask(query('SELECT 1; DO 1; SELECT 2'), answer, flags, step)
  })

  test('may break off with an error, between rows and between results', () => {
    const [asked] = [query('SELECT id FROM item')]
    const whole = resultSet(['1'], noEof)
    const head = whole.subarray(0, whole.length - (noEof ? 11 : 9))
    const cut = ask(asked, Buffer.concat([head, failure(1317, noEof ? 4 : 5)]), flags, 1 << 20)
    expect(cut.results[0]).toBe('SELECT item | 1317 | SELECT id FROM item')

    const first = resultSet(['1'], noEof, 1, 2 | MORE_RESULTS)
    const second = Buffer.concat([first, failure(1146, noEof ? 5 : 6)])
    expect(ask(asked, second, flags, 7).results[0]).toContain('| 1146 |')
  })

  test('of a cursor come when they are fetched', () => {
    const traffic = new Traffic()
    const end = connected(traffic, flags)
    end.sends(prepare('SELECT id FROM item'))
    end.receives(Buffer.concat([prepared(1, 1, 0), column(2), ...(noEof ? [] : [eof(3)])]))
    const opened = noEof ? okAsEof(3, CURSOR_EXISTS) : eof(3, CURSOR_EXISTS)
    end.sends(execute(1, 1)).receives(Buffer.concat([packet(1, 1), column(2), opened]))
    const last = noEof ? okAsEof(3) : eof(3)
    end.sends(fetch(1)).receives(Buffer.concat([packet(1, 0, 0, 1), packet(2, 0, 0, 2), last]))
    end.sends(fetch(1)).receives(failure(1243))
    expect(traffic.results).toEqual([
      'SELECT item | ok | SELECT id FROM item',
      'FETCH item | ok | SELECT id FROM item',
      'FETCH item | 1243 | SELECT id FROM item',
    ])
    expect(told(traffic)[3]!.attributes['db.response.returned_rows']).toBe(2)
  })

  test('of a preparation are its definitions', () => {
    const eofs = (sequence: number) => (noEof ? [] : [eof(sequence)])
    const answers = [
      [prepared(1, 0, 0)],
      [prepared(1, 0, 1), column(2), ...eofs(3)],
      [prepared(1, 1, 0), column(2), ...eofs(3)],
      [prepared(1, 1, 1), column(2), ...eofs(3), column(noEof ? 3 : 4), ...eofs(5)],
    ]
    for (const answer of answers)
      for (const step of STEPS) ask(prepare('SELECT ?'), Buffer.concat(answer), flags, step)
  })
})

describe('results', () => {
  test('may come without definitions: before the number of columns, MySQL says so', () => {
    const flags = USUAL | DEPRECATE_EOF | OPTIONAL_METADATA
    const without = Buffer.concat([packet(1, 0, 1), row(2, '1'), okAsEof(3)])
    const withThem = Buffer.concat([packet(1, 1, 1), column(2), row(3, '1'), okAsEof(4)])
    expect(lastRows(ask(query('SELECT 1'), without, flags, 4))).toBe(-1)
    ask(query('SELECT 1'), withThem, flags, 4)
    ask(prepare('SELECT 1'), prepared(1, 1, 1, 0), flags, 4)
  })

  test('may come without definitions: behind the number of columns, MariaDB says so', () => {
    const flags = USUAL | DEPRECATE_EOF
    const without = Buffer.concat([packet(1, 3, 0), row(2, '1'), okAsEof(3)])
    const withThem = Buffer.concat([packet(1, 1, 1), column(2), row(3, '1'), okAsEof(4)])
    ask(query('SELECT 1'), without, flags, 4)
    ask(query('SELECT 1'), withThem, flags, 4)
    const classic = Buffer.concat([packet(1, 1, 0), eof(2), row(3, '1'), eof(4)])
    ask(query('SELECT 1'), classic, USUAL, 4)
  })

  test('count their rows when they were read to the end', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(query('SELECT 1')).receives(resultSet(['a', 'b', 'c'], false))
    end.sends(query('DO 1')).receives(ok())
    end.sends(query('SELECT 1')).receives(resultSet(['a', 'b'], false).subarray(0, -9))
    end.closes()
    const rows = told(traffic).map(({ attributes }) => attributes['db.response.returned_rows'])
    expect(rows).toEqual([undefined, 3, undefined, undefined])
  })

  test('with rows of more than a packet are passed by their lengths', () => {
    const traffic = new Traffic()
    const end = connected(traffic).sends(query('SELECT body FROM doc'))
    const head = Buffer.concat([packet(1, 1), column(2), eof(3)])
    end.receives(Buffer.concat([head, header(0xffffff, 4), Buffer.from([0xfe])]), {
      length: head.length + 4 + 0xffffff,
    })
    expect(traffic.results).toEqual(['SELECT doc | ok | SELECT body FROM doc open'])
    end.receives(Buffer.concat([header(3, 5), Buffer.from('abc'), eof(6)]))
    expect(traffic.results).toEqual(['SELECT doc | ok | SELECT body FROM doc'])
    expect(told(traffic)[1]!.attributes['db.response.returned_rows']).toBe(1)
  })

  test('are preceded by progress, which is no error', () => {
    const progress = (sequence: number) => packet(sequence, 0xff, u16(0xffff), 1, 2, 3)
    const traffic = new Traffic()
    const end = connected(traffic, USUAL, '5.5.5-10.11.19-MariaDB').sends(query('ALTER TABLE a'))
    end.receives(progress(1)).receives(Buffer.concat([progress(2), progress(3)]))
    expect(traffic.results).toEqual(['ALTER TABLE a | ok | ALTER TABLE a open'])
    end.receives(ok(4))
    expect(traffic.results).toEqual(['ALTER TABLE a | ok | ALTER TABLE a'])
  })

  test('of a file asked for come when the file was sent', () => {
    const traffic = new Traffic()
    const end = connected(traffic).sends(query("LOAD DATA LOCAL INFILE 'x' INTO TABLE item"))
    end.receives(packet(1, 0xfb, '/tmp/x'))
    for (let i = 2; i < 300; i++) end.sends(packet(i & 0xff, '\x03SELECT 1\n'))
    end.sends(header(0, 300 & 0xff)).receives(ok((300 & 0xff) + 1))
    end.sends(query('SELECT 2')).receives(ok())
    expect(traffic.results).toEqual([
      'LOAD item | ok | LOAD DATA LOCAL INFILE ? INTO TABLE item',
      'SELECT | ok | SELECT ?',
    ])
  })

  test('of commands without any are whatever single packet comes', () => {
    const traffic = new Traffic()
    const end = connected(traffic)
    end.sends(command(0x09)).receives(packet(1, 'Uptime: 5  Threads: 1'))
    end.sends(packet(0, 0x1b, u16(0))).receives(eof(1))
    end.sends(command(0x0e)).receives(ok())
    end.sends(command(0x04, 'item\0')).receives(Buffer.concat([column(1), column(2), eof(3)]))
    end.sends(command(0x0e)).receives(failure(1053))
    expect(traffic.results).toEqual(['PING shop | 1053'])
    expect(traffic.hearing.exchanges.every(({ outcome }) => outcome === 'answered')).toBe(true)
  })

  test('with endless definitions are not read', () => {
    const traffic = new Traffic()
    const end = connected(traffic).sends(query('SELECT 1'))
    end.receives(packet(1, 0xfe, Buffer.alloc(8, 0xff))).receives(column(2))
    end.sends(query('SELECT 2')).receives(ok())
    expect(traffic.results.at(-1)).toBe('SELECT | ok | SELECT ?')
  })
})
