import { blank } from './blank.ts'
import type { BodyMasker } from './body-masker.ts'
import { ChunkMasker } from './chunk-masker.ts'
import { HeaderMasker } from './header-masker.ts'
import type { Pairing } from './pairing.ts'
import { StartLineMasker, startsWithLine } from './start-line-masker.ts'

/**
 * Follows HTTP/1 in one direction of a socket, as far as it must to tell heads from bodies: heads
 * stay readable but for their secrets, the framing of chunks stays, all else is blanked. What cannot
 * be followed is blanked until an operation begins with a head.
 */
export class HttpMasker {
  readonly #pairing: Pairing
  readonly #line: StartLineMasker
  readonly #headers: HeaderMasker
  readonly #chunks: ChunkMasker
  /** Masks in bodies that are kept; undefined: bodies are blanked. */
  readonly #body: BodyMasker | undefined
  #state: 'line' | 'headers' | 'body' | 'chunks' | 'trailer' | 'until-close' | 'lost'
  /** Bytes of the body to come. */
  #remaining: number
  /** Where to go back to, and past how many bytes, if what is read as a first line is none. */
  #tried: 'body' | 'chunks' | 'until-close' | undefined
  #triedBytes: number
  /** This operation as it was, if it goes on with a first line that may turn out to be none. */
  #before: Uint8Array | undefined

  constructor(pairing: Pairing, secretParametersOnly: boolean, body: BodyMasker | undefined) {
    this.#pairing = pairing
    this.#line = new StartLineMasker(secretParametersOnly)
    this.#headers = new HeaderMasker(secretParametersOnly)
    this.#chunks = new ChunkMasker()
    this.#body = body
    this.#state = 'line'
    this.#remaining = 0
    this.#tried = undefined
    this.#triedBytes = 0
    this.#before = undefined
  }

