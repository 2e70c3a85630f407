import { isSecretName } from '../../base/secret-names.ts'
import { MASK } from './blank.ts'
import { Word } from './word.ts'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const AMPERSAND = 0x26
const COMMA = 0x2c
const COLON = 0x3a
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/**
 * Masks values under secret names in form data, JSON and lines of `name: value`, byte by byte,
 * wherever it is cut. When in doubt it masks too much.
 */
export class BodyMasker {
  readonly #name: Word
  /** A quote came after the name: a colon then belongs to JSON, else to a line. */
  #quoted: boolean
  #state: 'text' | 'before' | 'bare' | 'line' | 'string' | 'nested'
  /** Brackets open in a masked object or list. */
  #depth: number
  #inString: boolean
  #escaped: boolean

  constructor() {
    this.#name = new Word(64)
    this.#quoted = false
    this.#state = 'text'
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
  }

  reset(): void {
    this.#name.clear()
    this.#quoted = false
    this.#state = 'text'
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
  }

  mask(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if (this.#hides(bytes[at]!)) bytes[at] = MASK
    }
  }

  #hides(byte: number): boolean {
    switch (this.#state) {
      case 'text':
        this.#text(byte)
        return false
      case 'before':
        return this.#before(byte)
      case 'bare':
        return this.#until(endsBare(byte), byte)
      case 'line':
        return this.#until(byte === CR || byte === LF, byte)
      case 'string':
        return this.#string(byte)
      case 'nested':
        return this.#nested(byte)
    }
  }

  #text(byte: number): void {
    if (isNameByte(byte)) {
      if (this.#quoted) this.#name.clear()
      this.#quoted = false
      this.#name.addLowered(byte)
    } else if (byte === COLON || byte === EQUALS) this.#separator(byte)
    else if (byte === QUOTE) this.#quoted = this.#name.length > 0
    else if (byte !== SPACE && byte !== TAB) this.#forget()
  }

  #separator(byte: number): void {
    const secret = isSecretName(this.#name.text()) || this.#name.tooLong
    const line = byte === COLON && !this.#quoted
    if (secret) this.#state = line ? 'line' : 'before'
    this.#forget()
  }

  #before(byte: number): boolean {
    if (byte === SPACE || byte === TAB || byte === CR || byte === LF) return false
    if (byte === QUOTE) {
      this.#state = 'string'
      return false
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.#state = 'nested'
      this.#depth = 1
      return false
    }
    this.#state = 'bare'
    return this.#until(endsBare(byte), byte)
  }

  #until(end: boolean, byte: number): boolean {
    if (!end) return true
    this.#state = 'text'
    this.#text(byte)
    return false
  }

  #string(byte: number): boolean {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) {
      this.#state = 'text'
      return false
    }
    return true
  }

  #nested(byte: number): boolean {
    if (this.#escaped) this.#escaped = false
    else if (this.#inString && byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) this.#inString = !this.#inString
    else if (!this.#inString) return this.#bracket(byte)
    return byte !== QUOTE
  }

  #bracket(byte: number): boolean {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#depth--
    else return byte !== COMMA && byte !== COLON
    if (this.#depth === 0) this.#state = 'text'
    return false
  }

  #forget(): void {
    this.#name.clear()
    this.#quoted = false
  }
}

function isNameByte(byte: number): boolean {
  if (byte >= 0x61 && byte <= 0x7a) return true
  if (byte >= 0x41 && byte <= 0x5a) return true
  if (byte >= 0x30 && byte <= 0x39) return true
  return byte === 0x2d || byte === 0x5f || byte === 0x2e || byte >= 0x80
}

function endsBare(byte: number): boolean {
  switch (byte) {
    case QUOTE:
    case AMPERSAND:
    case COMMA:
    case SEMICOLON:
    case CLOSE_BRACE:
    case CLOSE_BRACKET:
      return true
    default:
      return byte <= SPACE
  }
}
