import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { JsonLines } from '../../src/export/json-lines.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { LOG_CODES } from '../../src/telemetry/log-codes.ts'
import { countersOf } from '../../src/telemetry/stats.ts'
import { FakeTime } from '../export/fake-time.ts'
import { span } from '../export/spans.ts'
import { TextReader } from '../export/text-reader.ts'

function read(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
}

/** First and second cell of each row of the tables in a text. */
function rows(text: string): [string, string][] {
  return [...text.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, word, meaning]) => [
    word ?? '',
    meaning ?? '',
  ])
}

describe('docs/counters.md', () => {
  const chapters = read('counters.md')
    .split(/^## /m)
    .filter((chapter) => chapter.startsWith('underspan.'))
  const counters = countersOf(new Counters())

  test('has a chapter for each counter, in their order', () => {
    const titles = chapters.map((chapter) => chapter.slice(0, chapter.indexOf('\n')))
    expect(titles).toEqual(counters.map((counter) => counter.name))
  })

  for (const [i, counter] of counters.entries())
    test(`explains each word of ${counter.name}, and no other`, () => {
      const explained = rows(chapters[i] ?? '')
      expect(explained.map(([word]) => word)).toEqual(wordsOf(counter.entries()))
      for (const [, meaning] of explained) expect(meaning.length).toBeGreaterThan(5)
    })
})

/** A word made of two, with a dot between, is explained by its halves. */
function wordsOf(entries: readonly (readonly [string, number])[]): string[] {
  const words = entries.map(([word]) => word)
  const pairs = words.filter((word) => word.includes('.'))
  const first = pairs.map((word) => word.slice(0, word.indexOf('.')))
  const second = pairs.map((word) => word.slice(word.indexOf('.') + 1))
  const whole = words.filter((word) => !word.includes('.'))
  return [...new Set([...whole, ...first, ...second])]
}

test('docs/log.md lists the codes of the log with their meaning', () => {
  expect(rows(read('log.md'))).toEqual(Object.entries(LOG_CODES))
})

test('docs/json-lines.md lists the fields in the order in which they are written', () => {
  const fields = rows(read('json-lines.md')).map(([field]) => field)
  const reader = new TextReader()
  const time = new FakeTime()
  const log = new Log({ level: 'error', clock: time, write: () => {} })
  const parts = { target: reader, counters: new Counters(), log, timers: time }
  new JsonLines({ ...parts, onReaderGone: () => {} }).accept(span())
  expect(fields).toEqual(Object.keys(JSON.parse(reader.text)))
})
