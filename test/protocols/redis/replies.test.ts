import { describe, expect, test } from 'vitest'
import { command, Reading } from './reading.ts'

const BEGIN_END = ['begin', 'end']

function asked(...commands: string[][]): Reading {
  const reading = new Reading()
  for (const words of commands) reading.asks(command(...words))
  return reading
}

const REPLIES = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':1\r\n',
  '$0\r\n\r\n',
  '$5\r\nhello\r\n',
  '$5\r\n+OK\r\n\r\n',
  '$-1\r\n',
  '*0\r\n',
  '*-1\r\n',
  '*2\r\n*1\r\n:1\r\n$-1\r\n',
  '_\r\n',
  '#f\r\n',
  ',3.14\r\n',
  ',nan\r\n',
  '(-349\r\n',
  '!9\r\nERR wrong\r\n',
  '=7\r\ntxt:a\r\n\r\n',
  '%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n_\r\n',
  '~3\r\n:1\r\n:2\r\n:3\r\n',
  '|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+a\r\n:1\r\n:2\r\n',
  '$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;1\r\nd\r\n;0\r\n',
  '*?\r\n:1\r\n*?\r\n.\r\n:2\r\n.\r\n',
  '%?\r\n+a\r\n:1\r\n.\r\n',
  '~?\r\n+a\r\n.\r\n',
]

describe('a reply', () => {
  test.each(REPLIES)('is read to its end, wherever it is cut: %j', (text) => {
    for (let cut = 0; cut < text.length; cut++) {
      const reading = asked(['GET', 'a'], ['GET', 'b'])
      const steps = [
        ...reading.answers(text.slice(0, cut)),
        ...reading.answers(`${text.slice(cut)}:7\r\n`),
      ]
      expect(steps, `cut at ${cut}`).toEqual([...BEGIN_END, ...BEGIN_END])
      expect(reading.unread).toBe(0)
    }
  })

  test.each([
    ['-ERR unknown command\r\n', 'ERR'],
    ['-WRONGTYPE Operation against a key\r\n', 'WRONGTYPE'],
    ['-NOAUTH\r\n', 'NOAUTH'],
    ['-MOVED 12182 127.0.0.1:7001\r\n', 'MOVED'],
    ['-something else\r\n', '_OTHER'],
    [`-${'A'.repeat(100)} x\r\n`, '_OTHER'],
    ['!21\r\nSYNTAX invalid syntax\r\n', 'SYNTAX'],
    ['!0\r\n\r\n', '_OTHER'],
    ['*3\r\n+OK\r\n-WRONGTYPE x\r\n-ERR y\r\n', 'WRONGTYPE'],
    ['+OK\r\n', ''],
    ['$6\r\n-ERR x\r\n', ''],
  ])('%j is the error %j, wherever it is cut', (text, error) => {
    for (let cut = 0; cut < text.length; cut++) {
      const reading = asked(['EXEC'])
      reading.answers(text.slice(0, cut))
      reading.answers(text.slice(cut))
      expect(reading.replies.map((reply) => reply.error)).toEqual([error])
    }
  })

  test('may have its value in a gap, which need not be seen', () => {
    const reading = asked(['GET', 'k'])
    expect(reading.answers('$900000\r\nabc')).toEqual(['begin'])
    expect(reading.conversation.skippable('response')).toBe(900_000 - 3)
    expect(reading.answers('', 899_999)).toEqual(['end'])
  })

  test.each([
    ['of another protocol', 'HTTP/1.1 200 OK\r\n'],
    ['with a length that is none', '$x\r\n'],
    ['with a length too long', '*99999999999\r\n'],
    ['that ends elsewhere', '$3\r\nabcdef\r\n'],
    ['nested without end', '*1\r\n'.repeat(1000)],
    ['that ends what has not begun', '.\r\n'],
    ['that is a piece of nothing', ';4\r\n'],
  ])('is nothing %s', (_, text) => {
    expect(asked(['GET', 'k']).answers(text).at(-1)).toBe('lost-sync')
  })

  test('of 2^32 elements is waited for without memory', () => {
    const reading = asked(['LRANGE', 'k', '0', '-1'])
    expect(reading.answers(`*4294967295\r\n${':1\r\n'.repeat(1000)}`)).toEqual(['begin'])
    expect(reading.unread).toBe(0)
  })

  test('after a loss is one that is plain', () => {
    const reading = asked(['GET', 'a'], ['GET', 'b'])
    reading.conversation.resync('response')
    expect(reading.answers('lo\r\n')).toEqual(['lost-sync'])
    expect(new Reading(true).answers('$5\r\nhello\r\n')).toEqual(BEGIN_END)
  })
})

