import { describe, expect, test } from 'vitest'
import { command, Reading } from './reading.ts'

const BEGIN_END = ['begin', 'end']

describe('a request', () => {
  test('tells its command, in capitals if it is known', () => {
    const reading = new Reading()
    reading.asks(command('get', 'k') + command('Config', 'get', 'x') + command('my.own', 'a'))
    expect(reading.requests.map(({ name, count, start }) => [name, count, start])).toEqual([
      ['GET', 1, 0],
      ['CONFIG GET', 2, 20],
      ['my.own', 1, 52],
    ])
  })

  test('that cannot be a command has no name, but is one', () => {
    const reading = new Reading()
    expect(reading.asks(command('PING') + command('a b', 'c') + command('PING'))).toEqual([
      ...BEGIN_END,
      ...BEGIN_END,
      ...BEGIN_END,
    ])
    expect(reading.requests[1]!.name).toBe('')
  })

  test('is read however it is cut', () => {
    const text = command('SET', 'k', 'v'.repeat(3000)) + command('GET', 'k')
    for (let cut = 1; cut < text.length; cut += 7) {
      const reading = new Reading()
      const steps = [...reading.asks(text.slice(0, cut)), ...reading.asks(text.slice(cut))]
      expect(steps, `cut at ${cut}`).toEqual([...BEGIN_END, ...BEGIN_END])
      expect(reading.unread).toBe(0)
    }
  })

  test('with a large value begins before all of it is there, and the rest can be skipped', () => {
    const reading = new Reading()
    const head = `*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$9000000\r\n${'v'.repeat(2000)}`
    expect(reading.asks(head)).toEqual(['begin'])
    expect(reading.conversation.skippable('request')).toBe(9_000_000 - 2000)
  })

  test('may have its value in a gap', () => {
    const reading = new Reading()
    expect(reading.asks('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$900\r\nvvv', 899)).toEqual(BEGIN_END)
  })

  test('whose name stands in a gap is none', () => {
    const reading = new Reading()
    expect(reading.asks('*3\r\n$3\r\nSE', 30)).toEqual([])
    expect(reading.last).toBe('need-more')
  })

  test('keeps no more than a little of what was sent', () => {
    const reading = new Reading()
    reading.asks(command('SET', 'k', 'v'.repeat(100_000)))
    expect(reading.requests[0]!.words.length).toBeLessThanOrEqual(512)
  })

  test.each([
    command('AUTH', 'secret'),
    command('HELLO', '3', 'AUTH', 'default', 'secret'),
    command('CONFIG', 'SET', 'requirepass', 'secret'),
    command('ACL', 'SETUSER', 'me', '>secret'),
    command('MIGRATE', 'host', '6379', 'key', '0', '5000', 'AUTH', 'secret'),
    'CONFIG SET requirepass secret\r\n',
  ])('keeps no secret: %j', (text) => {
    const reading = new Reading()
    expect(reading.asks(text)).toEqual(BEGIN_END)
    expect(JSON.stringify(reading.requests)).not.toContain('secret')
  })

  test.each([
    ['an empty array', '*0\r\n'],
    ['a null', '*-1\r\n'],
    ['an empty line', '\r\n'],
  ])('is not %s', (_, text) => {
    const reading = new Reading()
    expect(reading.asks(command('PING') + text + command('PING'))).toEqual([
      ...BEGIN_END,
      ...BEGIN_END,
    ])
  })

  test.each([
    ['a number among the words', '*2\r\n$3\r\nGET\r\n:1\r\n'],
    ['a word without an end', '*2\r\n$3\r\nGETxx$1\r\nk\r\n'],
    ['a length that is none', '*2\r\n$3\r\nGET\r\n$x\r\n'],
    ['a null word', '*2\r\n$3\r\nGET\r\n$-1\r\n'],
    ['bytes of something else', '\x00\x01\x02\x03\r\n'],
  ])('does not hold %s', (_, text) => {
    const reading = new Reading()
    reading.asks(command('PING'))
    expect(reading.asks(text).at(-1)).toBe('lost-sync')
  })

  test('may be a line, once it is clear who speaks', () => {
    expect(new Reading().asks('PING\r\n')).toEqual(['lost-sync'])
    const reading = new Reading()
    expect(reading.asks('HGET h f\r\nPING\r\nset k "a b"\n')).toEqual([
      ...BEGIN_END,
      ...BEGIN_END,
      ...BEGIN_END,
    ])
    expect(reading.requests.map(({ name, count }) => [name, count])).toEqual([
      ['HGET', 2],
      ['PING', 0],
      ['SET', 2],
    ])
  })

  test('that nobody answers is no exchange', () => {
    const reading = new Reading()
    reading.asks(command('CLIENT', 'REPLY', 'SKIP') + command('INCR', 'a') + command('INCR', 'b'))
    reading.asks(command('CLIENT', 'REPLY', 'OFF') + command('INCR', 'c') + command('GET', 'd'))
    reading.asks(command('CLIENT', 'REPLY', 'SKIP') + command('INCR', 'e'))
    reading.asks(command('client', 'reply', 'on') + command('INCR', 'f'))
    reading.asks(command('CLIENT', 'REPLY', 'OFF') + command('RESET') + command('INCR', 'g'))
    expect(reading.requests.map(({ name, words }) => `${name} ${words.slice(4, 5)}`)).toEqual([
      'INCR b',
      'CLIENT REPLY r',
      'INCR f',
      'RESET ',
      'INCR g',
    ])
  })

  test('after a loss is one that is known', () => {
    const reading = new Reading()
    reading.asks(command('PING'))
    reading.conversation.resync('request')
    expect(reading.asks('*2\r\n$3\r\nfoo\r\n$3\r\nbar\r\n')).toEqual(['lost-sync'])
    reading.conversation.resync('request')
    const other = new Reading(true)
    expect(other.asks(command('GET', 'k'))).toEqual(BEGIN_END)
  })
})
