import type { Cursor } from '../cursor.ts'

/** Bytes of a payload that are looked at. */
export const MAX_READ = 16_384
/** Three bytes of length, one of sequence. */
export const HEADER = 4
/** A payload of that length is continued by the next packet. */
export const FULL = 0xffffff

export type Progress = 'end' | 'need-more' | 'lost-sync'

export function lengthAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
}

export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8)
}

export function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0
}

/** Everything that is read of the payload at the cursor is there, or will never be. */
export function isWhole(cursor: Cursor, length: number): boolean {
  return cursor.cut || cursor.readable >= HEADER + Math.min(length, MAX_READ)
}

/** The payload in hand of one direction, be it in one packet or in many. */
export class Frame {
  /** Bytes of the packet still to come. */
  #remaining: number
  /** The next packet has more of the payload. */
  #continued: boolean
  /** Of the next packet of this direction, modulo 256; -1: any. */
  next: number

  constructor() {
    this.#remaining = 0
    this.#continued = false
    this.next = -1
  }

  get remaining(): number {
    return this.#remaining
  }

  get isDone(): boolean {
    return this.#remaining === 0 && !this.#continued
  }

  /** Enters the packet whose header, wholly there, stands at the cursor. */
  enter(cursor: Cursor): void {
    const { bytes, at } = cursor
    this.#remaining = lengthAt(bytes, at)
    this.#continued = this.#remaining === FULL
    this.next = (bytes[at + 3]! + 1) & 0xff
    cursor.at += HEADER
  }

  /** Passes over what is there of the packet. */
  skipPacket(cursor: Cursor): void {
    this.#remaining -= cursor.skipUpTo(this.#remaining)
  }

  /** Passes over what is left of the payload. */
  skip(cursor: Cursor): Progress {
    for (;;) {
      this.#remaining -= cursor.skipUpTo(this.#remaining)
      if (this.#remaining > 0) return 'need-more'
      if (!this.#continued) return 'end'
      if (cursor.readable < HEADER) return 'need-more'
      if (cursor.bytes[cursor.at + 3] !== this.next) return 'lost-sync'
      this.enter(cursor)
    }
  }

  forget(): void {
    this.#remaining = 0
    this.#continued = false
    this.next = -1
  }
}
