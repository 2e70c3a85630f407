import { describe, expect, test } from 'vitest'
import { detect } from '../../../src/protocols/http2/detect.ts'
import { Random } from '../../support/random.ts'
import { allSessions, foldersBut } from '../sessions-of-others.ts'
import {
  added,
  data,
  frame,
  GET,
  headers,
  indexed,
  literals,
  OK,
  PREFACE,
  SETTINGS,
  SETTINGS_ACK,
  setting,
} from './frames.ts'

const EMPTY = frame(4, 0, 0)
const WINDOW = frame(8, 0, 0, Buffer.from([0, 1, 0, 0]))
const TRAILERS = headers(1, literals([['grpc-status', '0']]), true)

describe('recognised at once is', () => {
  test.each([
    ['the preface of a client', PREFACE, 'request'],
    ['the first settings of a server', SETTINGS, 'response'],
    ['a server without settings of its own', Buffer.concat([EMPTY, WINDOW]), 'response'],
    ['a request', headers(7, literals(GET), true), 'request'],
    ['a request by its static entries', headers(7, indexed(70, 3, 71), true), 'request'],
    ['a response', Buffer.concat([headers(7, literals(OK)), data(7, 'x')]), 'response'],
    ['a response by its index', headers(7, indexed(8, 70)), 'response'],
    [
      'a request behind other frames',
      Buffer.concat([SETTINGS_ACK, WINDOW, data(5, 'x'), headers(7, added(GET))]),
      'request',
    ],
  ])('%s', (_, bytes, verdict) => {
    expect(detect(bytes)).toBe(verdict)
  })
})

describe('more is waited for of', () => {
  test.each([
    ['a preface', PREFACE],
    ['settings', SETTINGS],
    ['a request', headers(7, literals(GET), true)],
  ])('%s', (_, bytes) => {
    for (let end = 1; end < bytes.length; end++)
      expect(detect(bytes.subarray(0, end)), `${end} bytes`).toBe('need-more')
  })
})

describe('not recognised is', () => {
  test.each([
    ['what says nothing of whose bytes it is', Buffer.concat([WINDOW, data(5, 'x')])],
    ['a stream of the other end', headers(6, literals(GET), true)],
    ['the rest of an answer', TRAILERS],
    ['a setting out of its bounds', frame(4, 0, 0, setting(5, 7))],
    ['no setting', frame(4, 0, 0, setting(0, 7))],
    ['a length and zeros', Buffer.concat([EMPTY, Buffer.alloc(9)])],
    ['a block that ends elsewhere', headers(7, Buffer.from('828684418cf1', 'hex'))],
    ['a block of both ends', headers(7, indexed(2, 8))],
    ['an unknown flag', frame(1, 0x84, 7, literals(GET))],
    ['HTTP/1 to a server that speaks both', Buffer.from('PRI * HTTP/1.1\r\n\r\n')],
  ])('%s', (_, bytes) => {
    expect(detect(bytes)).toBe('no')
  })

  test.each(foldersBut('http2'))('any piece of a session of %s', (folder) => {
    for (const bytes of allSessions(folder)) expect(detect(bytes)).not.toMatch(/^re/)
  })

  test('random bytes, with zeros among them', () => {
    const random = new Random(5)
    let claims = 0
    let waits = 0
    for (let run = 0; run < 200_000; run++) {
      const bytes = Buffer.alloc(64)
      for (let i = 0; i < 64; i++)
        bytes[i] = random.below(2) * random.below(random.below(2) * 250 + 6)
      const verdict = detect(bytes)
      if (verdict === 'need-more') waits++
      else if (verdict !== 'no') {
        claims++
      }
    }
    expect([claims, waits < 2000]).toEqual([0, true])
  })
})
