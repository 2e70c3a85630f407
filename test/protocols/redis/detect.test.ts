import { describe, expect, test } from 'vitest'
import { redis } from '../../../src/protocols/redis/index.ts'
import { loadSession, SESSION_FOLDERS, sessionsOf } from '../../exchanges/session.ts'
import { Random } from '../../support/random.ts'
import { command } from './reading.ts'

const detect = (text: string) => redis.detect(Buffer.from(text, 'latin1'))

describe('the first bytes', () => {
  test.each([
    command('PING'),
    command('get', 'key'),
    command('SET', 'key', 'value', 'EX', '10'),
    command('JSON.GET', 'doc'),
    command('subscribe', 'news'),
    'HGETALL cart:7\r\n',
    'config get maxmemory\n',
  ])('of a request are one: %j', (text) => {
    expect(detect(text)).toBe('request')
  })

  test('of a request are one as soon as the command is there', () => {
    const text = command('SET', 'key', 'value')
    for (let length = 0; length < 11; length++)
      expect(detect(text.slice(0, length)), `${length} bytes`).toBe('need-more')
    for (let length = 11; length < text.length; length++)
      expect(detect(text.slice(0, length)), `${length} bytes`).toBe('request')
  })

  test.each([
    '+OK\r\n',
    '+QUEUED\r\n',
    ':1\r\n',
    ':-2\r\n',
    '$5\r\nhello\r\n',
    '$5000\r\nhel',
    '$-1\r\n',
    '*-1\r\n',
    '*2\r\n:1\r\n:2\r\n',
    '_\r\n',
    '#t\r\n',
    ',1.5e3\r\n',
    ',-inf\r\n',
    '(12345678901234567890\r\n',
    '%1\r\n+a\r\n:1\r\n',
    '~1\r\n:1\r\n',
    '>3\r\n$7\r\nmessage\r\n',
    '|1\r\n+a\r\n:1\r\n:2\r\n',
    '=7\r\ntxt:abc\r\n',
    '-WRONGTYPE Operation\r\n',
    '-MOVED 12182 127.0.0.1:7001\r\n',
  ])('of a reply are one: %j', (text) => {
    expect(detect(text)).toBe('response')
  })

  test.each([
    ['an array that may be a value or a command', '*2\r\n$3\r\nfoo\r\n$3\r\nbar\r\n'],
    ['a command with the wrong number of words', '*3\r\n$3\r\nget\r\n$3\r\nbar\r\n$1\r\na\r\n'],
    ['an empty array', '*0\r\n'],
    ['what is published', '*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n'],
    ['a subscription that is confirmed', '*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n'],
    ['one that is gone', '*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n'],
    ['a string with another end', '$5\r\nhello!!'],
    ['HTTP', 'GET /get HTTP/1.1\r\n'],
    ['HTTP/0.9', 'GET key\r\n'],
    ['memcached', 'get key\r\n'],
    ['memcached storing', 'set key 0 0 5\r\nhello\r\n'],
    ['memcached answering', 'VALUE key 0 5\r\nhello\r\nEND\r\n'],
    ['a NATS client', 'PING\r\n'],
    ['a NATS client connecting', 'CONNECT {"verbose":false}\r\n'],
    ['a NATS server', 'INFO {"server_id":"x"}\r\n'],
    ['a NATS error', "-ERR 'Unknown Protocol Operation'\r\n"],
    ['a POP3 server', '+OK Dovecot ready.\r\n'],
    ['a POP3 error', '-ERR [AUTH] Authentication failed.\r\n'],
    ['SMTP', 'AUTH LOGIN\r\n'],
    ['FTP', 'TYPE I\r\n'],
    ['IRC', ':irc.example.com 001 me :Welcome\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01'],
    ['PostgreSQL', '\x00\x00\x00\x08\x04\xd2\x16\x2f'],
    ['MySQL', 'J\x00\x00\x00\n8.0.36\x00'],
    ['a length too long', '$12345678901\r\n'],
    ['a length that is none', '$x\r\n'],
    ['more words than there can be', '*99999999999\r\n'],
    ['zeros', '\0'.repeat(64)],
    ['empty lines', '\r\n'.repeat(20)],
  ])('of %s are neither', (_, text) => {
    expect(detect(text)).toBe('no')
  })

  test('of all that other protocols were recorded saying are neither', () => {
    let pieces = 0
    for (const folder of SESSION_FOLDERS.filter((name) => name !== 'redis')) {
      for (const name of sessionsOf(folder)) {
        for (const { bytes } of loadSession(folder, name).connections.flat()) {
          expect(['no', 'need-more'], `${folder}/${name}`).toContain(redis.detect(bytes))
          pieces++
        }
      }
    }
    expect(pieces).toBeGreaterThan(0)
  })

  test('that are random are neither', () => {
    const random = new Random(7)
    for (let run = 0; run < 20_000; run++) {
      const bytes = Buffer.from(Array.from({ length: 24 }, () => random.below(256)))
      expect(['no', 'need-more']).toContain(redis.detect(bytes))
    }
  })
})

test('of recorded requests and replies none is taken for the other', () => {
  for (const name of sessionsOf('redis').filter((one) => one !== 'replica')) {
    for (const { from, bytes } of loadSession('redis', name).connections.flat()) {
      const other = from === 'C' ? 'response' : 'request'
      if (bytes.length > 0) expect(redis.detect(bytes), bytes.toString('latin1')).not.toBe(other)
    }
  }
})
