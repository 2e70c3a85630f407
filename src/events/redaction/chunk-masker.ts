import { MASK } from './blank.ts'

const LF = 0x0a
const CR = 0x0d
const SEMICOLON = 0x3b
const SPACE = 0x20
const TAB = 0x09

/** 2^52, and more than any body. */
const MAX_DIGITS = 13

/** Finds the chunks of a body (RFC 9112, section 7.1); their framing stays, extensions are masked. */
export class ChunkMasker {
  #state: 'size' | 'extension' | 'data' | 'data-end'
  #digits: number
  /** 'trailer': the last chunk was read; 'bad': this is no chunk. */
  outcome: 'open' | 'trailer' | 'bad'
  /** Bytes of data to come in this chunk. */
  remaining: number

  constructor() {
    this.#state = 'size'
    this.#digits = 0
    this.outcome = 'open'
    this.remaining = 0
  }

  get inData(): boolean {
    return this.#state === 'data'
  }

  begin(): void {
    this.#state = 'size'
    this.#digits = 0
    this.outcome = 'open'
    this.remaining = 0
  }

  /** So much of the chunk's data went by. */
  take(bytes: number): void {
    this.remaining -= bytes
    if (this.remaining === 0) this.#state = 'data-end'
  }

  /** Takes framing up to the data of a chunk, and returns where it stopped. */
  mask(bytes: Uint8Array, from: number, to: number): number {
    let at = from
    for (; at < to && this.outcome === 'open' && this.#state !== 'data'; at++) {
      this.#byte(bytes, at)
    }
    return at
  }

  #byte(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    if (this.#state === 'size') this.#inSize(byte)
    else if (this.#state === 'data-end') this.#inDataEnd(byte)
    else if (byte === LF) this.#endSize()
    else if (byte !== CR) bytes[at] = MASK
  }

  #inSize(byte: number): void {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      this.remaining = this.remaining * 16 + digit
      this.#digits++
      if (this.#digits > MAX_DIGITS) this.outcome = 'bad'
    } else if (this.#digits === 0) this.outcome = 'bad'
    else if (byte === LF) this.#endSize()
    else if (byte === SEMICOLON || byte === SPACE || byte === TAB) this.#state = 'extension'
    else if (byte !== CR) this.outcome = 'bad'
  }

  #endSize(): void {
    this.#digits = 0
    if (this.remaining === 0) this.outcome = 'trailer'
    else this.#state = 'data'
  }

  #inDataEnd(byte: number): void {
    if (byte === LF) this.#state = 'size'
    else if (byte !== CR) this.outcome = 'bad'
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
