import { describe, expect, test } from 'vitest'
import {
  AUTHENTICATED,
  BOUND,
  bind,
  CLOSED,
  COLUMNS,
  closeStatement,
  complete,
  describeStatement,
  EMPTY,
  execute,
  FLUSH,
  failure,
  message,
  NO_DATA,
  PARSED,
  packet,
  parse,
  query,
  READY,
  Reading,
  row,
  STARTUP,
  SUSPENDED,
  SYNC,
  u16,
  u32,
} from './messages.ts'

const SSL = packet(80_877_103)
const GSSENC = packet(80_877_104)
const CANCEL = packet(80_877_102, '\0\0\0\x01\0\0\0\x02')

function started(): Reading {
  return new Reading().client(STARTUP).server(AUTHENTICATED)
}

describe('a connection', () => {
  test('makes no span when it came to be', () => {
    const reading = started()
    expect(reading.requests.map(({ kind, namespace }) => [kind, namespace])).toEqual([
      ['startup', 'shop'],
    ])
    expect(reading.spans).toEqual([])
  })

  test('that asks for another database than there is has failed', () => {
    const reading = new Reading().client(STARTUP).server(failure('3D000', 'FATAL'))
    expect(reading.spans).toEqual(['CONNECT shop | 3D000'])
  })

  test('is of the database named as its user, if it names none', () => {
    const reading = new Reading().client(packet(196_610, 'user\0bob\0\0'))
    expect(reading.requests[0]!.namespace).toBe('bob')
  })

  test.each([
    ['TLS', SSL, 'S'],
    ['GSSAPI', GSSENC, 'G'],
  ])('is left once %s is agreed on', (_, request, yes) => {
    const reading = new Reading().client(request).server(Buffer.from(yes))
    reading.client(Buffer.from('\x16\x03\x01')).server(Buffer.from('\x16\x03\x03'))
    expect(reading.said).toEqual(['leave'])
    expect(reading.spans).toEqual([])
  })

  test('goes on in the clear when the server does not encrypt', () => {
    const reading = new Reading().client(GSSENC).server(Buffer.from('N'))
    reading.client(SSL).server(Buffer.from('N')).client(STARTUP).server(AUTHENTICATED)
    reading.client(query('SELECT 1')).server(COLUMNS, row('1'), complete('SELECT 1'), READY)
    expect(reading.said).toEqual([])
    expect(reading.spans).toEqual(['SELECT | ok'])
  })

  test('of an old server answers a wish for TLS with an error', () => {
    const reading = new Reading().client(SSL).server(failure('0A000', 'FATAL'))
    expect(reading.spans).toHaveLength(1)
  })

  test('waits with what follows a wish for TLS until that is answered', () => {
    const reading = new Reading().client(SSL, Buffer.from('\x16\x03\x01\x00\x05'))
    expect(reading.said).toEqual([])
    reading.server(Buffer.from('S')).client(Buffer.from('hello'))
    expect(reading.said).toEqual(['leave'])
  })

  test('that only cancels makes no span', () => {
    const reading = new Reading().client(CANCEL)
    expect(reading.requests[0]!.kind).toBe('cancel')
    expect(reading.spans).toEqual([])
  })

  test('keeps nothing of passwords', () => {
    const reading = new Reading().client(STARTUP).server(message('R', u32(5), 'salt'))
    reading.client(message('p', 'md5secret\0')).server(AUTHENTICATED)
    expect(JSON.stringify(reading)).not.toContain('secret')
    expect(reading.said).toEqual([])
  })

  test('that replicates is left alone', () => {
    const reading = started().client(query('START_REPLICATION SLOT "a" 0/0'))
    reading.server(message('W', '\0', u16(0)), message('d', 'wal'))
    reading.client(message('d', 'status'))
    expect(reading.said).toEqual(['leave'])
    expect(reading.spans).toEqual(['START_REPLICATION | ok'])
  })
})

