import { describe, expect, test } from 'vitest'
import { memcached } from '../../../src/protocols/memcached/index.ts'
import type { DescribeFacts } from '../../../src/protocols/protocol.ts'
import { Traffic } from '../../exchanges/traffic.ts'

const detect = (text: string) => memcached.detect(Buffer.from(text, 'latin1'))

describe('the first bytes', () => {
  test.each([
    'get key\r\n',
    'gets a b c\r\n',
    'set key 0 0 5\r\nhel',
    'set key 0 0 5 noreply\r\n',
    'cas key 0 0 1 21\r\n',
    'delete key\r\n',
    'mg key v t\r\n',
    'ms key 3 T0\r\n',
    'flush_all 0\r\n',
  ])('of a request are one, once its line is there: %j', (text) => {
    expect(detect(text)).toBe('request')
    for (let length = 0; length < text.indexOf('\r\n'); length++)
      expect(detect(text.slice(0, length)), `${length} bytes`).toBe('need-more')
  })

  test.each(['VALUE key 0 5\r\n', 'STORED\r\n', 'END\r\n', 'HD\r\n', 'SERVER_ERROR x\r\n'])(
    'of a reply are one: %j',
    (text) => expect(detect(text)).toBe('response'),
  )

  test.each([
    ['HTTP', 'GET /key HTTP/1.1\r\n'],
    ['a job of beanstalkd', 'delete 17\r\n'],
    ['its statistics', 'stats\r\n'],
    ['SMTP', 'EHLO example.com\r\n'],
    ['an FTP server', '220 ready\r\n'],
    ['a set without a length', 'set key value\r\n'],
    ['a set with a word for one', 'set key 0 0 five\r\n'],
    ['too many words', 'incr key 1 2 3\r\n'],
    ['Redis', '*1\r\n$4\r\nPING\r\n'],
    ['something that only begins so', 'getting started\r\n'],
    ['a line without an end', `get ${'k'.repeat(5000)}`],
    ['bytes', 'get \x00\x01\r\n'],
  ])('of %s are neither', (_, text) => {
    expect(detect(text)).toBe('no')
  })
})

function talk(...pieces: readonly (readonly [asked: string, answered: string])[]): string[] {
  const traffic = new Traffic()
  const end = traffic.socket()
  for (const [asked, answered] of pieces) {
    if (asked) end.receives(asked)
    if (answered) end.sends(answered)
  }
  return traffic.results
}

describe('a command', () => {
  test('whose value looks like an answer is read by its length', () => {
    expect(
      talk(
        ['set k 0 0 12\r\nEND\r\nget x\r\n\r\n', 'STORED\r\n'],
        ['get k\r\n', 'VALUE k 0 12\r\nEND\r\nget x\r\n\r\nEND\r\n'],
      ),
    ).toEqual(['set | ok | set k ? ? ?', 'get | ok | get k'])
  })

  test('that nobody answers is no exchange', () => {
    expect(
      talk(
        ['set k 0 0 1 noreply\r\nx\r\nget k\r\n', 'VALUE k 0 1\r\nx\r\nEND\r\n'],
        ['quit\r\n', ''],
      ),
    ).toEqual(['get | ok | get k'])
  })

  test('that is quiet is no exchange, answered or not', () => {
    expect(
      talk(
        ['mg a v q\r\nmg b v q\r\nmn\r\n', 'VA 1\r\nx\r\nMN\r\n'],
        ['mg a v q\r\nmg b v O9\r\n', 'VA 1\r\nx\r\nEN O9\r\n'],
        ['get k\r\n', 'END\r\n'],
      ),
    ).toEqual(['mn | ok | mn', 'mg | ok | mg b v O?', 'get | ok | get k'])
  })

  test('behind a quiet one that may have been answered gets no answer of which that is not clear', () => {
    const results = talk(
      ['get a\r\n', 'END\r\n'],
      ['mg a v q\r\nmg b v\r\n', 'VA 1\r\nx\r\nEN\r\n'],
    )
    expect(results).toEqual(['get | ok | get a', 'mg | connection_closed | mg b v closed'])
  })

  test('fails with what the server calls an error', () => {
    expect(
      talk(
        ['incr k 1\r\n', 'CLIENT_ERROR cannot increment\r\n'],
        ['get k\r\n', 'VALUE k 0 1\r\nx\r\nSERVER_ERROR out of memory\r\n'],
        ['nosuch k\r\n', 'ERROR\r\n'],
        ['delete k\r\n', 'NOT_FOUND\r\n'],
      ),
    ).toEqual([
      'incr | CLIENT_ERROR | incr k ?',
      'get | SERVER_ERROR | get k',
      '_OTHER | ERROR | ? ?',
      'delete | ok | delete k',
    ])
  })

  test('with a large value needs not be copied', () => {
    const traffic = new Traffic()
    const end = traffic.socket()
    end.receives('get k\r\n').sends('END\r\n')
    end.receives('set k 0 0 1000000\r\nabc')
    expect(traffic.verdicts.at(-1)).toMatch(/^1: 4096 out 0 in 1000\d{3}$/)
  })

  test('after `watch` is not read out of a log', () => {
    expect(
      talk(
        ['get k\r\n', 'END\r\n'],
        ['watch fetchers\r\n', 'OK\r\n'],
        ['', 'ts=1 type=item_get\r\n'],
      ),
    ).toEqual(['get | ok | get k', 'watch | ok | watch ?'])
  })
})

describe('the text of a command', () => {
  const facts: DescribeFacts = {
    role: 'client',
    serverAddress: '10.0.0.1',
    serverPort: 11_211,
    route: (path) => path,
    query: (raw) => raw,
    queryText: 'raw',
  }

  function described(line: string, changes: Partial<DescribeFacts> = {}) {
    const name = line.split(' ')[0]!
    const request = { start: 0, name, line, opaque: '', quietBefore: 0 }
    return memcached.describe(request, undefined, { ...facts, ...changes })
  }

  test('is the line as sent if asked for, or none', () => {
    expect(described('set k 1 2 3').attributes).toEqual({
      'db.system.name': 'memcached',
      'db.operation.name': 'set',
      'db.query.text': 'set k 1 2 3',
      'server.address': '10.0.0.1',
    })
    expect(described('get k', { queryText: 'off' }).attributes).not.toHaveProperty('db.query.text')
    expect(described('get k', { serverPort: 11_311 }).attributes['server.port']).toBe(11_311)
  })

  test('ends where there are too many words', () => {
    const { attributes } = described(`get ${'k '.repeat(100)}`, { queryText: 'parameterised' })
    expect(attributes['db.query.text']).toBe(`get ${'k '.repeat(32)}...`)
  })
})
