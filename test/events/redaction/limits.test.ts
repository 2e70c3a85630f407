import { expect, test } from 'vitest'
import { DataEvent } from '../../../src/events/layout.ts'
import { Pairing } from '../../../src/events/redaction/pairing.ts'
import { Redactor } from '../../../src/events/redaction/redactor.ts'
import { encodeData, memoryOf } from '../../support/wire-events.ts'

test('sockets followed while recording: of the oldest nothing is shown up to its next head', () => {
  const redactor = new Redactor()
  const head = 'POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n'
  const text = (socketId: number, position: number, words: string) => {
    const memory = memoryOf(encodeData({ time: 0, socketId, position }, true, words))
    const event = new DataEvent(memory.view, 0)
    redactor.data(event, memory.bytes)
    return Buffer.from(memory.bytes.subarray(event.payloadAt)).toString().slice(0, words.length)
  }
  const next = `0123456789${head}`
  text(1, 0, head)
  text(2, 0, head)
  for (let id = 3; id <= 65_537; id++) text(id, 0, 'G')
  expect(text(2, head.length, next)).toBe(`xxxxxxxxxx${head}`)
  expect(text(1, head.length + 20, 'a: b')).toBe('x@ x')
})

test('requests of one connection that wait while recording: answers to later ones are not known', () => {
  const pairing = new Pairing()
  for (let i = 0; i <= 1024; i++) pairing.asked('HEAD')
  for (let i = 0; i < 1024; i++) expect(pairing.answered()).toBe('HEAD')
  expect(pairing.answered()).toBeUndefined()
})