describe('the simple protocol', () => {
  test('has one exchange for several statements, until ReadyForQuery', () => {
    const reading = started().client(query('BEGIN; DELETE FROM a; SELECT 1/0; COMMIT'))
    reading.server(complete('BEGIN'), complete('DELETE 1'), failure('22012'))
    expect(reading.responses).toHaveLength(2)
    reading.server(READY)
    expect(reading.spans).toEqual(['BEGIN; DELETE a; SELECT; COMMIT | 22012'])
  })

  test('passes over notices, parameters and notifications', () => {
    const reading = started().client(query('DO $$ … $$'))
    const told = [message('N', 'SNOTICE\0C00000\0Mhi\0\0'), message('S', 'TimeZone\0UTC\0')]
    reading.server(...told, message('A', u32(1), 'news\0hi\0'), complete('DO'), READY)
    reading.server(message('A', u32(1), 'news\0hi\0'))
    reading.client(query('SELECT 2')).server(complete('SELECT 1'), READY)
    expect(reading.spans).toEqual(['DO | ok', 'SELECT | ok'])
    expect(reading.responses).toHaveLength(3)
  })

  test('has the data of COPY in its exchange', () => {
    const reading = started().client(query('COPY a FROM STDIN'))
    reading.server(message('G', '\0', u16(1), u16(0)))
    reading.client(message('d', '1\n'), message('d', '2\n'), message('c'))
    reading.server(complete('COPY 2'), READY)
    reading.client(query('COPY a TO STDOUT')).server(message('H', '\0', u16(1), u16(0)))
    reading.server(message('d', 'x\n'), message('c'), complete('COPY 1'), READY)
    reading.client(query('COPY a FROM STDIN')).server(message('G', '\0', u16(0)))
    reading.client(message('f', 'enough\0')).server(failure('57014'), READY)
    expect(reading.spans).toEqual(['COPY a | ok', 'COPY a | ok', 'COPY a | 57014'])
  })

  test('calls functions', () => {
    const call = message('F', u32(1299), u16(0), u16(0), u16(0))
    const reading = started()
      .client(call)
      .server(message('V', u32(-1 >>> 0)), READY)
    expect(reading.spans).toEqual(['FUNCTION CALL | ok'])
  })

  test('ends with the error that ends the connection', () => {
    const reading = started().client(query('SELECT pg_sleep(9)'))
    reading.server(failure('57P01', 'FATAL'))
    expect(reading.spans).toEqual(['SELECT | 57P01'])
    expect(reading.responses[1]!.isWhole).toBe(true)
  })
})

