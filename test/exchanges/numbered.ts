import type { Cursor } from '../../src/protocols/cursor.ts'
import type {
  Conversation,
  Direction,
  Message,
  Pairing,
  Protocol,
  Step,
  Verdict,
} from '../../src/protocols/protocol.ts'
import { type End, type SocketSettings, Traffic } from './traffic.ts'

/**
 * A protocol of frames with numbers, as AMQP has them: type, number of the exchange, length, payload,
 * and a byte that ends each frame. The payload of a head is its name or status.
 */
const REQUEST = 1
const RESPONSE = 2
const DATA = 3
/** Of the connection, not of an exchange. */
const PING = 4
const RESET = 5
const LAST = 0x80
const HEADER = 9
const FRAME_END = 0xce
/** The longest head that is waited for. */
const MAX_HEAD = 4096

export function frame(type: number, number: number, payload: string): Buffer {
  const bytes = Buffer.alloc(HEADER + payload.length + 1, FRAME_END)
  bytes.writeUInt8(type, 0)
  bytes.writeUInt32BE(number, 1)
  bytes.writeUInt32BE(payload.length, 5)
  bytes.write(payload, HEADER, 'latin1')
  return bytes
}

/** A whole request, or its head alone. */
export const ask = (number: number, name = `q${number}`, more = false) =>
  frame(more ? REQUEST : REQUEST | LAST, number, name)
export const answer = (number: number, status = `a${number}`, more = false) =>
  frame(more ? RESPONSE : RESPONSE | LAST, number, status)
export const part = (number: number, text: string, more = true) =>
  frame(more ? DATA : DATA | LAST, number, text)
export const reset = (number: number) => frame(RESET, number, '')
export const ping = () => frame(PING, 0, 'ping')

export interface Words extends Message {
  readonly words: string
}

/** One direction: what is left of a frame whose head was read. */
class Reading {
  left = 0
  number = 0
  last = false
  /** The head was the whole message: its end is still to be said. */
  ends = false
  lost = false
}

class NumberedConversation implements Conversation<Words, Words> {
  readonly #multiplexed: boolean
  readonly #requests = new Reading()
  readonly #responses = new Reading()

  constructor(pairing: Pairing) {
    this.#multiplexed = pairing === 'multiplexed'
  }

  readRequest(cursor: Cursor): Step<Words> {
    return this.#read(cursor, this.#requests, REQUEST)
  }

  readResponse(cursor: Cursor): Step<Words> {
    return this.#read(cursor, this.#responses, RESPONSE)
  }

  endOfStream(): Step<Words> {
    return 'need-more'
  }

  skippable(direction: Direction): number {
    return Math.max(0, (direction === 'request' ? this.#requests : this.#responses).left - 1)
  }

  resync(direction: Direction): void {
    const reading = direction === 'request' ? this.#requests : this.#responses
    reading.left = 0
    reading.ends = false
    reading.lost = false
  }

  #read(cursor: Cursor, reading: Reading, head: number): Step<Words> {
    if (reading.lost) return 'lost-sync'
    if (reading.ends) return end(reading)
    if (reading.left > 0) return readRest(cursor, reading)
    const { bytes, at, readable, position } = cursor
    if (readable > 0 && !isFrame(bytes, at, readable)) return 'lost-sync'
    if (readable < HEADER) return 'need-more'
    const type = bytes[at]! & ~LAST
    const length = bytes.readUInt32BE(at + 5)
    reading.last = (bytes[at]! & LAST) !== 0
    reading.number = bytes.readUInt32BE(at + 1)
    if (type === DATA && this.#multiplexed) {
      cursor.at += HEADER
      reading.left = length + 1
      return readRest(cursor, reading)
    }
    const size = HEADER + length + 1
    if (readable < size) return size > MAX_HEAD ? 'lost-sync' : 'need-more'
    if (bytes[at + size - 1] !== FRAME_END) return 'lost-sync'
    if (type !== head && type !== PING && type !== RESET) return 'lost-sync'
    cursor.at += size
    if (type === PING) return 'need-more'
    if (type === RESET) return { kind: 'abort', stream: reading.number, outcome: 'reset' }
    const words = bytes.toString('latin1', at + HEADER, at + HEADER + length)
    reading.ends = reading.last && this.#multiplexed
    return { kind: 'begin', message: { start: position, words }, stream: reading.number }
  }
}

function readRest(cursor: Cursor, reading: Reading): Step<Words> {
  const passed = cursor.skipUpTo(reading.left)
  reading.left -= passed
  const { at, end: limit, bytes } = cursor
  const isSeen = reading.left === 0 && at <= limit && passed > 0
  reading.lost = isSeen && bytes[at - 1] !== FRAME_END
  if (reading.left === 0 && reading.last && !reading.lost) return end(reading)
  return passed > 0 ? { kind: 'part', stream: reading.number } : 'need-more'
}

function end(reading: Reading): Step<Words> {
  reading.ends = false
  return { kind: 'end', message: NOTHING, stream: reading.number }
}

const NOTHING: Words = { start: 0, words: '' }

/** Type and length are such as a frame may have. */
function isFrame(bytes: Uint8Array, at: number, readable: number): boolean {
  const type = bytes[at]! & ~LAST
  if (type < REQUEST || type > RESET) return false
  return readable <= 5 || bytes[at + 5]! === 0
}

function detect(head: Uint8Array): Verdict {
  if (head.length === 0) return 'need-more'
  if (!isFrame(head, 0, head.length)) return 'no'
  if (head.length < HEADER) return 'need-more'
  const type = head[0]! & ~LAST
  if (type === REQUEST) return 'request'
  return type === RESPONSE ? 'response' : 'no'
}

export function numbered(
  pairing: 'by-id' | 'multiplexed',
  numbersOnce = false,
): Protocol<Words, Words> {
  return {
    name: 'numbered',
    about: { title: '', versions: '', link: '', reads: [], hides: [], limits: [] },
    pairing,
    numbersOnce,
    captureLimit: 4096,
    detect,
    open: () => new NumberedConversation(pairing),
    describe: ({ words }, response) => ({
      name: words,
      error: undefined,
      attributes: { 'url.path': response?.words ?? '-' },
    }),
  }
}

export const MULTIPLEXED = numbered('multiplexed') as unknown as Protocol
export const BY_ID = numbered('by-id') as unknown as Protocol
/** Multiplexed, and no number is used twice. */
export const ONCE = numbered('multiplexed', true) as unknown as Protocol

export interface NumberedConnection {
  readonly traffic: Traffic
  readonly end: End
}

export function aConnection(
  settings: SocketSettings = {},
  protocol = MULTIPLEXED,
  config = {},
): NumberedConnection {
  const traffic = new Traffic(config, [protocol])
  return { traffic, end: traffic.socket(settings) }
}

/** Request and answer, then what else became of it. */
export function results({ traffic }: NumberedConnection): string[] {
  return traffic.results.map((result) => result.replace(/ \| (ok \| )?/g, ' '))
}

/** What the listener heard but of operations. */
export function said({ traffic }: NumberedConnection): string[] {
  return traffic.said.filter((words) => !words.startsWith('operation'))
}
