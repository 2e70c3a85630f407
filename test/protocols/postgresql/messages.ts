import { Cursor } from '../../../src/protocols/cursor.ts'
import { postgresql } from '../../../src/protocols/postgresql/index.ts'
import type { PgRequest, PgResponse } from '../../../src/protocols/postgresql/message.ts'
import type { Outcome, SpanFacts, Step } from '../../../src/protocols/protocol.ts'

/** A message: its type, a length, its contents. */
export function message(type: string, ...contents: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(contents.map((part) => Buffer.from(part as string, 'utf8')))
  return Buffer.concat([Buffer.from(type), u32(body.length + 4), body])
}

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A packet without a type. */
export function packet(code: number, text = ''): Buffer {
  const body = Buffer.from(text, 'utf8')
  return Buffer.concat([u32(body.length + 8), u32(code), body])
}

export const STARTUP = packet(196_608, 'user\0bob\0database\0shop\0\0')
export const query = (sql: string) => message('Q', `${sql}\0`)
export const parse = (sql: string, name = '') => message('P', `${name}\0${sql}\0`, u16(0))
export const bind = (name = '', portal = '') =>
  message('B', `${portal}\0${name}\0`, u16(0), u16(0), u16(0))
export const describeStatement = (name = '') => message('D', `S${name}\0`)
export const execute = (portal = '', rows = 0) => message('E', `${portal}\0`, u32(rows))
export const closeStatement = (name: string) => message('C', `S${name}\0`)
export const SYNC = message('S')
export const FLUSH = message('H')

export const PARSED = message('1')
export const BOUND = message('2')
export const CLOSED = message('3')
export const NO_DATA = message('n')
export const SUSPENDED = message('s')
export const EMPTY = message('I')
export const READY = message('Z', 'I')
export const COLUMNS = message('T', u16(1), 'id\0', Buffer.alloc(18))
export const row = (value: string) => message('D', u16(1), u32(value.length), value)
export const complete = (tag: string) => message('C', `${tag}\0`)
export const failure = (code: string, severity = 'ERROR') =>
  message('E', `S${severity}\0V${severity}\0C${code}\0Mmessage with "data"\0\0`)
export const AUTHENTICATED = Buffer.concat([
  message('R', u32(0)),
  message('S', 'server_version\x0015.18\0'),
  message('K', u32(1), u32(2)),
  READY,
])

/** One connection, of which both directions are read as bytes come. */
export class Reading {
  readonly requests: PgRequest[] = []
  readonly responses: (PgResponse | undefined)[] = []
  /** What was said of it that is neither begin nor end. */
  readonly said: string[] = []
  readonly #conversation
  readonly #cursor = new Cursor()
  readonly #rest = { C: Buffer.alloc(0), S: Buffer.alloc(0) }
  readonly #position = { C: 0, S: 0 }
  #answered = 0

  constructor(late = false) {
    this.#conversation = postgresql.open(late)
  }

  client(...pieces: Buffer[]): this {
    return this.#read('C', Buffer.concat(pieces))
  }

  server(...pieces: Buffer[]): this {
    return this.#read('S', Buffer.concat(pieces))
  }

  /** `gap`: bytes behind them that nobody saw. */
  cut(from: 'C' | 'S', bytes: Buffer, gap: number): this {
    return this.#read(from, bytes, gap)
  }

  lost(from: 'C' | 'S'): this {
    this.#conversation.resync(from === 'C' ? 'request' : 'response')
    this.#rest[from] = Buffer.alloc(0)
    return this
  }

  skippable(from: 'C' | 'S'): number {
    return this.#conversation.skippable(from === 'C' ? 'request' : 'response')
  }

  /** `NAME | error or ok` of what makes spans. */
  get spans(): string[] {
    return this.requests.flatMap((request, i) => {
      const response = this.responses[i]
      const outcome = response ? 'answered' : undefined
      if (postgresql.isSilent!(request, response, outcome)) return []
      const { name, error } = describe(request, response, outcome)
      return [`${name} | ${error ?? (response ? 'ok' : 'open')}`]
    })
  }

  #read(from: 'C' | 'S', bytes: Buffer, gap = 0): this {
    const memory = Buffer.concat([this.#rest[from], bytes])
    let at = 0
    let hidden = gap
    for (let steps = 0; ; steps++) {
      if (steps > 100_000) throw new Error('it never ends')
      const cursor = this.#cursor
      cursor.aim(memory, at, memory.length, this.#position[from], hidden, gap > 0)
      const step = this.#step(from)
      this.#position[from] += cursor.at - at
      const moved = cursor.at > at
      at = Math.min(cursor.at, memory.length)
      hidden -= cursor.at - at
      if (!this.#take(step)) break
      if (step === 'need-more' && !moved) break
    }
    this.#rest[from] = memory.subarray(at)
    return this
  }

  #step(from: 'C' | 'S'): Step<PgRequest | PgResponse> {
    return from === 'C'
      ? this.#conversation.readRequest(this.#cursor)
      : this.#conversation.readResponse(this.#cursor, this.requests[this.#answered])
  }

  #take(step: Step<PgRequest | PgResponse>): boolean {
    if (typeof step === 'string') {
      if (step === 'lost-sync') this.said.push(step)
      return step === 'need-more'
    }
    if (step.kind === 'begin') {
      if ('kind' in step.message) this.requests.push(step.message)
      else {
        this.responses.push(step.message)
        if (step.message.request) this.#answered++
      }
    } else if (step.kind !== 'end' && !this.said.includes(step.kind)) this.said.push(step.kind)
    return step.kind !== 'leave'
  }
}

export function describe(
  request: PgRequest,
  response?: PgResponse,
  outcome?: Outcome,
  queryText: 'parameterised' | 'raw' | 'off' = 'parameterised',
): SpanFacts {
  return postgresql.describe(request, response, {
    role: 'client',
    serverAddress: '127.0.0.1',
    serverPort: 5432,
    outcome,
    route: (path) => path,
    query: (raw) => raw,
    queryText,
  })
}