describe('the extended protocol', () => {
  test('has one exchange from Parse to Execute', () => {
    const reading = started().client(parse('SELECT a FROM b'), bind(), execute(), SYNC)
    reading.server(PARSED, BOUND, row('1'), row('2'), complete('SELECT 2'), READY)
    expect(reading.requests).toHaveLength(2)
    expect(reading.spans).toEqual(['SELECT b | ok'])
    expect(reading.responses[1]).toMatchObject({ rows: 2, command: 'SELECT', isWhole: true })
  })

  test('makes no span of a statement that is only prepared, unless that fails', () => {
    const reading = started()
    reading.client(parse('SELECT a FROM b', 's1'), describeStatement('s1'), SYNC)
    reading.server(PARSED, message('t', u16(0)), COLUMNS, READY)
    expect(reading.spans).toEqual([])
    reading.client(parse('SELECT nope FROM b', 's2'), describeStatement('s2'), SYNC)
    reading.server(failure('42703'), READY)
    reading.client(bind('s1'), execute(), SYNC).server(BOUND, complete('SELECT 0'), READY)
    expect(reading.spans).toEqual(['SELECT b | 42703', 'SELECT b | ok'])
  })

  test('is answered up to a Flush', () => {
    const reading = started().client(parse('SELECT a FROM b', 's1'), describeStatement('s1'), FLUSH)
    reading.server(PARSED, message('t', u16(0)), NO_DATA)
    expect(reading.responses[1]!.isWhole).toBe(true)
    reading.client(bind('s1'), execute(), FLUSH).server(BOUND, complete('SELECT 0'))
    expect(reading.responses[2]!.isWhole).toBe(true)
    reading.client(SYNC).server(READY)
    expect(reading.requests.map(({ kind }) => kind)).toEqual([
      'startup',
      'extended',
      'extended',
      'sync',
    ])
    expect(reading.responses).toHaveLength(4)
    expect(reading.spans).toEqual(['SELECT b | ok'])
  })

  test('shows what a commit at the Sync says', () => {
    const reading = started().client(parse('INSERT INTO b VALUES (1)'), bind(), execute(), SYNC)
    reading.server(PARSED, BOUND, complete('INSERT 0 1'), failure('23503'), READY)
    expect(reading.spans).toEqual(['INSERT b | 23503'])
  })

  test('remembers statements by name, and forgets closed ones', () => {
    const reading = started().client(parse('SELECT a FROM b', 's1'), SYNC).server(PARSED, READY)
    reading.client(bind('s1'), execute(), SYNC).server(BOUND, complete('SELECT 0'), READY)
    reading.client(closeStatement('s1'), SYNC).server(CLOSED, READY)
    reading.client(bind('s1'), execute(), SYNC).server(failure('26000'), READY)
    expect(reading.spans).toEqual(['SELECT b | ok', 'postgresql | 26000'])
  })

  test('goes on with a portal', () => {
    const reading = started().client(parse('SELECT a FROM b'), bind('', 'p'), execute('p', 2), SYNC)
    reading.server(PARSED, BOUND, row('1'), row('2'), SUSPENDED, READY)
    reading.client(execute('p', 2), SYNC).server(row('3'), complete('SELECT 1'), READY)
    reading.client(message('C', 'Pp\0'), SYNC).server(CLOSED, READY)
    reading.client(execute('p', 2), SYNC).server(failure('34000'), READY)
    expect(reading.spans).toEqual(['SELECT b | ok', 'SELECT b | ok', 'postgresql | 34000'])
    expect(reading.responses.map((response) => response!.rows)).toEqual([0, 2, 1, 0, 0])
  })

  test('copies in behind a Sync that the server passes over', () => {
    const reading = started().client(parse('COPY a FROM STDIN'), bind(), execute(), SYNC)
    reading.server(PARSED, BOUND, message('G', '\0', u16(0)))
    reading.client(message('d', '1\n'), message('c'), SYNC).server(complete('COPY 1'), READY)
    reading.client(parse('SELECT x FROM b'), bind(), execute(), SYNC)
    reading.server(PARSED, BOUND, complete('SELECT 0'), READY)
    expect(reading.spans).toEqual(['COPY a | ok', 'SELECT b | ok'])
    expect(reading.requests).toHaveLength(3)
  })

  test('finds its place again where a Sync was not heard', () => {
    const reading = started().client(parse('COPY a FROM STDIN'), bind(), execute(), SYNC)
    reading.client(message('d', '1\n'), message('c'), SYNC)
    reading.server(PARSED, BOUND, message('G', '\0', u16(0)), complete('COPY 1'), READY)
    reading.client(query('SELECT 1')).server(COLUMNS, complete('SELECT 0'), READY)
    expect(reading.spans).toEqual(['COPY a | ok', 'SELECT | ok'])
    expect(reading.responses[3]!.isWhole).toBe(true)
  })

  test('tells statements of a pipeline apart', () => {
    const reading = started()
    for (const table of ['a', 'b', 'c'])
      reading.client(parse(`SELECT x FROM ${table}`), bind(), describeStatement(), execute())
    reading.client(SYNC, query('SELECT 4'))
    const answer = [PARSED, BOUND, COLUMNS, row('1'), complete('SELECT 1')]
    reading.server(...answer, ...answer)
    expect(reading.responses.filter((response) => response?.isWhole)).toHaveLength(3)
    reading.server(PARSED, BOUND, NO_DATA, EMPTY, READY, COLUMNS, complete('SELECT 0'), READY)
    expect(reading.spans).toEqual([
      'SELECT a | ok',
      'SELECT b | ok',
      'SELECT c | ok',
      'SELECT | ok',
    ])
    expect(reading.responses.every((response) => response!.isWhole)).toBe(true)
  })

  test('answers all that stands behind an error, up to the Sync, as passed over', () => {
    const reading = started()
    for (const table of ['a', 'b', 'c'])
      reading.client(parse(`SELECT x FROM ${table}`), bind(), execute())
    reading.client(SYNC)
    reading.client(parse('SELECT x FROM d'), bind(), execute(), SYNC)
    reading.server(PARSED, BOUND, complete('SELECT 0'), failure('42P01'), READY)
    expect(reading.spans).toEqual([
      'SELECT a | ok',
      'SELECT b | 42P01',
      'SELECT c | pipeline_aborted',
      'SELECT d | open',
    ])
    reading.server(PARSED, BOUND, complete('SELECT 0'), READY)
    expect(reading.spans[3]).toBe('SELECT d | ok')
  })

  test('has an error before a Sync that comes later', () => {
    const reading = started().client(parse('SELECT x FROM a'), bind(), execute(), FLUSH)
    reading.server(failure('42P01'))
    reading.client(parse('SELECT x FROM b'), bind(), execute(), FLUSH, SYNC).server(READY)
    reading.client(query('SELECT 1')).server(complete('SELECT 1'), READY)
    expect(reading.spans).toEqual([
      'SELECT a | 42P01',
      'SELECT b | pipeline_aborted',
      'SELECT | ok',
    ])
  })
})

