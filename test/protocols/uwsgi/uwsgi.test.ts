import { describe, expect, test } from 'vitest'
import { uwsgi } from '../../../src/protocols/uwsgi/index.ts'
import { Traffic } from '../../exchanges/traffic.ts'

function variable(name: string, value: string): Buffer {
  const bytes = Buffer.alloc(4 + name.length + value.length)
  bytes.writeUInt16LE(name.length, 0)
  bytes.write(name, 2, 'latin1')
  bytes.writeUInt16LE(value.length, 2 + name.length)
  bytes.write(value, 4 + name.length, 'latin1')
  return bytes
}

function ask(values: Readonly<Record<string, string>>, modifier = 0): Buffer {
  const variables = Object.entries(values).map(([name, value]) => variable(name, value))
  const body = Buffer.concat(variables)
  const header = Buffer.from([modifier, 0, 0, 0])
  header.writeUInt16LE(body.length, 1)
  return Buffer.concat([header, body])
}

const POST = { REQUEST_METHOD: 'POST', REQUEST_URI: '/form', CONTENT_LENGTH: '4' }

describe('the first bytes', () => {
  test('of a request are one once its first variable is there', () => {
    const bytes = ask(POST)
    const first = 4 + 2 + 'REQUEST_METHOD'.length + 2
    for (let length = 1; length < first; length++)
      expect(uwsgi.detect(bytes.subarray(0, length))).toBe('need-more')
    expect(uwsgi.detect(bytes.subarray(0, first))).toBe('request')
  })

  test.each([
    ['another modifier', ask(POST, 5)],
    ['a short name', ask({ IP: '127.0.0.1' })],
    ['a name in small letters', ask({ request_method: 'GET' })],
    ['a value that is longer than the packet', ask(POST).fill(255, 20, 22)],
    ['zeros', Buffer.alloc(100)],
  ])('of %s are none', (_, bytes) => expect(uwsgi.detect(bytes)).toBe('no'))
})

function talk(asked: readonly Buffer[], answered: readonly string[], ends = true): string[] {
  const traffic = new Traffic()
  const socket = traffic.socket()
  for (const bytes of asked) socket.receives(bytes.toString('latin1'))
  for (const text of answered) socket.sends(text)
  if (ends) socket.closes()
  return traffic.results
}

describe('a request', () => {
  test('has its body behind its variables, and is answered until the end', () => {
    const answer = ['HTTP/1.1 201 Created\r\nX: y\r\n\r\n', 'HTTP/1.1 500 No\r\n\r\n']
    expect(talk([ask(POST), Buffer.from('body')], answer)).toEqual(['POST /form 201'])
  })

  test('is answered by what its program says first, in however many pieces', () => {
    expect(talk([ask(POST)], ['HTTP/1.1 20', '4 No Content\r\n', '\r\n'])).toEqual([
      'POST /form 204',
    ])
  })

  test('is answered once its answer has the length that it said', () => {
    const answer = ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhel', 'lo\n', 'more']
    expect(talk([ask(POST)], answer, false)).toEqual(['POST /form 200'])
  })

  test('of a head is answered by a head, though a program may say more', () => {
    const answer = ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n', 'hello\n']
    expect(talk([ask({ ...POST, REQUEST_METHOD: 'HEAD' })], answer, false)).toEqual([
      'HEAD /form 200',
    ])
  })

  test('with a length that is none is read all the same, but nothing behind it', () => {
    const odd = { ...POST, CONTENT_LENGTH: '4x' }
    expect(talk([ask(odd)], ['HTTP/1.0 200 OK\r\n\r\n'])).toEqual(['POST /form 200'])
  })
})
