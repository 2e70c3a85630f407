import { Cursor } from '../../../src/protocols/cursor.ts'
import type { HttpRequest, HttpResponse } from '../../../src/protocols/http/message.ts'
import { http1 } from '../../../src/protocols/http1/index.ts'
import type { Conversation, Direction, Step } from '../../../src/protocols/protocol.ts'

/** One direction of a conversation with its bytes: reads as far as it goes. */
export class Reading {
  readonly conversation: Conversation<HttpRequest, HttpResponse>
  readonly #direction: Direction
  readonly #cursor = new Cursor()
  #bytes = Buffer.alloc(0)
  request: HttpRequest | undefined
  /** Known gap behind the bytes. */
  gap = 0

  constructor(
    direction: Direction,
    conversation = http1.open(false) as Conversation<HttpRequest, HttpResponse>,
  ) {
    this.#direction = direction
    this.conversation = conversation
  }

  /** Bytes read and passed so far. */
  position = 0

  add(text: string): this {
    this.#bytes = Buffer.concat([this.#bytes, Buffer.from(text, 'latin1')])
    return this
  }

  step(): Step<HttpRequest | HttpResponse> {
    const cursor = this.#cursor
    cursor.aim(this.#bytes, 0, this.#bytes.length, this.position, this.gap, this.gap > 0)
    const step =
      this.#direction === 'request'
        ? this.conversation.readRequest(cursor)
        : this.conversation.readResponse(cursor, this.request)
    this.position += cursor.at
    this.gap -= Math.max(0, cursor.at - this.#bytes.length)
    this.#bytes = this.#bytes.subarray(cursor.at)
    return step
  }

  /** Steps until nothing moves: their kinds. */
  steps(): string[] {
    const kinds: string[] = []
    for (;;) {
      const before = this.position
      const step = this.step()
      if (typeof step === 'object') kinds.push(step.kind)
      if (typeof step === 'object' && step.kind === 'begin') this.messages.push(step.message)
      else if (step === 'lost-sync') return [...kinds, step]
      if (typeof step === 'object' ? step.kind === 'leave' : this.position === before) return kinds
    }
  }

  readonly messages: (HttpRequest | HttpResponse)[] = []

  get unread(): number {
    return this.#bytes.length
  }
}

export function readRequests(text: string): {
  steps: string[]
  messages: HttpRequest[]
  unread: number
} {
  const reading = new Reading('request').add(text)
  const steps = reading.steps()
  return { steps, messages: reading.messages as HttpRequest[], unread: reading.unread }
}

export function readResponses(
  text: string,
  method = 'GET',
): { steps: string[]; messages: HttpResponse[]; unread: number } {
  const reading = new Reading('response').add(text)
  reading.request = readRequests(`${method} / HTTP/1.1\r\n\r\n`).messages[0]
  const steps = reading.steps()
  return { steps, messages: reading.messages as HttpResponse[], unread: reading.unread }
}
