import { Type } from './codes.ts'
import { countAt, endOfQuestion } from './header.ts'
import { SHORT, skipName, WRONG } from './name.ts'

/** Addresses of one reply that are told. */
const MAX_ADDRESSES = 64
/** Type, class, time to live and length behind the name of a record. */
const RECORD_HEAD = 10

const NONE: string[] = []

/** What the records of a message say. One object, set anew for each. */
export class Records {
  addresses: string[] = NONE
  /** Least of those of the addresses, seconds. */
  ttl = 0
  /** The upper bits that EDNS adds to the response code. */
  extendedRcode = 0
  /** Index behind the last record, as far as they are there; SHORT or WRONG. */
  end = 0
  /** Type of the last record. */
  lastType = 0

  /** Of the message bytes[base, end), whose head is good. */
  read(bytes: Uint8Array, base: number, end: number): this {
    this.addresses = NONE
    this.ttl = 0
    this.extendedRcode = 0
    this.lastType = 0
    const answers = countAt(bytes, base + 6)
    const all = answers + countAt(bytes, base + 8) + countAt(bytes, base + 10)
    let at = endOfQuestion(bytes, base, end)
    for (let i = 0; i < all && at >= 0; i++) at = this.#record(bytes, at, end, i < answers)
    this.end = at
    return this
  }

  #record(bytes: Uint8Array, at: number, end: number, isAnswer: boolean): number {
    const head = skipName(bytes, at, end)
    if (head < 0) return head
    if (head + RECORD_HEAD > end) return SHORT
    const type = countAt(bytes, head)
    const size = countAt(bytes, head + 8)
    const data = head + RECORD_HEAD
    if ((type === Type.a && size !== 4 && size !== 0) || (type === Type.aaaa && size % 16 !== 0))
      return WRONG
    if (data + size > end) return SHORT
    this.lastType = type
    if (type === Type.opt) this.extendedRcode = bytes[head + 4]!
    else if (isAnswer && size > 0) this.#answer(bytes, type, head, data)
    return data + size
  }

  #answer(bytes: Uint8Array, type: number, head: number, data: number): void {
    if (type !== Type.a && type !== Type.aaaa) return
    const ttl = countAt(bytes, head + 4) * 0x1_0000 + countAt(bytes, head + 6)
    // RFC 2181, section 8: with the top bit set it counts as zero.
    const seconds = ttl > 0x7fff_ffff ? 0 : ttl
    this.ttl = this.addresses.length === 0 ? seconds : Math.min(this.ttl, seconds)
    if (this.addresses === NONE) this.addresses = []
    if (this.addresses.length < MAX_ADDRESSES)
      this.addresses.push(type === Type.a ? ipv4(bytes, data) : ipv6(bytes, data))
  }
}

function ipv4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

/** As RFC 5952 wants it; the other way round it is done in sockets/address.ts. */
function ipv6(bytes: Uint8Array, at: number): string {
  let best = -1
  let bestLength = 1
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (i + length < 8 && countAt(bytes, at + 2 * (i + length)) === 0) length++
    if (length > bestLength) {
      best = i
      bestLength = length
    }
  }
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === best) {
      text += '::'
      i += bestLength - 1
    } else {
      const separator = text === '' || text.endsWith(':') ? '' : ':'
      text += separator + countAt(bytes, at + 2 * i).toString(16)
    }
  }
  return text
}