  /** Masks what one operation moved: bytes[from, to), in place. */
  operation(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return
    if (this.#pairing.left) this.#lose()
    else if (this.#state === 'lost') this.#begin()
    else if (this.#pairing.doubtful) this.#doubt(bytes, from, to)
    for (let at = from; at < to; ) at = this.#step(bytes, at, to)
    if (this.#tried !== undefined) this.#triedBytes += to - from
    this.#before = undefined
  }

  /** So many bytes are not there to be read. */
  skip(count: number): void {
    if (count === 0 || this.#state === 'until-close' || this.#state === 'lost') return
    if (this.#state === 'body' && count <= this.#remaining) this.#take(count)
    else if (this.#inChunkData && count <= this.#chunks.remaining) this.#chunks.take(count)
    else this.#lose()
  }

  /** Which bytes come next is not known. */
  lose(): void {
    this.#lose()
  }

  /** Where messages end is not sure any more: should this operation begin with a head, it is one. */
  #doubt(bytes: Uint8Array, from: number, to: number): void {
    if (startsWithLine(bytes, from, to)) {
      this.#tried = undefined
      this.#begin()
    } else if (this.#state === 'body' || this.#state === 'until-close') this.#try(this.#state)
    else if (this.#state === 'chunks' && this.#inChunkData) this.#try(this.#state)
    else if (this.#state === 'line' && !this.#line.untouched)
      this.#before = new Uint8Array(bytes.subarray(from, to))
  }

  #try(state: 'body' | 'chunks' | 'until-close'): void {
    this.#tried = state
    this.#triedBytes = 0
    this.#begin()
  }

  /** The first line that was read up to bytes[at] is none. Returns where to go on. */
  #untry(bytes: Uint8Array, from: number, at: number): number {
    const before = this.#before
    const state = this.#tried ?? 'lost'
    this.#tried = undefined
    this.#before = undefined
    this.#state = state
    if (before === undefined) {
      this.#blank(bytes, from, at)
      if (state === 'lost') this.#lose()
      else this.skip(at - from)
      return at
    }
    // It began in an operation before: what it was then decides what this one begins with.
    bytes.set(before, from)
    this.skip(this.#triedBytes)
    if (state === 'lost' || !this.#isInBody) this.#begin()
    return from
  }

  get #isInBody(): boolean {
    return this.#state === 'body' || this.#state === 'until-close' || this.#state === 'chunks'
  }

  get #inChunkData(): boolean {
    return this.#state === 'chunks' && this.#chunks.inData
  }

  #step(bytes: Uint8Array, from: number, to: number): number {
    switch (this.#state) {
      case 'line':
        return this.#inLine(bytes, from, to)
      case 'headers':
      case 'trailer':
        return this.#inHeaders(bytes, from, to)
      case 'body':
        return this.#inBody(bytes, from, to)
      case 'chunks':
        return this.#inChunks(bytes, from, to)
      default:
        this.#blank(bytes, from, to)
        return to
    }
  }

  #inLine(bytes: Uint8Array, from: number, to: number): number {
    const at = this.#line.mask(bytes, from, to)
    if (this.#line.outcome === 'bad') return this.#untry(bytes, from, at)
    if (this.#line.outcome === 'done') {
      this.#tried = undefined
      this.#before = undefined
      this.#headers.begin()
      this.#state = 'headers'
    }
    return at
  }

  #inHeaders(bytes: Uint8Array, from: number, to: number): number {
    const at = this.#headers.mask(bytes, from, to)
    if (this.#headers.outcome === 'bad') this.#lose()
    else if (this.#headers.outcome === 'done') {
      if (this.#state === 'trailer') this.#begin()
      else this.#endHead()
    }
    return at
  }

  /** RFC 9112, section 6.3. */
  #endHead(): void {
    const { response, status, method } = this.#line
    if (!response) {
      this.#pairing.asked(method)
      this.#beginBody(true)
      return
    }
    if (status >= 100 && status < 200 && status !== 101) {
      this.#begin()
      return
    }
    const asked = this.#pairing.answered()
    if (status === 101 || (asked === 'CONNECT' && status < 300)) {
      this.#pairing.left = true
      this.#lose()
    } else if ((asked === 'HEAD' && !this.#pairing.doubtful) || status === 204 || status === 304)
      this.#begin()
    else this.#beginBody(false)
  }

  #beginBody(request: boolean): void {
    const { chunked, contentLength } = this.#headers
    this.#body?.reset()
    if (chunked) {
      this.#chunks.begin()
      this.#state = 'chunks'
    } else if (contentLength > 0) {
      this.#remaining = contentLength
      this.#state = 'body'
    } else if (contentLength === 0 || request) this.#begin()
    else this.#state = 'until-close'
  }

  #inBody(bytes: Uint8Array, from: number, to: number): number {
    const end = Math.min(to, from + this.#remaining)
    this.#blank(bytes, from, end)
    this.#take(end - from)
    return end
  }

  #inChunks(bytes: Uint8Array, from: number, to: number): number {
    if (!this.#chunks.inData) {
      const at = this.#chunks.mask(bytes, from, to)
      if (this.#chunks.outcome === 'bad') {
        this.#blank(bytes, at - 1, at)
        this.#lose()
      } else if (this.#chunks.outcome === 'trailer') {
        this.#headers.begin()
        this.#state = 'trailer'
      }
      return at
    }
    const end = Math.min(to, from + this.#chunks.remaining)
    this.#blank(bytes, from, end)
    this.#chunks.take(end - from)
    return end
  }

  #take(count: number): void {
    this.#remaining -= count
    if (this.#remaining === 0) this.#begin()
  }

  #begin(): void {
    this.#line.begin()
    this.#state = 'line'
  }

  #lose(): void {
    this.#body?.reset()
    this.#state = 'lost'
    this.#tried = undefined
    this.#pairing.doubtful = true
  }

  #blank(bytes: Uint8Array, from: number, to: number): void {
    if (this.#body !== undefined) this.#body.mask(bytes, from, to)
    else blank(bytes, from, to)
  }
}
