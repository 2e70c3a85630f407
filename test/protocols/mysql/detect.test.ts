import { describe, expect, test } from 'vitest'
import { detect } from '../../../src/protocols/mysql/detect.ts'
import {
  close,
  column,
  command,
  execute,
  failure,
  fetch,
  greeting,
  login,
  ok,
  packet,
  prepare,
  query,
  resultSet,
  u16,
  u32,
} from './packets.ts'

const REQUESTS: readonly (readonly [string, Buffer])[] = [
  ['a login', login()],
  ['a login behind TLS', login('shop', undefined, 2)],
  ['a query', query('SELECT 1')],
  ['a query in small letters behind blanks', query('\n  select 1')],
  ['a query behind a comment', query('/* service=shop */ SELECT 1')],
  ['a query in brackets', query('(SELECT 1) UNION (SELECT 2)')],
  ['a query with attributes', packet(0, 3, 0, 1, 'SELECT 1')],
  ['a short query', query('XA END')],
  ['a commit', query('COMMIT')],
  ['a preparation', prepare('INSERT INTO item VALUES (?)')],
  ['an execution', execute(1)],
  ['an execution in bulk', packet(0, 0xfa, u32(1), u16(128), 3, 0)],
  ['a fetch', fetch(1)],
  ['a ping', command(0x0e)],
  ['a closed statement and a query', Buffer.concat([close(1), query('SELECT 1')])],
]

const RESPONSES: readonly (readonly [string, Buffer])[] = [
  ['a greeting', greeting()],
  ['a greeting of MariaDB', greeting('5.5.5-10.11.19-MariaDB')],
  ['a refusal', packet(0, 0xff, u16(1040), 'Too many connections')],
  ['an OK', ok()],
  ['an error', failure(1064)],
  ['a result', resultSet(['1'], false)],
  ['a result with many columns', Buffer.concat([packet(1, 0xfc, u16(300)), column(2)])],
]

const NEITHER: readonly (readonly [string, Buffer])[] = [
  ['a closed statement alone', close(1)],
  ['words that are no SQL', query('hello there')],
  ['bytes that are no text', packet(0, 3, 'SELECT \x01\x02\x03')],
  ['a command without number', packet(0, 0x77, 'SELECT 1')],
  ['a command out of order', packet(7, 3, 'SELECT 1')],
  ['an execution of nothing', execute(0)],
  ['an empty packet', packet(0)],
  ['a row', packet(9, 3, 'one')],
  ['a greeting without a version', packet(0, 10, 'version\0', Buffer.alloc(60))],
  ['a record of TLS', Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 1])],
]

describe('mysql', () => {
  test.each(REQUESTS)('takes %s for a request', (_name, bytes) => {
    expect(detect(bytes)).toBe('request')
  })

  test.each(RESPONSES)('takes %s for a response', (_name, bytes) => {
    expect(detect(bytes)).toBe('response')
  })

  test.each(NEITHER)('does not claim %s', (_name, bytes) => {
    expect(detect(bytes)).toBe('no')
  })

  test.each([...REQUESTS, ...RESPONSES])(
    'never takes the beginning of %s for another',
    (_name, bytes) => {
      const whole = detect(bytes)
      for (let length = 0; length < bytes.length; length++)
        expect([whole, 'need-more', 'no']).toContain(detect(bytes.subarray(0, length)))
    },
  )

  test('waits for the rest of what was cut in its first bytes', () => {
    for (const bytes of [greeting(), login(), query('SELECT 1 FROM item'), execute(1)])
      for (let length = 0; length <= 4; length++)
        expect(detect(bytes.subarray(0, length))).toBe('need-more')
  })
})