describe('a connection joined late', () => {
  test('has statements of which nobody knows the text', () => {
    const reading = new Reading(true).client(bind('old'), execute(), SYNC)
    reading.server(BOUND, complete('UPDATE 3'), READY)
    expect(reading.spans).toEqual(['UPDATE | ok'])
    expect(reading.requests[0]!.sql).toBe('')
  })

  test('is not read before a message begins', () => {
    const reading = new Reading(true).client(Buffer.from('the rest of a parameter'))
    expect(reading.said).toEqual(['lost-sync'])
    expect(reading.requests).toEqual([])
  })

  test('behind a request that was flushed reads the next answer as that', () => {
    const reading = new Reading(true).server(PARSED, message('t', u16(0)), COLUMNS)
    reading
      .client(bind('old'), execute(), SYNC)
      .server(BOUND, row('1'), complete('SELECT 1'), READY)
    expect(reading.requests[0]!.isAnswered).toBe(true)
    expect(reading.responses.map((response) => response!.rows)).toEqual([0, 1])
  })

  test('goes on with a portal that was bound before', () => {
    const reading = new Reading(true).client(execute('p', 8), SYNC)
    reading.server(row('1'), row('2'), SUSPENDED, READY)
    reading.client(query('COMMIT')).server(complete('COMMIT'), READY)
    expect(reading.spans).toEqual(['postgresql | ok', 'COMMIT | ok'])
  })

  test('does not take the end of a result for an answer', () => {
    const reading = new Reading(true).client(query('SELECT 1'))
    reading.server(complete('SELECT 5000'), READY)
    expect(reading.said).toEqual(['lost-sync'])
    expect(reading.responses).toEqual([])
  })
})

