import type { Cursor } from '../cursor.ts'
import { isWord } from './commands.ts'
import type { RedisRequest } from './message.ts'
import * as resp from './resp.ts'

/** What an array or a push says that is no plain reply. */
export type Word =
  /** Something was published, or a key of a client's cache changed. */
  | 'message'
  /** One of the commands of subscription was carried out, for one channel. */
  | 'confirmation'
  | 'other'

const MESSAGES = ['MESSAGE', 'PMESSAGE', 'SMESSAGE']
const CONFIRMATIONS = [
  'SUBSCRIBE',
  'PSUBSCRIBE',
  'SSUBSCRIBE',
  'UNSUBSCRIBE',
  'PUNSUBSCRIBE',
  'SUNSUBSCRIBE',
]
const LONGEST = 12

/** The first word of an array or push; undefined while it is not all there. */
export class FirstWord {
  kind: Word = 'other'
  /** The command that is confirmed. */
  command = ''

  /** False while it is not all there. */
  read({ bytes, at, end }: Cursor): boolean {
    this.kind = 'other'
    this.command = ''
    const size = resp.readLength(bytes, at, end)
    if (size === resp.NEED_MORE) return false
    if (size < 2) return true
    const first = resp.behindLength(bytes, at)
    if (first >= end) return false
    if (bytes[first] !== resp.BULK && bytes[first] !== resp.SIMPLE) return true
    return bytes[first] === resp.BULK ? this.#readString(bytes, first, end) : true
  }

  #readString(bytes: Uint8Array, first: number, end: number): boolean {
    const length = resp.readLength(bytes, first, end)
    if (length === resp.NEED_MORE) return false
    if (length < 0 || length > LONGEST) return true
    const start = resp.behindLength(bytes, first)
    if (start + length > end) return false
    this.#classify(bytes, start, start + length)
    return true
  }

  #classify(bytes: Uint8Array, start: number, end: number): void {
    for (const word of MESSAGES) {
      if (isWord(bytes, start, end, word)) this.kind = 'message'
    }
    for (const word of CONFIRMATIONS) {
      if (!isWord(bytes, start, end, word)) continue
      this.kind = 'confirmation'
      this.command = word
    }
  }
}

export const isSubscription = (request: RedisRequest | undefined): boolean =>
  request?.command?.effect === 'subscription'
