import { describe, expect, test } from 'vitest'
import { detectDatagram, detectStream } from '../../../src/protocols/dns/detect.ts'
import { dnsDatagram } from '../../../src/protocols/dns/index.ts'
import { Random } from '../../support/random.ts'
import { numbers, query, question, record, reply } from './wire.ts'

const A = Buffer.from([127, 0, 0, 7])
const EDNS = Buffer.from('00002904d0000000000000', 'hex')

const framed = (message: Buffer) => Buffer.concat([numbers(message.length), message])

const MESSAGES: [string, 'request' | 'response', Buffer][] = [
  ['a query', 'request', query('web.test')],
  ['a query of the root', 'request', query('.', 2)],
  ['a query with EDNS', 'request', query('a.b', 28, { counts: [1, 0, 0, 1], records: [EDNS] })],
  [
    'a query of an unusual class',
    'request',
    query('', 1, { question: question('version.bind', 16, 3) }),
  ],
  ['a reply', 'response', reply('web.test', 1, [record(1, A), record(1, A)])],
  ['a reply without an answer', 'response', reply('web.test', 1, [])],
  ['a reply that there is no such name', 'response', reply('x.test', 1, [], { flags: 0x8183 })],
]

describe.each(MESSAGES)('%s', (_, kind, message) => {
  test('is one, in a datagram and behind its length', () => {
    expect(detectDatagram(message)).toBe(kind)
    expect(detectStream(framed(message))).toBe(kind)
  })

  test('needs the rest at every cut', () => {
    const whole = framed(message)
    for (let length = 0; length < message.length; length++)
      expect(detectDatagram(message.subarray(0, length)), `${length} bytes`).toBe('need-more')
    for (let length = 0; length < whole.length; length++)
      expect(detectStream(whole.subarray(0, length)), `${length} bytes`).toBe('need-more')
  })

  test('is none with a byte more', () => {
    expect(detectDatagram(Buffer.concat([message, Buffer.from([0])]))).toBe('no')
  })

  test('is one in a stream with the next behind it', () => {
    expect(detectStream(Buffer.concat([framed(message), framed(message)]))).toBe(kind)
  })
})

test.each([
  ['several questions', query('a.b', 1, { counts: [2, 0, 0, 0], records: [question('c.d')] })],
  ['no question', query('a.b', 1, { counts: [0, 0, 0, 0], question: Buffer.alloc(0) })],
  ['an answer in a query', query('a.b', 1, { counts: [1, 1, 0, 0], records: [record(1, A)] })],
  ['a code in a query', query('a.b', 1, { flags: 0x0103 })],
  ['the reserved bit', query('a.b', 1, { flags: 0x0140 })],
  ['an operation that nobody has', query('a.b', 1, { flags: 0x3900 })],
  ['the class of multicast', query('', 1, { question: question('a.local', 1, 0x8001) })],
  ['type 0', query('a.b', 0)],
  ['a pointer for a question', query('', 1, { question: numbers(0xc00c, 1, 1) })],
  ['a label of 64 bytes', query(`${'a'.repeat(64)}.b`)],
  ['a name of 256 bytes', query(Array(64).fill('abc').join('.'))],
  ['an address of three bytes', reply('a.b', 1, [record(1, A.subarray(0, 3))])],
  ['more records than bytes', reply('a.b', 1, [], { counts: [1, 6000, 0, 0] })],
  [
    'no question but a good reply',
    reply('', 1, [], { counts: [0, 0, 0, 0], question: Buffer.alloc(0) }),
  ],
])('%s makes no message', (_, message) => {
  expect(detectDatagram(message)).toBe('no')
  expect(detectStream(framed(message))).toBe('no')
})

test('a refusal that repeats no question is one in a datagram', () => {
  const told = {
    counts: [0, 0, 0, 0] as [number, number, number, number],
    question: Buffer.alloc(0),
    flags: 0x8181,
  }
  expect(detectDatagram(reply('', 1, [], told))).toBe('response')
})

test('an answer that does not fit ends anywhere', () => {
  const whole = reply('web.test', 1, [record(1, A), record(1, A)], { flags: 0x8380 })
  expect(detectDatagram(whole.subarray(0, whole.length - 7))).toBe('response')
})

test('a name in characters that are not printed is not looked for in a stream', () => {
  expect(detectStream(framed(query('a\u0001.test')))).toBe('no')
  expect(detectDatagram(query('a\u0001.test'))).toBe('request')
})

test('random bytes are no message, whatever they begin with', () => {
  const random = new Random(53)
  const head = query('a.b').subarray(0, 6)
  for (let i = 0; i < 10_000; i++) {
    const bytes = Buffer.from(Array.from({ length: random.below(64) }, () => random.below(256)))
    if (i % 3 === 0) head.copy(bytes)
    expect(['no', 'need-more']).toContain(detectDatagram(bytes))
    expect(['no', 'need-more']).toContain(detectStream(bytes))
  }
})

test('datagrams are looked at on port 53 alone', () => {
  expect(dnsDatagram.datagramPorts).toEqual([53])
})
