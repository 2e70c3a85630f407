import { describe, expect, test } from 'vitest'
import { fastcgi } from '../../../src/protocols/fastcgi/index.ts'
import { Traffic } from '../../exchanges/traffic.ts'

const TYPES = { begin: 1, abort: 2, end: 3, params: 4, stdin: 5, stdout: 6, stderr: 7, values: 9 }

function record(type: keyof typeof TYPES, content: string | Buffer = '', id = 1, padding = 0) {
  const bytes = Buffer.from(content as string, 'latin1')
  const header = Buffer.from([1, TYPES[type], id >> 8, id & 255, 0, 0, padding, 0])
  header.writeUInt16BE(bytes.length, 4)
  return Buffer.concat([header, bytes, Buffer.alloc(padding)])
}

const begin = (role = 1, id = 1) => record('begin', Buffer.from([0, role, 1, 0, 0, 0, 0, 0]), id)
const end = (id = 1) => record('end', Buffer.alloc(8), id)

function lengthOf(text: string): Buffer {
  const long = Buffer.alloc(4)
  long.writeUInt32BE((0x8000_0000 | text.length) >>> 0)
  return text.length < 128 ? Buffer.from([text.length]) : long
}

function params(values: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(values).flatMap(([name, value]) => [
      lengthOf(name),
      lengthOf(value),
      Buffer.from(name + value, 'latin1'),
    ]),
  )
}

const GET = { REQUEST_METHOD: 'GET', REQUEST_URI: '/a?b=c' }
const ask = (values = params(GET), id = 1) => [
  begin(1, id),
  record('params', values, id, 3),
  record('params', '', id),
  record('stdin', '', id),
]
const answer = (head: string, id = 1) => [record('stdout', head, id, 5), end(id)]

/** A server's end: what it receives and sends, in turn, each an operation. */
function talk(...pieces: readonly (readonly Buffer[])[]): string[] {
  const traffic = new Traffic()
  const socket = traffic.socket()
  for (const [n, records] of pieces.entries()) {
    const bytes = Buffer.concat([...records]).toString('latin1')
    if (n % 2 === 0) socket.receives(bytes)
    else socket.sends(bytes)
  }
  return traffic.results
}

describe('the first bytes', () => {
  test('of a request are one once its begin is there', () => {
    for (let length = 1; length < 16; length++)
      expect(fastcgi.detect(begin().subarray(0, length))).toBe('need-more')
    for (const role of [1, 2, 3]) expect(fastcgi.detect(begin(role))).toBe('request')
  })

  test.each([
    ['an unknown role', begin(4)],
    ['no id', begin(1, 0)],
    ['an answer', record('stdout', 'Status: 200 OK\r\n\r\n')],
    ['another version', Buffer.from([2, ...begin().subarray(1)])],
    ['a begin of another length', record('begin', Buffer.from([0, 1, 0, 0, 0, 0, 0, 0, 0]))],
  ])('of %s are none', (_, bytes) => expect(fastcgi.detect(bytes)).toBe('no'))
})

describe('a request', () => {
  test('is what its variables say', () => {
    expect(talk(ask(), answer('Content-Type: text/plain\r\n\r\nhello'))).toEqual(['GET /a?b=c 200'])
  })

  test('may be in several records, and have long variables', () => {
    const values = params({ HTTP_COOKIE: 'c'.repeat(300), ...GET })
    const records = [
      begin(),
      record('params', values),
      record('params', params({ HTTP_X: 'y' })),
      record('params'),
      record('stdin', 'body'),
      record('stdin'),
    ]
    expect(talk(records, answer('Status: 201 Created\r\n\r\n'))).toEqual(['GET /a?b=c 201'])
  })

  test('is given up where another comes between', () => {
    const mixed = [begin(), record('params', params(GET), 2), record('params')]
    expect(talk(mixed, answer('\r\n'))).toEqual([])
  })

  test('that the web server aborts ends with the answer', () => {
    const aborted = [...ask().slice(0, 3), record('abort')]
    expect(talk(aborted, [end()], ask(), answer('\r\n'))).toEqual([
      'GET /a?b=c -',
      'GET /a?b=c 200',
    ])
  })

  test('may be followed by another on the same connection', () => {
    const asked = talk(ask(), answer('\n'), ask(undefined, 9), answer('Status: 500 No\n\n', 9))
    expect(asked).toEqual(['GET /a?b=c 200', 'GET /a?b=c 500'])
  })

  test('is not one that asks for the limits of the program', () => {
    const traffic = new Traffic()
    const socket = traffic.socket()
    socket.receives(Buffer.concat([...ask(), record('values', '', 0)]).toString('latin1'))
    socket.sends(Buffer.concat(answer('\r\n')).toString('latin1'))
    socket.receives(Buffer.concat(ask()).toString('latin1'))
    socket.sends(Buffer.concat(answer('\r\n')).toString('latin1'))
    expect(traffic.results).toEqual(['GET /a?b=c 200', 'GET /a?b=c 200'])
  })
})

describe('the status', () => {
  test.each([
    ['Content-Type: a\r\nStatus: 404 Not Found\r\n\r\n', '404'],
    ['status:503\n\n', '503'],
    ['Location: /b\r\n\r\n', '302'],
    ['Location: /b\r\nStatus: 303 See\r\n\r\n', '303'],
    ['\r\n', '200'],
    ['Status: what\r\n\r\n', '-'],
    ['Content-Type: a', '-'],
  ])('of %j is %s', (head, status) => {
    expect(talk(ask(), answer(head))).toEqual([`GET /a?b=c ${status}`])
  })

  test('is unknown where the program says nothing at all', () => {
    expect(talk(ask(), [end()])).toEqual(['GET /a?b=c -'])
  })

  test('is found behind what the program complains of', () => {
    const said = [record('stderr', 'PHP message: odd'), ...answer('Status: 500 No\r\n\r\n')]
    expect(talk(ask(), said)).toEqual(['GET /a?b=c 500'])
  })
})
