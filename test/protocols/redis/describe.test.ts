import { describe, expect, test } from 'vitest'
import type { DescribeFacts } from '../../../src/protocols/protocol.ts'
import { redis } from '../../../src/protocols/redis/index.ts'
import { isDeprecated, isRegistered } from '../../support/semconv-registry.ts'
import { command, Reading } from './reading.ts'

const FACTS: DescribeFacts = {
  role: 'client',
  serverAddress: '10.1.2.3',
  serverPort: 6379,
  outcome: 'answered',
  route: (path) => path,
  query: (raw) => raw,
  queryText: 'parameterised',
}

function described(words: string[], reply = '+OK\r\n', facts: Partial<DescribeFacts> = {}) {
  const reading = new Reading()
  reading.asks(command(...words))
  reading.answers(reply)
  return redis.describe(reading.requests[0]!, reading.replies[0], { ...FACTS, ...facts })
}

function textOf(words: string[], queryText: DescribeFacts['queryText'] = 'parameterised') {
  return described(words, '+OK\r\n', { queryText }).attributes['db.query.text']
}

describe('a command', () => {
  test('is told as the conventions say', () => {
    const { name, error, attributes } = described(['get', 'user:1'], '$1\r\nx\r\n')
    expect([name, error]).toEqual(['GET', undefined])
    expect(attributes).toEqual({
      'db.system.name': 'redis',
      'db.operation.name': 'GET',
      'db.namespace': '0',
      'db.query.text': 'GET user:1',
      'server.address': '10.1.2.3',
    })
  })

  test('has attributes that are registered', () => {
    const spans = [
      described(['EVALSHA', 'abc', '1', 'k'], '-NOSCRIPT no\r\n', { serverPort: 7000 }),
      described(['EXEC'], '*2\r\n+OK\r\n:1\r\n'),
    ]
    for (const attribute of spans.flatMap(({ attributes }) => Object.keys(attributes))) {
      expect(isRegistered(attribute), attribute).toBe(true)
      expect(isDeprecated(attribute), attribute).toBe(false)
    }
  })

  test('that fails says with what', () => {
    const { error, attributes } = described(['LPUSH', 'k', 'v'], '-WRONGTYPE Operation\r\n')
    expect([error, attributes['db.response.status_code']]).toEqual(['WRONGTYPE', 'WRONGTYPE'])
    const moved = described(['GET', 'k'], '-MOVED 12182 127.0.0.1:7001\r\n')
    expect([moved.error, moved.attributes['db.response.status_code']]).toEqual([undefined, 'MOVED'])
    const other = described(['EVAL', 's', '0'], '-my own words\r\n')
    expect([other.error, other.attributes['db.response.status_code']]).toEqual([
      '_OTHER',
      undefined,
    ])
  })

  test.each([
    ['reset', 'connection_reset'],
    ['timeout', 'timeout'],
    ['closed', 'connection_closed'],
    ['answer-lost', undefined],
    ['streaming-limit', undefined],
  ] as const)('without an answer, %s, fails with %s', (outcome, error) => {
    expect(described(['GET', 'k'], '', { outcome }).error).toBe(error)
  })

  test('without an answer has no database', () => {
    expect(described(['GET', 'k'], '').attributes).not.toHaveProperty('db.namespace')
  })

  test('that carries out a transaction says how many', () => {
    const size = (reply: string) => described(['EXEC'], reply).attributes['db.operation.batch.size']
    expect(size('*2\r\n+OK\r\n:1\r\n')).toBe(2)
    expect(size('*0\r\n')).toBe(0)
    expect(size('*1\r\n+OK\r\n')).toBeUndefined()
    expect(size('*-1\r\n')).toBeUndefined()
    expect(described(['LRANGE', 'k', '0', '1'], '*2\r\n_\r\n_\r\n').attributes).not.toHaveProperty(
      'db.operation.batch.size',
    )
  })

  test('that runs a script or function names it', () => {
    const name = (...words: string[]) => described(words).attributes['db.stored_procedure.name']
    expect(name('EVALSHA', 'abc123', '0')).toBe('abc123')
    expect(name('FCALL', 'mine', '1', 'k')).toBe('mine')
    expect(name('EVAL', 'return 1', '0')).toBeUndefined()
  })

  test('to another port says which', () => {
    expect(described(['PING'], '+PONG\r\n', { serverPort: 7000 }).attributes).toMatchObject({
      'server.port': 7000,
    })
    expect(described(['PING'], '+PONG\r\n', { serverAddress: '' }).attributes).not.toHaveProperty(
      'server.address',
    )
  })

  test('that cannot be one is another', () => {
    expect(described(['a b', 'c'])).toMatchObject({
      name: '_OTHER',
      attributes: { 'db.operation.name': '_OTHER', 'db.query.text': '? ?' },
    })
  })
})

