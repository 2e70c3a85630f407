import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type FieldName, numberOf } from '../../../src/protocols/http/field-names.ts'
import { Fields } from '../../../src/protocols/http/fields.ts'
import { HpackDecoder } from '../../../src/protocols/http2/hpack/decoder.ts'
import { decodeHuffman } from '../../../src/protocols/http2/hpack/huffman.ts'
import { integers, NOT_THERE, readInteger } from '../../../src/protocols/http2/hpack/integers.ts'
import { Random } from '../../support/random.ts'
import { added, integer, literals } from './frames.ts'

function decode(decoder: HpackDecoder, block: Uint8Array | string, fields = new Fields()): Fields {
  const bytes = typeof block === 'string' ? hex(block) : Buffer.from(block)
  fields.clear()
  expect(decoder.decode(bytes, 0, bytes.length, fields)).toBe('whole')
  return fields
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

describe('an integer of RFC 7541, appendix C.1', () => {
  test.each([
    ['0a', 5, 10],
    ['1f9a0a', 5, 1337],
    ['2a', 8, 42],
  ])('%s has the value %#', (bytes, bits, value) => {
    expect(readInteger(hex(bytes), 0, 8, bits)).toBe(bytes.length / 2)
    expect(integers.value).toBe(value)
  })

  test('is not there until its last byte is, and has an end', () => {
    const large = Buffer.from(integer(70_000, 7, 0x80))
    for (let end = 0; end < large.length; end++)
      expect(readInteger(large, 0, end, 7)).toBe(NOT_THERE)
    expect(readInteger(large, 0, large.length, 7)).toBe(large.length)
    expect(integers.value).toBe(70_000)
    expect(readInteger(hex('ffffffffffffffff7f'), 0, 9, 7)).toBe(-1)
  })
})

/** Blocks of one connection with what they say and the size of the table behind them. */
const REQUESTS = [
  ['828684410f7777772e6578616d706c652e636f6d', '828684418cf1e3c2e5f23a6ba0ab90f4ff'],
  ['828684be58086e6f2d6361636865', '828684be5886a8eb10649cbf'],
  [
    '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
    '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
  ],
] as const
const RESPONSES = [
  [
    '4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d',
    '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
  ],
  ['4803333037c1c0bf', '4883640effc1c0bf'],
  [
    '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
    '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
  ],
] as const

describe.each([
  ['as they are', 0],
  ['in Huffman code', 1],
] as const)('the examples of RFC 7541, appendix C, with strings %s', (_, which) => {
  test('are requests', () => {
    const decoder = new HpackDecoder()
    const read = REQUESTS.map((blocks) => {
      const { method, scheme, path, authority } = decode(decoder, blocks[which])
      return [method, scheme, path, authority, decoder.table.count, decoder.table.size]
    })
    expect(read).toEqual([
      ['GET', 'http', '/', 'www.example.com', 1, 57],
      ['GET', 'http', '/', 'www.example.com', 2, 110],
      ['GET', 'https', '/index.html', 'www.example.com', 3, 164],
    ])
  })

  test('are responses, with a table of 256 bytes', () => {
    const decoder = new HpackDecoder()
    decoder.table.resize(256)
    const read = RESPONSES.map((blocks) => {
      const { status } = decode(decoder, blocks[which])
      return [status, decoder.table.count, decoder.table.size]
    })
    expect(read).toEqual([
      ['302', 4, 222],
      ['307', 4, 222],
      ['200', 3, 215],
    ])
  })
})

test('header blocks of another encoder say what it was given', () => {
  const text = readFileSync(new URL('hpack-vectors.txt', import.meta.url), 'utf8')
  let decoder = new HpackDecoder()
  const read = new Fields()
  const given = new Fields()
  let blocks = 0
  for (const line of `${text}B `.split('\n')) {
    if (line === '---') decoder = new HpackDecoder()
    if (line.startsWith('F ')) give(given, JSON.parse(line.slice(2)) as [FieldName, string])
    if (!/^(?:B|---)/.test(line)) continue
    if (blocks > 0 || line === '---') expect(read, `block ${blocks}`).toEqual(given)
    given.clear()
    read.clear()
    if (line.startsWith('B ') && line.length > 2) {
      decode(decoder, line.slice(2), read)
      blocks++
    }
  }
  expect(blocks).toBe(88)
})

function give(fields: Fields, [name, value]: [FieldName, string]): void {
  const field = numberOf(name)
  if (field > 0) fields.take(field, value)
}

describe('Huffman code', () => {
  const into = new Uint8Array(64)

  test('ends with ones, fewer than eight', () => {
    expect(decodeHuffman(hex('1f'), 0, 1, into)).toBe(1)
    expect(into[0]).toBe(0x61)
    expect(decodeHuffman(hex('1fff'), 0, 2, into)).toBe(-1)
    expect(decodeHuffman(hex('18'), 0, 1, into)).toBe(-1)
    expect(decodeHuffman(hex('ffffffff'), 0, 4, into)).toBe(-1)
  })

  test('is counted beyond the room for it', () => {
    expect(decodeHuffman(Buffer.alloc(100, 0), 0, 100, into)).toBe(160)
  })
})

describe('a table of which the beginning was missed', () => {
  function late(): HpackDecoder {
    const decoder = new HpackDecoder()
    decoder.forget()
    return decoder
  }

  test('knows what was added since, and not what was there before', () => {
    const decoder = late()
    const first = decode(decoder, Buffer.concat([added([[':path', '/seen']]), hex('83c0')]))
    expect([first.path, first.method, decoder.hasUnknown, decoder.beginsUnknown]).toEqual([
      '/seen',
      'POST',
      true,
      false,
    ])
    const second = decode(decoder, 'bebf')
    expect([second.path, decoder.hasUnknown, decoder.beginsUnknown]).toEqual(['/seen', true, false])
    decode(decoder, 'bf')
    expect(decoder.beginsUnknown).toBe(true)
  })

  test('keeps the places of entries whose name is not known', () => {
    const decoder = late()
    decode(decoder, added([[':path', '/older']]))
    decode(decoder, Buffer.concat([hex('7f8101'), hex('0161')]))
    expect(decoder.hasUnknown).toBe(true)
    const { path } = decode(decoder, 'bf')
    expect([path, decoder.hasUnknown]).toEqual(['/older', false])
  })

  test('is known again once all that was there has been evicted', () => {
    const decoder = late()
    expect(decoder.table.hasOlder).toBe(true)
    decode(decoder, hex('3f61'))
    for (let i = 0; i < 3; i++) decode(decoder, added([['x', 'y'.repeat(60)]]))
    expect(decoder.table.hasOlder).toBe(false)
    expect(decoder.decode(hex('ff21'), 0, 2, new Fields())).toBe('malformed')
  })

  test('is known when the encoder empties it', () => {
    const decoder = late()
    decode(decoder, '203fe11f')
    expect(decoder.table.hasOlder).toBe(false)
  })

  test('is in doubt again behind an entry that may not have fitted', () => {
    const decoder = late()
    decode(decoder, added([[':path', '/seen']]))
    decode(decoder, added([['x', 'y'.repeat(5000)]]))
    expect([decoder.table.count, decode(decoder, 'be').path]).toEqual([0, ''])
  })
})

test.each([
  ['an index of nothing', '80'],
  ['an index behind the table', 'be'],
  ['a name behind the table', '7e0161'],
  ['a size update behind a field', '8220'],
  ['a table larger than was agreed on', '3fe2ff03'],
  ['an endless integer', 'ffffffffffff7f'],
  ['a string that is no code', '0081ff0161'],
])('%s is malformed', (_, bytes) => {
  const block = hex(bytes)
  expect(new HpackDecoder().decode(block, 0, block.length, new Fields())).toBe('malformed')
})

test('a block that is cut off is read as far as it goes', () => {
  const block = literals([
    [':method', 'PUT'],
    [':path', '/a'],
  ])
  for (let end = 0; end < block.length; end++) {
    const fields = new Fields()
    const decoded = new HpackDecoder().decode(block, 0, end, fields)
    const whole = end === 0 || end === 13
    expect(decoded, `${end}`).toBe(whole ? 'whole' : 'cut')
    expect(fields.method).toBe(end >= 13 ? 'PUT' : '')
  }
})

test('a large entry named ten thousand times is no work and no memory', () => {
  const decoder = new HpackDecoder()
  const fields = new Fields()
  decode(decoder, added([['tracestate', 'x'.repeat(4000)]]), fields)
  decode(decoder, Buffer.alloc(10_000, 0xbe), fields)
  expect(fields.carrier!.get('tracestate')!.length).toBeLessThan(16_000)
})

test('whatever the bytes are, the table stays within its bounds', () => {
  const random = new Random(11)
  for (let run = 0; run < 300; run++) {
    const decoder = new HpackDecoder()
    if (run % 2 === 0) decoder.forget()
    for (let i = 0; i < 30; i++) {
      const block = Buffer.from(Array.from({ length: 40 }, () => random.below(256)))
      decoder.decode(block, 0, block.length, new Fields())
      expect(decoder.table.size).toBeLessThanOrEqual(65_536)
    }
  }
})
