import { describe, expect, test } from 'vitest'
import { exchangeKey } from '../../../src/protocols/dns/message.ts'
import { readName } from '../../../src/protocols/dns/name.ts'
import { readQuery, readReply } from '../../../src/protocols/dns/read.ts'
import { nameBytes, numbers, query, record, reply } from './wire.ts'

const A = Buffer.from([10, 0, 0, 7])
const AAAA = Buffer.from('20010db8000000000000000000000001', 'hex')

const asked = (bytes: Buffer) => readQuery(bytes, 0, bytes.length, 0, true)
const answered = (bytes: Buffer, whole = true) => readReply(bytes, 0, bytes.length, 0, whole)

describe('a query', () => {
  test('says what is asked, in the case in which it was asked', () => {
    expect(asked(query('Web.Test', 28, { id: 7 }))).toEqual({
      start: 0,
      id: 7,
      opcode: 0,
      question: { name: 'Web.Test', type: 28 },
    })
  })

  test.each([
    ['.', '.'],
    ['a.b', 'a.b'],
    ['ü.b', '\\252.b'],
    ['a b.c', 'a\\032b.c'],
    ['a\\.b', 'a\\\\.b'],
  ])('of %j is written as in a zone file', (name, text) => {
    expect(asked(query(name))!.question!.name).toBe(text)
  })

  test('with a dot within a label shows it', () => {
    const name = Buffer.from('\u0003a.b\u0001c\0', 'latin1')
    expect(readName(name, 0, 0, name.length)).toBe('a\\.b.c')
  })

  test('is the same exchange in any case, another with another id, name or type', () => {
    const key = (id: number, name: string, type: number) => exchangeKey(id, { name, type })
    expect(key(1, 'WEB.test', 1)).toBe(key(1, 'web.TEST', 1))
    const keys = [key(1, 'a.b', 1), key(2, 'a.b', 1), key(1, 'a.c', 1), key(1, 'a.b', 28)]
    expect(new Set(keys).size).toBe(4)
    for (const one of keys) expect(Number.isSafeInteger(one) && one < 2 ** 48).toBe(true)
  })
})

describe('a name that points back', () => {
  const read = (bytes: Buffer, at: number) => readName(bytes, 0, at, bytes.length)

  test('is read where it points to', () => {
    const bytes = Buffer.concat([
      nameBytes('real.test'),
      Buffer.from('\u0001x\u00c0\u0005', 'latin1'),
    ])
    expect(read(bytes, 11)).toBe('x.test')
  })

  test.each([
    ['itself', 0, numbers(0xc000)],
    ['what comes later', 0, numbers(0xc002, 0)],
    ['itself by way of another', 2, numbers(0xc002, 0xc000)],
    ['nowhere', 0, numbers(0xc0ff)],
  ])('to %s is none', (_, at, bytes) => {
    expect(read(bytes, at)).toBeUndefined()
  })

  test('does not grow without end', () => {
    // Each of these names is a label and the one before it.
    const pieces = [nameBytes('a'.repeat(60))]
    for (let i = 0; i < 10; i++) {
      const before = pieces.reduce((sum, one) => sum + one.length, 0) - pieces.at(-1)!.length
      pieces.push(
        Buffer.concat([Buffer.from([60]), Buffer.alloc(60, 98), numbers(0xc000 | before)]),
      )
    }
    const bytes = Buffer.concat(pieces)
    expect(read(bytes, bytes.length - pieces.at(-1)!.length)).toBeUndefined()
    expect(read(bytes, 62)!.length).toBe(121)
  })
})

describe('a reply', () => {
  test('says the addresses, and how long they may be kept at most', () => {
    const records = [record(5, nameBytes('real.test'), 5), record(1, A, 300), record(28, AAAA, 60)]
    expect(answered(reply('web.test', 1, records))).toMatchObject({
      question: { name: 'web.test', type: 1 },
      rcode: 0,
      truncated: false,
      addresses: ['10.0.0.7', '2001:db8::1'],
      ttl: 60,
    })
  })

  test.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000010000000000000000', '2001:db8:0:1::'],
    ['20010db8000100010001000100010001', '2001:db8:1:1:1:1:1:1'],
    ['20010000000100010001000100010001', '2001:0:1:1:1:1:1:1'],
  ])('writes %s as RFC 5952 wants it', (hex, text) => {
    const told = answered(reply('a.b', 28, [record(28, Buffer.from(hex, 'hex'))]))
    expect(told!.addresses).toEqual([text])
  })

  test('adds the upper bits of its code from EDNS', () => {
    const edns = Buffer.from('00002904d00100000000 00'.replace(' ', ''), 'hex')
    const bytes = reply('a.b', 1, [], { counts: [1, 0, 0, 1], records: [edns] })
    expect(answered(bytes)!.rcode).toBe(16)
  })

  test('of which the end was not copied has the addresses that were', () => {
    const bytes = reply('a.b', 1, [record(1, A), record(1, A)])
    const cut = bytes.subarray(0, bytes.length - 5)
    expect(answered(cut)).toBeUndefined()
    expect(answered(cut, false)!.addresses).toEqual(['10.0.0.7'])
  })

  test('with a time to live beyond all is not to be kept', () => {
    expect(answered(reply('a.b', 1, [record(1, A, 0x8000_0000)]))!.ttl).toBe(0)
  })

  test('tells so many addresses and no more', () => {
    const records = Array.from({ length: 200 }, () => record(1, A))
    expect(answered(reply('a.b', 1, records))!.addresses).toHaveLength(64)
  })
})
