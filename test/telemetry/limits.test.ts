import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { OPTIONS } from '../../src/config/options.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { countersOf } from '../../src/telemetry/stats.ts'

const ROW =
  /^\| (.+) \| ([\d,]+) \| `([^`]+)` `(\w+)` \| (.+) \| (-|`(\S+) (\S+)`) \| `([^`]+)` \|$/

/** Rooms whose memory lasts longer than an event. */
const ROOMS = ['sockets', 'exchanges', 'correlation', 'agent', 'spans', 'export', 'ring', 'probes']
/** Limits of one message, text, look or pause: nothing adds up by them. */
const NO_MEMORY: Readonly<Record<string, readonly string[]>> = {
  'src/sockets/byte-stream.ts': ['MAX_PASSED'],
  'src/sockets/reordering.ts': ['MAX_WAIT'],
  'src/exchanges/recognition.ts': ['MAX_TRIALS', 'MAX_LATE_TRIALS', 'MAX_START'],
  'src/exchanges/datagram-socket.ts': ['MAX_TRIALS'],
  'src/exchanges/datagrams.ts': ['MAX_WAIT', 'MAX_IDLE'],
  'src/exchanges/owed-answers.ts': ['MAX_LATE'],
  'src/exchanges/open-streams.ts': ['MAX_SILENCE', 'MAX_DOUBT', 'MAX_SKEW'],
  'src/exchanges/in-order-reader.ts': ['MAX_HOLD', 'MAX_HELD', 'MAX_SILENCE'],
  'src/exchanges/early-answers.ts': ['MAX_HOLD', 'MAX_MOMENTS'],
  'src/exchanges/reader.ts': ['MAX_LOST'],
  'src/exchanges/pair-in-order.ts': ['MAX_BLIND'],
  'src/correlation/pending-calls.ts': ['MAX_AGE'],
  'src/correlation/segments.ts': ['MAX_AGE'],
  'src/correlation/placement.ts': ['MAX_DEPTH'],
  'src/spans/excluded-paths.ts': ['MAX_KNOWN'], // a test of it would see nothing
  'src/spans/route-tree.ts': ['MAX_NAMES', 'MAX_REST_ROUTES', 'MAX_DEPTH'],
  'src/spans/resolved-names.ts': ['MOST_SECONDS'],
  'src/spans/redact.ts': ['MAX_QUERY', 'MAX_PAIRS', 'MAX_ARGUMENTS', 'MAX_ARGUMENT'],
  'src/export/diag-bridge.ts': ['MOST_REMEMBERED'],
  'src/export/terminal-sink.ts': ['MOST_REMEMBERED'],
  'src/export/terminal-style.ts': ['MOST_SERVICES'],
  'src/export/terminal-trace.ts': ['MOST_ROWS'],
  'src/export/otlp-sink.ts': ['MOST_IN_BATCH', 'MOST_OVERTAKEN'],
}

interface Limit {
  readonly what: string
  readonly limit: number
  readonly path: string
  readonly constant: string
  /** '' nothing is lost by it. */
  readonly counter: string
  readonly word: string
  /** File of the test at the limit. */
  readonly test: string
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

function limits(): Limit[] {
  const lines = read('docs/limits.md').split('\n')
  const rows = lines.filter((line) => line.startsWith('|') && !/^\|(---| what )/.test(line))
  return rows.map((line) => {
    const [, what, limit, path, constant, , , counter = '', word = '', test] = ROW.exec(line) ?? []
    if (limit === undefined) throw new Error(`no row as the others: ${line}`)
    const count = Number(limit.replaceAll(',', ''))
    return {
      what: what!,
      limit: count,
      path: path!,
      constant: constant!,
      counter,
      word,
      test: test!,
    }
  })
}

/** What a constant stands for in the source: a product or shift of whole numbers, or the first of a list. */
function constantOf({ path, constant }: Limit): number {
  if (path === 'src/config/options.ts') return optionOf(constant)
  if (path.endsWith('.h')) return entriesOf(read(path), constant)
  const text = new RegExp(
    `^(?:export )?const ${constant} = \\[?([\\d_]+(?: (?:\\*|<<) [\\d_]+)*)`,
    'm',
  )
    .exec(read(path))?.[1]
    ?.replaceAll('_', '')
  const [first, ...rest] = (text ?? 'NaN').split(' ')
  let value = Number(first)
  for (let i = 0; i < rest.length; i += 2)
    value = rest[i] === '<<' ? value << Number(rest[i + 1]) : value * Number(rest[i + 1])
  return value
}

function optionOf(name: string): number {
  const { maxOpenExchanges, batch } = OPTIONS
  const option = name === 'maxQueueSize' ? batch.maxQueueSize : maxOpenExchanges
  return option.fallback
}

/** Of the map of this name. */
function entriesOf(text: string, map: string): number {
  const before = text.slice(0, text.search(new RegExp(`^} ${map} `, 'm')))
  return Number(/max_entries, (\d+)\)/.exec(before.slice(before.lastIndexOf('struct {')))?.[1])
}

/** Constants of these rooms that are called a limit, as `path name`. */
function limitsInCode(): string[] {
  return ROOMS.flatMap((room) => {
    const names = readdirSync(new URL(`../../src/${room}`, import.meta.url), { recursive: true })
    const paths = names.map((name) => `src/${room}/${name}`).filter((path) => /\.ts$/.test(path))
    return paths.flatMap((path) =>
      [...read(path).matchAll(/^(?:export )?const ((?:MAX|MOST)\w*) = /gm)]
        .map(([, name]) => name!)
        .filter((name) => !NO_MEMORY[path]?.includes(name))
        .map((name) => `${path} ${name}`),
    )
  })
}

describe('docs/limits.md', () => {
  test.each(limits().map((limit) => [limit.what, limit] as const))(
    'says how many: %s',
    (_, row) => {
      expect(constantOf(row), `${row.path} ${row.constant}`).toBe(row.limit)
    },
  )

  test('names counters and words that there are', () => {
    const counters = countersOf(new Counters())
    const known = counters.flatMap(({ name, ...counter }) => [name, ...Object.keys(counter)])
    for (const { counter, word, what } of limits().filter((row) => row.counter !== '')) {
      expect(known, what).toContain(counter)
      const words = counters.find(({ name }) => name === counter)!.entries()
      const halves = words.flatMap(([whole]) => [whole, ...whole.split('.')])
      expect(halves, what).toContain(word)
    }
  })

  test.each(limits().map((limit) => [limit.what, limit] as const))(
    'names a test at the limit: %s',
    (_, { what, limit, test: path }) => {
      const text = read(path)
      const says = text.replaceAll("\\'", "'").includes(what)
      expect(says || text.replaceAll(/(?<=\d)_(?=\d)/g, '').includes(String(limit))).toBe(true)
    },
  )

  test('has a row for each limit that the code keeps', () => {
    const rows = limits().map(({ path, constant }) => `${path} ${constant}`)
    expect(limitsInCode().filter((limit) => !rows.includes(limit))).toEqual([])
  })
})