describe('what nobody asked for', () => {
  test('is no reply: pushes', () => {
    const reading = asked(['GET', 'a'])
    expect(reading.answers('>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n$1\r\nx\r\n')).toEqual(
      BEGIN_END,
    )
    expect(reading.replies[0]!.start).toBe(32)
  })

  test('is no reply: messages to a subscriber of RESP2', () => {
    const reading = asked(['SUBSCRIBE', 'news'])
    expect(reading.answers('*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n')).toEqual(BEGIN_END)
    expect(reading.answers('*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n')).toEqual([])
    reading.asks(command('PING'))
    expect(reading.answers('*2\r\n$4\r\npong\r\n$0\r\n\r\n')).toEqual(BEGIN_END)
    reading.asks(command('UNSUBSCRIBE'))
    expect(reading.answers('*3\r\n$11\r\nunsubscribe\r\n$4\r\nnews\r\n:0\r\n')).toEqual(BEGIN_END)
    reading.asks(command('LRANGE', 'k', '0', '-1'))
    expect(reading.answers('*2\r\n$7\r\nmessage\r\n$1\r\nx\r\n')).toEqual(BEGIN_END)
  })

  test.each(['*', '>'])('each channel is confirmed, and all of them are one reply: %s', (type) => {
    const confirm = (channel: string, count: number) =>
      `${type}3\r\n$9\r\nsubscribe\r\n$1\r\n${channel}\r\n:${count}\r\n`
    const reading = asked(['SUBSCRIBE', 'a', 'b'], ['SUBSCRIBE', 'c'])
    expect(reading.answers(confirm('a', 1))).toEqual(['begin'])
    expect(reading.answers(confirm('b', 2) + confirm('c', 3))).toEqual(['end', ...BEGIN_END])
  })

  test.each(['*', '>'])('confirmations of an UNSUBSCRIBE from everything: %s', (type) => {
    const reading = asked(['SUBSCRIBE', 'a', 'b'])
    const say = (word: string, count: number) =>
      `${type}3\r\n$${word.length}\r\n${word}\r\n$1\r\na\r\n:${count}\r\n`
    reading.answers(say('subscribe', 1) + say('subscribe', 2))
    reading.asks(command('UNSUBSCRIBE') + command('GET', 'k'))
    expect(reading.answers(`${say('unsubscribe', 1)}${say('unsubscribe', 0)}$1\r\nx\r\n`)).toEqual([
      ...BEGIN_END,
      ...BEGIN_END,
    ])
  })

  test('is not asked for in a MONITOR, which is left alone', () => {
    const reading = asked(['MONITOR'])
    expect(reading.answers('+OK\r\n+1700000000.1 [0 127.0.0.1:1] "get" "secret"\r\n')).toEqual(
      BEGIN_END,
    )
    expect(reading.conversation.skippable('response')).toBe(Number.MAX_SAFE_INTEGER)
    expect(reading.asks(command('PING'))).toEqual([])
    expect(reading.unread).toBe(0)
  })

  test('a MONITOR that is refused changes nothing', () => {
    const reading = asked(['MONITOR'])
    reading.answers('-NOPERM no\r\n')
    expect(reading.asks(command('PING'))).toEqual(BEGIN_END)
  })

  test('is not asked for by a replica, which is left alone', () => {
    const reading = asked(['PSYNC', '?', '-1'])
    expect(reading.answers('+FULLRESYNC abc 0\r\n$88\r\nREDIS0010')).toEqual(BEGIN_END)
    expect(reading.answers(command('SET', 'a', '1'))).toEqual([])
    const late = new Reading(true)
    expect(late.asks(command('REPLCONF', 'ACK', '17'))).toEqual([])
    expect(late.asks(command('GET', 'k'))).toEqual([])
  })

  test('what was taken for a server and sends requests is none', () => {
    expect(new Reading(true).answers(command('GET', 'k'))).toEqual(['leave'])
    expect(new Reading(true).answers(command('REPLCONF', 'ACK', '17'))).toEqual([])
    expect(new Reading(true).answers(`$1\r\na\r\n${command('GET', 'k')}`)).toEqual([
      ...BEGIN_END,
      ...BEGIN_END,
    ])
  })
})

describe('the database', () => {
  const databases = (reading: Reading) => reading.replies.map(({ database }) => database)

  test('is 0, and what SELECT chose once it was answered', () => {
    const reading = asked(
      ['GET', 'a'],
      ['SELECT', '3'],
      ['GET', 'a'],
      ['SELECT', '99'],
      ['GET', 'a'],
    )
    reading.answers('_\r\n+OK\r\n_\r\n-ERR DB index is out of range\r\n_\r\n')
    expect(databases(reading)).toEqual([0, 0, 3, 3, 3])
    reading.asks(command('RESET') + command('GET', 'a'))
    reading.answers('+RESET\r\n_\r\n')
    expect(databases(reading).slice(-2)).toEqual([3, 0])
  })

  test('that was chosen in a transaction counts after it', () => {
    const reading = asked(['MULTI'], ['SELECT', '2'], ['EXEC'], ['GET', 'a'])
    reading.answers('+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n_\r\n')
    expect(databases(reading)).toEqual([0, 0, 0, 2])
    const other = asked(['MULTI'], ['SELECT', '2'], ['DISCARD'], ['GET', 'a'])
    other.answers('+OK\r\n+QUEUED\r\n+OK\r\n_\r\n')
    expect(databases(other)).toEqual([0, 0, 0, 0])
  })

  test('is unknown on a connection older than the agent, and after a loss', () => {
    const late = new Reading(true)
    late.asks(command('GET', 'a') + command('SELECT', '3') + command('GET', 'a'))
    late.answers('_\r\n+OK\r\n_\r\n')
    expect(databases(late)).toEqual([-1, -1, 3])
    late.conversation.resync('response')
    late.asks(command('GET', 'a'))
    late.answers('_\r\n')
    expect(databases(late).at(-1)).toBe(-1)
  })
})
