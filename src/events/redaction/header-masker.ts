import { isSecretName } from '../../base/secret-names.ts'
import { MASK } from './blank.ts'
import { holdsUrl } from './url-headers.ts'
import { UrlMasker } from './url-masker.ts'
import { Word } from './word.ts'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const COLON = 0x3a

/** More digits than any length that is exact. */
const MAX_LENGTH_DIGITS = 15

/**
 * Masks the values of header lines (RFC 9112, section 5) that hold secrets, and notes what says where
 * the body ends.
 */
export class HeaderMasker {
  readonly #name: Word
  readonly #value: Word
  readonly #url: UrlMasker
  #state: 'line' | 'name' | 'value' | 'end'
  #kind: 'plain' | 'secret' | 'url' | 'length' | 'coding'
  /** 'open' until the empty line; 'bad': these are no header lines. */
  outcome: 'open' | 'done' | 'bad'
  /** -1: none given. */
  contentLength: number
  chunked: boolean

  constructor(secretParametersOnly: boolean) {
    this.#name = new Word(64)
    this.#value = new Word(64)
    this.#url = new UrlMasker(secretParametersOnly, true)
    this.#state = 'line'
    this.#kind = 'plain'
    this.outcome = 'open'
    this.contentLength = -1
    this.chunked = false
  }

  begin(): void {
    this.#state = 'line'
    this.#kind = 'plain'
    this.outcome = 'open'
    this.contentLength = -1
    this.chunked = false
  }

  /** Takes bytes of one operation and returns where the head ends, or `to`. */
  mask(bytes: Uint8Array, from: number, to: number): number {
    this.#url.resume(from)
    let at = from
    for (; at < to && this.outcome === 'open'; at++) this.#byte(bytes, at)
    if (this.#state === 'value' && this.#kind === 'url') this.#url.pause(bytes, at)
    return at
  }

  #byte(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    switch (this.#state) {
      case 'line':
        this.#lineStart(bytes, at)
        break
      case 'name':
        this.#inName(byte)
        break
      case 'value':
        this.#inValue(bytes, at)
        break
      case 'end':
        this.outcome = byte === LF ? 'done' : 'bad'
    }
  }

  #lineStart(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    if (byte === LF) this.outcome = 'done'
    else if (byte === CR) this.#state = 'end'
    else if (byte === SPACE || byte === TAB)
      this.#state = 'value' // the line before goes on
    else {
      this.#name.clear()
      this.#state = 'name'
      this.#inName(byte)
    }
  }

  #inName(byte: number): void {
    if (byte === COLON) {
      this.#kind = this.#kindOf(this.#name.text())
      this.#value.clear()
      this.#url.reset()
      this.#state = 'value'
    } else if (byte <= SPACE || byte >= 0x7f) this.outcome = 'bad'
    else this.#name.addLowered(byte)
  }

  #kindOf(name: string): 'plain' | 'secret' | 'url' | 'length' | 'coding' {
    if (this.#name.tooLong || isSecretName(name)) return 'secret'
    if (name === 'content-length') return 'length'
    if (name === 'transfer-encoding') return 'coding'
    return holdsUrl(name) ? 'url' : 'plain'
  }

  #inValue(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    if (byte === LF) this.#endLine()
    else if (byte === CR || byte === SPACE || byte === TAB) return
    else if (this.#kind === 'secret') bytes[at] = MASK
    else if (this.#kind === 'url') this.#url.byte(bytes, at)
    else if (this.#kind !== 'plain') this.#value.addLowered(byte)
  }

  #endLine(): void {
    this.#state = 'line'
    if (this.#kind === 'coding' && this.#value.text().endsWith('chunked')) this.chunked = true
    if (this.#kind === 'length') this.#readLength()
  }

  #readLength(): void {
    const text = this.#value.text()
    if (!isNumber(text) || text.length > MAX_LENGTH_DIGITS) this.outcome = 'bad'
    else this.contentLength = Number(text)
  }
}

function isNumber(text: string): boolean {
  if (text === '') return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x30 || code > 0x39) return false
  }
  return true
}
