import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AgentOptions, startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { noteLies } from '../support/system/lies.ts'
import { load } from '../support/system/load.ts'
import { startMariaDb } from '../support/system/mariadb.ts'
import { startPostgresql } from '../support/system/postgresql.ts'
import { freePorts } from '../support/system/program.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { pathOf, REASON } from '../support/system/truth.ts'

const REQUESTS = 400
const AT_A_TIME = 32
const STATEMENTS = 4
/** Parents are decided 0.3 s after the answer, and what cannot be decided ten seconds later. */
const DECIDED_MS = 15_000

const stage = new Stage()
afterAll(() => stage.stop())

interface Store {
  readonly name: string
  readonly system: string
  readonly app: string
  start(port: number): Promise<unknown>
  /** Of a row that is there already. */
  readonly error: string
  /** The statement that gives many rows, as it is shown, and its summary. */
  readonly many: readonly [text: string, summary: string]
  /** On every span. */
  readonly always: Readonly<Record<string, string>>
}

const STORES: readonly Store[] = [
  {
    name: 'PostgreSQL',
    system: 'postgresql',
    app: 'python_postgresql.py',
    start: (port) => startPostgresql(stage, port),
    error: '23505',
    many: ['SELECT ?, n FROM generate_series(?, ?) n', 'SELECT generate_series'],
    always: {},
  },
  {
    name: 'MariaDB',
    system: 'mariadb',
    app: 'python_mysql.py',
    start: (port) => startMariaDb(stage, port),
    error: '1062',
    many: ['SELECT ?, n FROM numbers', 'SELECT numbers'],
    always: { 'db.namespace': 'shop' },
  },
]

interface Seen {
  /** By an agent that shows statements as they are sent and sees both ends. */
  readonly raw: readonly SeenSpan[]
  /** By one that shows them without literals and sees the server that makes them. */
  readonly parameterised: readonly SeenSpan[]
}

/** 400 tagged requests, 32 at a time, each with its statements through a pool of eight connections. */
async function run(store: Store): Promise<Seen> {
  const [port, storePort] = (await freePorts(2)) as [number, number]
  await store.start(storePort)
  await stage.server(python(store.app, port, storePort), port)
  const of = (query: string, options: AgentOptions) =>
    startAgent(stage, { ...options, flags: ['--query-text', query, ...(options.flags ?? [])] })
  const raw = await of('raw', { ports: [port, storePort] })
  const front = await of('parameterised', { flags: ['--command', `*${store.app} ${port} *`] })
  const asked = await load(`http://127.0.0.1:${port}`, REQUESTS, AT_A_TIME)
  expect(asked.failed).toBe(0)
  for (const [agent, ends] of [
    [raw, 2],
    [front, 1],
  ] as const) {
    const wanted = REQUESTS * STATEMENTS * ends
    await agent.sees((spans) => stored(store, spans).length >= wanted, DECIDED_MS)
    const counts = await agent.stop()
    expect(counts['underspan.lost'] ?? {}).toEqual({})
  }
  await stage.stop()
  return { raw: raw.spans, parameterised: front.spans }
}

function stored(store: Store, spans: readonly SeenSpan[]): SeenSpan[] {
  return spans.filter(({ attributes }) => attributes['db.system.name'] === store.system)
}

/** The tag is the only literal of its kind in a statement as sent. */
function tagOf({ attributes }: SeenSpan): string {
  const text = attributes['db.query.text']
  return typeof text === 'string' ? (/'(q\d+)'/.exec(text)?.[1] ?? '') : ''
}

function isCause(parent: SeenSpan, span: SeenSpan): boolean {
  if (parent.traceId !== span.traceId) return false
  if (span.kind === 'CLIENT') return pathOf(parent) === `/front/${tagOf(span)}`
  return (
    parent.kind === 'CLIENT' &&
    parent.attributes['db.query.text'] === span.attributes['db.query.text']
  )
}

describe.each(STORES)('$name', (store) => {
  let seen: Seen

  beforeAll(async () => {
    seen = await run(store)
  })

  test('threaded Python with a pool: every statement is found under the request that made it', () => {
    const spans = seen.raw
    const byId = new Map(spans.map((span) => [span.spanId, span]))
    const right = { CLIENT: 0, SERVER: 0, other: 0 }
    const wrong: string[] = []
    const reasons: Record<string, number> = {}
    for (const span of stored(store, spans)) {
      const parent = byId.get(span.parentSpanId)
      if (span.parentSpanId === '') {
        const reason = `${span.kind} ${span.attributes[REASON]}`
        reasons[reason] = (reasons[reason] ?? 0) + 1
      } else if (parent && isCause(parent, span)) right[span.kind]++
      else wrong.push(`${span.kind} ${span.name} of ${tagOf(span)} under ${parent?.name}`)
    }
    expect(noteLies(wrong)).toEqual([])
    expect(right.CLIENT, JSON.stringify(reasons)).toBeGreaterThanOrEqual(
      0.999 * STATEMENTS * REQUESTS,
    )
    expect(right.SERVER).toBe(STATEMENTS * REQUESTS)
  })

  test('each statement says what it did and no more: errors, rows, no literal', () => {
    const spans = stored(store, seen.parameterised)
    expect(spans.every(({ kind }) => kind === 'CLIENT')).toBe(true)
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toMatch(/\bq\d+\b/)
    const INSERT = 'INSERT INTO orders VALUES (?, ?)'
    const SELECT = 'SELECT tag FROM orders WHERE tag = ? AND number IN (?)'
    const of = (text: string, isFailed: boolean) =>
      spans.filter(
        ({ attributes }) =>
          attributes['db.query.text'] === text && 'error.type' in attributes === isFailed,
      )
    for (const [found, name, attributes] of [
      [of(INSERT, false), 'INSERT orders', {}],
      [of(SELECT, false), 'SELECT orders', { 'db.response.returned_rows': 1 }],
      [
        of(INSERT, true),
        'INSERT orders',
        { 'error.type': store.error, 'db.response.status_code': store.error },
      ],
      // Of so many rows the end is not copied.
      [of(store.many[0], false), store.many[1], {}],
    ] as const) {
      expect(found).toHaveLength(REQUESTS)
      for (const span of found) {
        expect(span.name).toBe(name)
        expect(span.attributes).toMatchObject({
          ...attributes,
          ...store.always,
          'db.query.summary': name,
          'server.address': '127.0.0.1',
        })
      }
    }
  })
})
