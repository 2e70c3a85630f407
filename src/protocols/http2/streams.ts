import { MapOfFew } from '../../base/map-of-few.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'

/** Streams that are open at once, at most; peers allow 100 to 1000. */
const MAX_STREAMS = 4096
/** Stretches of numbers that were missed, at most. */
const MAX_MISSED = 64

/** Numbers from `first` to `last`. */
interface Missed {
  readonly first: number
  readonly last: number
}

/** One exchange of a connection. */
export class Stream {
  readonly id: number
  /** Undefined: its answer was read before it. */
  request: HttpRequest | undefined
  response: HttpResponse | undefined
  responseDone: boolean
  /** Bytes were lost that may have been of its answer. */
  answerLost: boolean

  constructor(id: number, request: HttpRequest | undefined) {
    this.id = id
    this.request = request
    this.response = undefined
    this.responseDone = false
    this.answerLost = false
  }
}

/** The open streams of a connection, oldest first. */
export class Streams {
  readonly #streams = new MapOfFew<Stream>()
  /** Their requests stood in gaps. */
  readonly #missed: Missed[] = []

  get(id: number): Stream | undefined {
    return this.#streams.get(id)
  }

  open(id: number, request: HttpRequest | undefined): Stream {
    if (this.#streams.size >= MAX_STREAMS) this.#forgetOldest(MAX_STREAMS / 8)
    const stream = new Stream(id, request)
    this.#streams.set(id, stream)
    return stream
  }

  close(stream: Stream): void {
    this.#streams.delete(stream.id)
  }

  /** Bytes were lost before the request of the stream behind these. */
  miss(first: number, last: number): void {
    if (first > last) return
    if (this.#missed.length === MAX_MISSED) this.#missed.shift()
    this.#missed.push({ first, last })
  }

  /** Whether nobody has read the request of this stream, though later ones were read. */
  isMissed(id: number): boolean {
    for (const { first, last } of this.#missed) if (id >= first && id <= last) return true
    return false
  }

  /** Not answered and opened behind this one, oldest first. */
  firstUnansweredBehind(id: number): Stream | undefined {
    for (const stream of this.#streams.values())
      if (stream.id > id && stream.request && !stream.response) return stream
    return undefined
  }

  /** Bytes of a direction were lost: whose, nobody knows. */
  loseMessages(direction: 'request' | 'response'): void {
    for (const stream of this.#streams.values()) {
      const { request, response } = stream
      if (direction === 'response') stream.answerLost = true
      const messages = direction === 'request' ? request?.messages : response?.messages
      if (messages) messages.lost = true
    }
  }

  /** Several at once: to find the oldest of a map takes the longer the more went before it. */
  #forgetOldest(count: number): void {
    let left = count
    for (const { id } of this.#streams.values()) {
      if (left-- === 0) return
      this.#streams.delete(id)
    }
  }
}
