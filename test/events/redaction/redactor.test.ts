import { describe, expect, test } from 'vitest'
import { CloseEvent, DataEvent } from '../../../src/events/layout.ts'
import { Redactor } from '../../../src/events/redaction/redactor.ts'
import { encodeData, encodeEvent, memoryOf } from '../../support/wire-events.ts'

class Traffic {
  readonly redactor = new Redactor({ keepBodies: false, keepQueries: false })

  /** What remains of one operation. */
  move(
    socketId: number,
    ingress: boolean,
    position: number,
    text: string,
    moved = text.length,
  ): string {
    const bytes = encodeData({ time: 0, socketId, position }, ingress, text)
    const memory = memoryOf(bytes)
    const event = new DataEvent(memory.view, 0)
    memory.view.setUint32(64, moved, true)
    expect(event.length).toBe(moved)
    this.redactor.data(event, memory.bytes)
    return Buffer.from(memory.bytes.subarray(event.payloadAt)).toString().slice(0, text.length)
  }

  close(socketId: number, state: number): void {
    const memory = memoryOf(encodeEvent('close', { socketId, state }))
    this.redactor.close(new CloseEvent(memory.view, 0))
  }
}

const HEAD = 'POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n'

describe('redacting a socket', () => {
  test('follows each direction of each socket by itself', () => {
    const traffic = new Traffic()
    expect(traffic.move(1, true, 0, HEAD)).toBe(HEAD)
    expect(traffic.move(2, true, 0, 'GET / HTTP/1.1\r\n')).toBe('GET / HTTP/1.1\r\n')
    expect(traffic.move(1, false, 0, 'HTTP/1.1 200 OK\r\n')).toBe('HTTP/1.1 200 OK\r\n')
    expect(traffic.move(1, true, HEAD.length, '0123456789')).toBe('xxxxxxxxxx')
    expect(traffic.move(2, true, 16, 'Cookie: a\r\n\r\n')).toBe('Cookie: x\r\n\r\n')
  })

  test('counts what was moved but not captured', () => {
    const traffic = new Traffic()
    expect(traffic.move(1, true, 0, HEAD, HEAD.length + 6)).toBe(HEAD)
    const next = `abcd${HEAD}`
    expect(traffic.move(1, true, HEAD.length + 6, next)).toBe(`xxxx${HEAD}`)
  })

  test('counts what was never seen by its position', () => {
    const traffic = new Traffic()
    traffic.move(1, true, 0, HEAD)
    expect(traffic.move(1, true, HEAD.length + 8, `ab${HEAD}`)).toBe(`xx${HEAD}`)
    const end = 2 * HEAD.length + 10
    expect(traffic.move(1, true, end + 11, `ab${HEAD}`)).toMatch(/^xxxxxx @ xxxx@xxx\r\n/)
  })

  test('blanks what overlaps, up to the next head', () => {
    const traffic = new Traffic()
    traffic.move(1, true, 0, HEAD)
    expect(traffic.move(1, true, 8, 'secret')).toBe('xxxxxx')
    expect(traffic.move(1, true, 14, HEAD)).toBe(HEAD)
  })

  test('knows the answer to HEAD by the other direction', () => {
    const traffic = new Traffic()
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'
    traffic.move(1, false, 0, 'HEAD / HTTP/1.1\r\n\r\n')
    expect(traffic.move(1, true, 0, answer + answer)).toBe(answer + answer)
  })

  test('forgets a socket that is gone, and keeps one that only stopped sending', () => {
    const traffic = new Traffic()
    traffic.move(1, true, 0, HEAD)
    traffic.close(1, 4)
    expect(traffic.move(1, true, HEAD.length, 'GET / HTTP')).toBe('xxx @ xxxx')
    traffic.close(1, 7)
    expect(traffic.move(1, true, 0, 'GET / HTTP')).toBe('GET / HTTP')
  })
})
