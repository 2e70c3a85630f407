// Variables of CGI/1.1, by which a web server passes a request on: FastCGI, uwsgi.
// https://www.rfc-editor.org/rfc/rfc3875, section 4.1

import { fieldNumber, limitOf, MAX_TARGET, NO_FIELD } from '../http/field-names.ts'
import { BAD_LENGTH, Fields, NO_LENGTH } from '../http/fields.ts'
import { type HttpRequest, splitTarget } from '../http/message.ts'

const NAMES = [
  'REQUEST_METHOD',
  'REQUEST_URI',
  'REQUEST_SCHEME',
  'SERVER_NAME',
  'HTTPS',
  'CONTENT_LENGTH',
] as const
type Name = (typeof NAMES)[number]

const CODES = NAMES.map((name) => Buffer.from(name, 'latin1'))
const HTTP = Buffer.from('HTTP_', 'latin1')
const UNDERSCORE = 0x5f
const HYPHEN = 0x2d
/** Longer names of header fields are nobody's here. */
const MAX_NAME = 32

/** What the variables of one request say, as far as anybody here asks. */
export class Variables {
  readonly #fields = new Fields()
  readonly #name = Buffer.alloc(MAX_NAME)
  readonly #values = new Map<Name, string>()

  clear(): void {
    this.#fields.clear()
    this.#values.clear()
  }

  /** One variable: its name stands at `at`, its value at `from`. */
  take(bytes: Buffer, at: number, nameLength: number, from: number, valueLength: number): void {
    if (startsWith(bytes, at, nameLength, HTTP)) {
      const field = this.#fieldOf(bytes, at + HTTP.length, nameLength - HTTP.length)
      if (field === NO_FIELD) return
      const length = Math.min(valueLength, limitOf(field))
      this.#fields.take(field, bytes.toString('latin1', from, from + length))
      return
    }
    const name = nameOf(bytes, at, nameLength)
    if (name === undefined) return
    const length = Math.min(valueLength, MAX_TARGET)
    this.#values.set(name, bytes.toString('utf8', from, from + length))
  }

  /** `incomplete`: some of them could not be read. */
  request(start: number, incomplete: boolean): HttpRequest {
    const fields = this.#fields
    const method = this.#value('REQUEST_METHOD')
    const target = this.#value('REQUEST_URI')
    const { scheme, authority, credentials, path, query } = splitTarget(method, target)
    return {
      start,
      carrier: fields.context,
      method,
      target,
      path: target === '' ? '' : path,
      query,
      scheme: scheme || this.#scheme,
      absolute: scheme !== '',
      host: authority || fields.host || this.#value('SERVER_NAME'),
      credentials,
      version: '',
      userAgent: fields.userAgent,
      contentType: '',
      contentLength: lengthIn(this.#value('CONTENT_LENGTH')),
      forwarded: fields.forwarded,
      forwardedFor: fields.forwardedFor,
      forwardedHost: fields.forwardedHost,
      forwardedProto: fields.forwardedProto,
      timeout: '',
      incomplete,
      messages: undefined,
      reset: undefined,
    }
  }

  get #scheme(): string {
    const scheme = this.#value('REQUEST_SCHEME')
    if (scheme) return scheme
    const https = this.#value('HTTPS').toLowerCase()
    return https !== '' && https !== 'off' ? 'https' : ''
  }

  #value(name: Name): string {
    return this.#values.get(name) ?? ''
  }

  /** `HTTP_USER_AGENT` was the header field User-Agent. */
  #fieldOf(bytes: Buffer, at: number, length: number): number {
    if (length > MAX_NAME) return NO_FIELD
    for (let i = 0; i < length; i++) {
      const code = bytes[at + i]!
      this.#name[i] = code === UNDERSCORE ? HYPHEN : code
    }
    return fieldNumber(this.#name, 0, length)
  }
}

function lengthIn(text: string): number {
  if (text === '') return NO_LENGTH
  return /^\d{1,15}$/.test(text) ? Number(text) : BAD_LENGTH
}

function nameOf(bytes: Buffer, at: number, length: number): Name | undefined {
  for (let i = 0; i < NAMES.length; i++) {
    const code = CODES[i]!
    if (code.length === length && startsWith(bytes, at, length, code)) return NAMES[i]
  }
  return undefined
}

function startsWith(bytes: Buffer, at: number, length: number, word: Buffer): boolean {
  if (length < word.length) return false
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}
