import { isSecretName } from '../../base/secret-names.ts'
import { MASK } from './blank.ts'
import { Word } from './word.ts'

const SPACE = 0x20
const QUOTE = 0x22
const HASH = 0x23
const AMPERSAND = 0x26
const SLASH = 0x2f
const LESS = 0x3c
const EQUALS = 0x3d
const GREATER = 0x3e
const QUESTION = 0x3f
const AT = 0x40

/**
 * Masks user information and the values of parameters in a URL, or in text that holds some, byte by
 * byte. What may turn out to be user information is masked when an operation ends within it.
 */
export class UrlMasker {
  /** Mask only parameters with a secret's name. */
  readonly #secretsOnly: boolean
  /** The URL stands in other text: quotes, angle brackets and spaces end it. */
  readonly #inText: boolean
  readonly #name: Word
  #state: 'path' | 'slash' | 'authority' | 'name' | 'value' | 'masked-value'
  /** First byte of the authority within this operation. */
  #authority: number

  constructor(secretsOnly: boolean, inText: boolean) {
    this.#secretsOnly = secretsOnly
    this.#inText = inText
    this.#name = new Word(64)
    this.#state = 'path'
    this.#authority = 0
  }

  reset(): void {
    this.#state = 'path'
  }

  /** An operation begins at bytes[from]. */
  resume(from: number): void {
    this.#authority = from
  }

  /** The operation ends before bytes[end]. */
  pause(bytes: Uint8Array, end: number): void {
    if (this.#state === 'authority') bytes.fill(MASK, this.#authority, end)
  }

  /** Takes bytes[at] of a URL, and masks it or some before it. */
  byte(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    if (this.#inText && endsUrl(byte)) this.#state = 'path'
    else if (this.#state === 'masked-value' || this.#state === 'value') this.#value(bytes, at)
    else if (this.#state === 'name') this.#parameterName(byte)
    else if (this.#state === 'authority') this.#inAuthority(bytes, at)
    else this.#inPath(byte, at)
  }

  #inPath(byte: number, at: number): void {
    if (byte === SLASH && this.#state === 'slash') {
      this.#state = 'authority'
      this.#authority = at + 1
    } else if (byte === SLASH) this.#state = 'slash'
    else if (byte === QUESTION || byte === HASH) this.#beginName()
    else this.#state = 'path'
  }

  #inAuthority(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    if (byte === AT) bytes.fill(MASK, this.#authority, at)
    else if (byte === SLASH) this.#state = 'path'
    else if (byte === QUESTION || byte === HASH) this.#beginName()
  }

  #parameterName(byte: number): void {
    if (byte === EQUALS) {
      const masked = !this.#secretsOnly || this.#name.tooLong || isSecretName(this.#name.text())
      this.#state = masked ? 'masked-value' : 'value'
    } else if (byte === AMPERSAND || byte === HASH || byte === QUESTION) this.#beginName()
    else this.#name.addLowered(byte)
  }

  #value(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    if (byte === AMPERSAND || byte === HASH) this.#beginName()
    else if (this.#state === 'masked-value') bytes[at] = MASK
  }

  #beginName(): void {
    this.#name.clear()
    this.#state = 'name'
  }
}

function endsUrl(byte: number): boolean {
  return byte <= SPACE || byte === QUOTE || byte === LESS || byte === GREATER
}
