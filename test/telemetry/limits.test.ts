import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { OPTIONS } from '../../src/config/options.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { countersOf } from '../../src/telemetry/stats.ts'

const ROW = /^\| (.+) \| ([\d,]+) \| `([^`]+)` `(\w+)` \| (.+) \| (-|`(\S+) (\S+)`) \|$/

interface Limit {
  readonly what: string
  readonly limit: number
  readonly path: string
  readonly constant: string
  /** '' nothing is lost by it. */
  readonly counter: string
  readonly word: string
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

function limits(): Limit[] {
  const lines = read('docs/limits.md').split('\n')
  const rows = lines.filter((line) => line.startsWith('|') && !/^\|(---| what )/.test(line))
  return rows.map((line) => {
    const [, what, limit, path, constant, , , counter = '', word = ''] = ROW.exec(line) ?? []
    if (limit === undefined) throw new Error(`no row as the others: ${line}`)
    const count = Number(limit.replaceAll(',', ''))
    return { what: what!, limit: count, path: path!, constant: constant!, counter, word }
  })
}

/** What a constant stands for in the source: a product or shift of whole numbers, or the first of a list. */
function constantOf({ path, constant }: Limit): number {
  if (path === 'src/config/options.ts') return optionOf(constant)
  if (path.endsWith('.h')) return Math.max(...entriesOf(read(path)))
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

function entriesOf(text: string): number[] {
  return [...text.matchAll(/max_entries, (\d+)\)/g)].map(([, entries]) => Number(entries))
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
})
