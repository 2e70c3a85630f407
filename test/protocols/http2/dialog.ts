import { Cursor } from '../../../src/protocols/cursor.ts'
import type { HttpRequest, HttpResponse } from '../../../src/protocols/http/message.ts'
import { http2 } from '../../../src/protocols/http2/index.ts'
import type { Conversation, DescribeFacts, SpanFacts } from '../../../src/protocols/protocol.ts'
import { PREFACE, SETTINGS } from './frames.ts'

/** One direction of a dialog: what the bytes given to it make the conversation say. */
class Half {
  readonly #conversation: Conversation<HttpRequest, HttpResponse>
  readonly #direction: 'request' | 'response'
  readonly #cursor = new Cursor()
  #bytes: Buffer = Buffer.alloc(0)
  #position = 0
  #gap = 0
  readonly said: string[] = []
  readonly messages = new Map<number, HttpRequest | HttpResponse>()

  constructor(
    conversation: Conversation<HttpRequest, HttpResponse>,
    direction: 'request' | 'response',
  ) {
    this.#conversation = conversation
    this.#direction = direction
  }

  get unread(): number {
    return this.#bytes.length
  }

  /** `gap`: so many bytes behind these cannot be read. Returns what is said to them. */
  hears(bytes: Buffer, gap = 0): string[] {
    const from = this.said.length
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    this.#gap = gap
    while (this.#step());
    return this.said.slice(from)
  }

  #step(): boolean {
    const cursor = this.#cursor
    const { length } = this.#bytes
    cursor.aim(this.#bytes, 0, length, this.#position, this.#gap, this.#gap > 0)
    const step =
      this.#direction === 'request'
        ? this.#conversation.readRequest(cursor)
        : this.#conversation.readResponse(cursor, undefined)
    this.#position += cursor.at
    this.#gap -= Math.max(0, cursor.at - length)
    this.#bytes = this.#bytes.subarray(cursor.at)
    if (typeof step === 'string') {
      if (step === 'lost-sync') this.said.push(step)
      return step === 'need-more' && cursor.at > 0
    }
    const { kind } = step
    const stream = 'stream' in step ? step.stream : undefined
    this.said.push([kind, stream, kind === 'abort' ? step.outcome : ''].join(' ').trim())
    if (kind === 'begin') this.messages.set(stream!, step.message)
    return true
  }
}

/** Both directions of one connection. */
export class Dialog {
  readonly conversation: Conversation<HttpRequest, HttpResponse>
  readonly client: Half
  readonly server: Half

  constructor(late = false) {
    this.conversation = http2.open(late)
    this.client = new Half(this.conversation, 'request')
    this.server = new Half(this.conversation, 'response')
  }

  /** Both have said how they begin. */
  static opened(): Dialog {
    const dialog = new Dialog()
    dialog.client.hears(Buffer.concat([PREFACE, SETTINGS]))
    dialog.server.hears(SETTINGS)
    return dialog
  }

  request(stream: number): HttpRequest {
    return this.client.messages.get(stream) as HttpRequest
  }

  response(stream: number): HttpResponse | undefined {
    return this.server.messages.get(stream) as HttpResponse | undefined
  }

  describe(stream: number, facts: Partial<DescribeFacts> = {}): SpanFacts {
    return http2.describe(this.request(stream), this.response(stream), {
      role: 'server',
      serverAddress: '10.0.0.5',
      serverPort: 8080,
      outcome: 'answered',
      route: (path) => path.replace(/\d+/g, '{id}'),
      query: (raw) => raw,
      queryText: 'parameterised',
      ...facts,
    })
  }
}