describe('what is missing', () => {
  test('of a long parameter is passed over, and the rest of its statement with it', () => {
    const params = Buffer.alloc(50_000, 'x')
    const long = message('B', '\0\0', u16(0), u16(1), u32(params.length), params, u16(0))
    const tail = Buffer.concat([describeStatement(), execute(), SYNC]).length
    const first = Buffer.concat([parse('INSERT INTO a VALUES ($1)'), long.subarray(0, 4000)])
    const reading = started().cut('C', first, long.length - 4000 + tail)
    expect(reading.requests[1]).toMatchObject({ executes: true, isClosed: true })
    reading.server(PARSED, BOUND, NO_DATA, complete('INSERT 0 1'), READY)
    reading.client(query('SELECT 2')).server(complete('SELECT 1'), READY)
    expect(reading.spans).toEqual(['INSERT a | ok', 'SELECT | ok'])
  })

  test('of a long statement is said', () => {
    const sql = `SELECT * FROM a WHERE b = '${'x'.repeat(20_000)}'`
    const whole = query(sql)
    const reading = started().cut('C', whole.subarray(0, 4096), whole.length - 4096)
    expect(reading.requests[1]).toMatchObject({ isCut: true, isClosed: true })
    expect(reading.spans).toEqual(['SELECT a | open'])
  })

  test('of long values need not be copied', () => {
    const reading = started().client(query('SELECT a FROM b'))
    const long = row('x'.repeat(1_000_000))
    reading.server(COLUMNS, long.subarray(0, 1000))
    expect(reading.skippable('S')).toBe(long.length - 1000)
    expect(reading.skippable('C')).toBe(0)
  })
})

describe('bad input', () => {
  const session = [
    parse('SELECT a FROM b', 's'),
    bind('s'),
    execute(),
    SYNC,
    query('SELECT 1'),
    closeStatement('s'),
    SYNC,
  ]

  test('of impossible lengths is no message', () => {
    for (const length of [0, 3, 0x4000_0000, 0x7fff_ffff, 0xffff_ffff]) {
      const bytes = Buffer.concat([Buffer.from('Q'), u32(length), Buffer.from('SELECT 1')])
      expect(started().client(bytes).said).toEqual(['lost-sync'])
      bytes[0] = 0x44
      expect(started().client(query('SELECT 1')).server(bytes).said).toEqual(['lost-sync'])
    }
  })

  test('cut anywhere begins nothing twice', () => {
    const bytes = Buffer.concat(session)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reading = started().client(bytes.subarray(0, cut)).client(bytes.subarray(cut))
      expect(reading.requests.map(({ kind }) => kind)).toEqual([
        'startup',
        'extended',
        'query',
        'extended',
      ])
      expect(reading.said).toEqual([])
    }
  })

  test('of a million prepared statements keeps the last of them', () => {
    const reading = started()
    const many = Array.from({ length: 10_000 }, (_, i) => parse(`SELECT ${i} FROM t${i}`, `s${i}`))
    for (let i = 0; i < 10; i++) reading.client(...many)
    reading.client(bind('s1'), execute(), bind('s9999'), execute(), SYNC)
    reading.server(...Array.from({ length: 100_000 }, () => PARSED))
    reading.server(BOUND, complete('SELECT 0'), BOUND, complete('SELECT 0'), READY)
    expect(reading.spans).toEqual(['SELECT | ok', 'SELECT t9999 | ok'])
  })

  test('with a name of a megabyte does not remember it', () => {
    const name = 'n'.repeat(1 << 20)
    const reading = started().client(parse('SELECT a FROM b', name), SYNC).server(PARSED, READY)
    reading.client(bind(name), execute(), SYNC).server(BOUND, complete('SELECT 0'), READY)
    expect(reading.said).toEqual([])
    expect(reading.spans).toEqual(['SELECT | ok'])
  })

  test('of a result of a million rows is passed over quickly', () => {
    const reading = started().client(query('SELECT a FROM b')).server(COLUMNS)
    const rows = Buffer.concat(Array.from({ length: 100_000 }, () => row('1')))
    const began = performance.now()
    for (let i = 0; i < 10; i++) reading.server(rows)
    reading.server(complete('SELECT 1000000'), READY)
    expect(performance.now() - began).toBeLessThan(2000)
    expect(reading.responses[1]!.rows).toBe(1_000_000)
  })
})
