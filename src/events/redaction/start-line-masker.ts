import { blank } from './blank.ts'
import { UrlMasker } from './url-masker.ts'
import { Word } from './word.ts'

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const ASTERISK = 0x2a
const SLASH = 0x2f

/** As RFC 9110 and its registry of methods have them: the longest is UPDATEREDIRECTREF. */
const MAX_METHOD = 20
const MAX_VERSION = 8
/** Bytes looked at for a whole line. */
const MAX_LINE = 2048

const SCHEMES = ['http://', 'https://']

/**
 * Reads a request line or a status line (RFC 9112, sections 3 and 4) and masks secrets in the
 * request's target.
 */
export class StartLineMasker {
  readonly #word: Word
  readonly #target: UrlMasker
  #state: 'blank' | 'word' | 'target-start' | 'scheme' | 'target' | 'version' | 'status' | 'reason'
  /** First byte of the word, or of the scheme, within this operation. */
  #wordAt: number
  outcome: 'open' | 'done' | 'bad'
  response: boolean
  /** Of a request. */
  method: 'HEAD' | 'CONNECT' | 'other'
  /** Of a response. */
  status: number

  constructor(secretParametersOnly: boolean) {
    this.#word = new Word(MAX_METHOD)
    this.#target = new UrlMasker(secretParametersOnly, false)
    this.#state = 'blank'
    this.#wordAt = 0
    this.outcome = 'open'
    this.response = false
    this.method = 'other'
    this.status = 0
  }

  /** Nothing of a line was read yet. */
  get untouched(): boolean {
    return this.#state === 'blank'
  }

  begin(): void {
    this.#state = 'blank'
    this.#word.clear()
    this.#target.reset()
    this.outcome = 'open'
    this.response = false
    this.method = 'other'
    this.status = 0
  }

  /** Takes bytes of one operation and returns where the line ends, or `to`. */
  mask(bytes: Uint8Array, from: number, to: number): number {
    this.#wordAt = from
    this.#target.resume(from)
    let at = from
    for (; at < to && this.outcome === 'open'; at++) this.#byte(bytes, at)
    if (this.#state === 'target') this.#target.pause(bytes, at)
    return at
  }

  #byte(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    switch (this.#state) {
      case 'blank':
        if (byte === CR || byte === LF) break
        this.#state = 'word'
        this.#wordAt = at
        this.#inWord(bytes, at)
        break
      case 'word':
        this.#inWord(bytes, at)
        break
      case 'target-start':
        this.#targetStart(bytes, at)
        break
      case 'scheme':
        this.#inScheme(bytes, at)
        break
      case 'target':
        this.#inTarget(bytes, at)
        break
      case 'version':
        this.#inVersion(byte)
        break
      case 'status':
        this.#inStatus(byte)
        break
      case 'reason':
        if (byte === LF) this.outcome = 'done'
    }
  }

  #inWord(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    if (byte === SPACE && this.#word.length > 0) this.#endWord()
    else if (isUpper(byte) || (this.#word.length > 0 && isWordByte(byte))) this.#word.add(byte)
    else this.outcome = 'bad'
    if (this.#word.tooLong) this.outcome = 'bad'
    if (this.outcome === 'bad') blank(bytes, this.#wordAt, at + 1)
  }

  #endWord(): void {
    const word = this.#word.text()
    this.#word.clear()
    if (isVersion(word)) {
      this.response = true
      this.#state = 'status'
    } else if (!isMethod(word)) this.outcome = 'bad'
    else {
      this.method = word === 'HEAD' || word === 'CONNECT' ? word : 'other'
      this.#state = 'target-start'
    }
  }

  #targetStart(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    this.#wordAt = at
    if (byte === SLASH)
      this.#state = 'target' // a second slash begins no authority here
    else if (byte === ASTERISK || (this.method === 'CONNECT' && byte > SPACE))
      this.#state = 'target'
    else {
      this.#state = 'scheme'
      this.#inScheme(bytes, at)
    }
  }

  #inScheme(bytes: Uint8Array, at: number): void {
    this.#word.addLowered(bytes[at]!)
    const scheme = this.#word.text()
    if (!SCHEMES.some((known) => known.startsWith(scheme))) {
      this.outcome = 'bad'
      blank(bytes, this.#wordAt, at + 1)
      return
    }
    this.#target.byte(bytes, at)
    if (!SCHEMES.includes(scheme)) return
    this.#word.clear()
    this.#state = 'target'
  }

  #inTarget(bytes: Uint8Array, at: number): void {
    const byte = bytes[at]!
    if (byte === SPACE) this.#state = 'version'
    else if (byte < SPACE) this.outcome = 'bad'
    else this.#target.byte(bytes, at)
  }

  #inVersion(byte: number): void {
    if (byte === LF) this.outcome = isVersion(this.#word.text()) ? 'done' : 'bad'
    else if (byte !== CR) this.#word.add(byte)
    if (this.#word.length > MAX_VERSION) this.outcome = 'bad'
  }

  #inStatus(byte: number): void {
    if (byte >= 0x30 && byte <= 0x39 && this.#word.length < 3) {
      this.#word.add(byte)
      this.status = this.status * 10 + byte - 0x30
    } else if (this.#word.length !== 3) this.outcome = 'bad'
    else if (byte === LF) this.outcome = 'done'
    else this.#state = 'reason'
  }
}

/** Whether bytes begin with a whole first line of a message. They stay as they are. */
export function startsWithLine(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to || bytes[from]! < 0x41 || bytes[from]! > 0x5a) return false
  const line = new StartLineMasker(true)
  const beginning = new Uint8Array(bytes.subarray(from, Math.min(to, from + MAX_LINE)))
  line.mask(beginning, 0, beginning.length)
  return line.outcome === 'done'
}

/** HTTP/1.0, HTTP/1.1. */
function isVersion(word: string): boolean {
  return word.length === MAX_VERSION && word.startsWith('HTTP/1.')
}

function isMethod(word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i)
    if (!isUpper(code) && code !== 0x2d) return false
  }
  return true
}

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a
}

/** Of a method, or of `HTTP/1.1`, behind the first letter. */
function isWordByte(byte: number): boolean {
  return byte === SLASH || byte === 0x2e || byte === 0x2d || byte === 0x30 || byte === 0x31
}