describe('the text of a command', () => {
  test.each([
    ['GET k', 'GET k'],
    ['SET k v EX 10', 'SET k ? ? ?'],
    ['MSET a 1 b 2', 'MSET a ? b ?'],
    ['MGET a b', 'MGET a b'],
    ['HSET h f v g w', 'HSET h f ? g ?'],
    ['HMGET h f g', 'HMGET h f g'],
    ['HINCRBY h f 5', 'HINCRBY h f ?'],
    ['ZADD z 1 m', 'ZADD z ? ?'],
    ['RENAME a b', 'RENAME a b'],
    ['BITOP AND d a b', 'BITOP ? d a b'],
    ['BLPOP a b 5', 'BLPOP a b ?'],
    ['EVAL script 2 a b v', 'EVAL ? 2 a b ?'],
    ['EVALSHA abc 1 k v', 'EVALSHA abc 1 k ?'],
    ['ZUNIONSTORE d 2 a b WEIGHTS 1 2', 'ZUNIONSTORE d 2 a b ? ? ?'],
    ['LMPOP 2 a b LEFT', 'LMPOP 2 a b ?'],
    ['XREAD COUNT 2 STREAMS s t 0 0', 'XREAD ? ? STREAMS s t ? ?'],
    ['OBJECT ENCODING k', 'OBJECT ENCODING k'],
    ['CLIENT SETNAME me', 'CLIENT SETNAME ?'],
    ['PUBLISH news hello', 'PUBLISH news ?'],
    ['NOSUCH a b', 'NOSUCH ? ?'],
    ['AUTH me secret', 'AUTH ? ?'],
    ['PING', 'PING'],
  ])('%j is %j', (words, text) => {
    expect(textOf(words.split(' '))).toBe(text)
  })

  test('is as sent if asked for, but for commands with secrets', () => {
    expect(textOf(['set', 'k', 'two words'], 'raw')).toBe('SET k "two words"')
    expect(textOf(['AUTH', 'secret'], 'raw')).toBe('AUTH ?')
    expect(textOf(['HELLO', '3', 'AUTH', 'me', 'secret'], 'raw')).toBe('HELLO ? ? ? ?')
    expect(textOf(['CONFIG', 'SET', 'requirepass', 'secret'], 'raw')).toBe('CONFIG SET ? ?')
  })

  test('is left out if asked for', () => {
    expect(textOf(['GET', 'k'], 'off')).toBeUndefined()
  })

  test('takes what is no plain word in quotes', () => {
    expect(textOf(['GET', 'a "b" \\ \n'])).toBe('GET "a \\"b\\" \\\\ \\x0a"')
    expect(textOf(['GET', ''])).toBe('GET ""')
    expect(textOf(['GET', Buffer.from('caf\u00e9').toString('latin1')])).toBe('GET caf\u00e9')
    expect(textOf(['GET', '\xff\x00'])).toBe('GET "\\xff\\x00"')
  })

  test('ends where too much was sent', () => {
    const many = textOf(['MGET', ...Array.from({ length: 100 }, (_, i) => `k${i}`)]) as string
    expect(many).toMatch(/^MGET k0 k1 .* \.\.\.$/)
    expect(many.length).toBeLessThan(300)
    expect(textOf(['SET', 'k', 'v'.repeat(100_000)])).toBe('SET k ?')
    const long = textOf(['GET', 'k'.repeat(100_000)]) as string
    expect(long.length).toBeLessThan(1100)
    const numbers = textOf(['EVAL', 's', '999999999', 'k']) as string
    expect(numbers).toBe('EVAL ? 999999999 k')
  })
})
