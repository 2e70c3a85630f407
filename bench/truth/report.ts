import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failuresOf, share } from './failures.ts'
import type { Tally, Verdict } from './judge.ts'
import { expectationOf, type Manner, type Row } from './row.ts'
import { ROWS } from './rows.ts'
import type { Outcome } from './run-row.ts'

const PAGE = join(import.meta.dirname, '../../docs/truth.md')

export interface Line {
  readonly row: Row
  readonly manner: Manner
  /** Without: why it did not run. */
  readonly outcome: Outcome | string
}

const HEAD = [
  'system',
  'in flight',
  'servers',
  'clients',
  'in process',
  'across',
  "nobody's",
  'model',
  'contradict',
  'as expected',
]

/** One system, one line: right / wrong / none by reason. */
export function cellsOf({ row, manner, outcome }: Line): string[] {
  const name = [row.name, String(manner.inFlight)]
  if (typeof outcome === 'string') return [...name, ...Array(7).fill(''), `not run: ${outcome}`]
  const { verdict, contradictions } = outcome
  const failures = failuresOf(outcome, expectationOf(row, manner))
  return [
    ...name,
    `${verdict.servers.found}/${verdict.servers.happened}`,
    `${verdict.clients.found}/${verdict.clients.happened}`,
    tallyText(verdict.inProcess),
    tallyText(verdict.across),
    nobodysText(verdict),
    Object.keys(verdict.models).sort().join(', ') || 'none',
    `${(100 * contradictions).toFixed(1)} %`,
    failures.length === 0 ? 'yes' : `NO: ${failures.join('; ')}`,
  ]
}

function tallyText(tally: Tally): string {
  const { right, wrong, none, total } = tally
  const numbers = `${share(right, total)} / ${wrong} / ${share(tally.unparented, total)}`
  return tally.unparented === 0 ? numbers : `${numbers} (${reasonsText(none)})`
}

function nobodysText({ nobodys }: Verdict): string {
  if (nobodys.total === 0) return ''
  return `${nobodys.wrong} wrong of ${nobodys.total} (${reasonsText(nobodys.none)})`
}

function reasonsText(none: Readonly<Record<string, number>>): string {
  return Object.entries(none)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ')
}

function lineText(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/**
 * The page's text is written by hand; between its marks stands what was measured last. Rows that
 * were not run now stay as they were.
 */
export function writePage(mark: string, facts: string, lines: readonly Line[]): void {
  const page = readFileSync(PAGE, 'utf8')
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`]
  const from = page.indexOf(begin) + begin.length
  const to = page.indexOf(end)
  if (from < begin.length || to < from) throw new Error(`docs/truth.md has no place for '${mark}'`)
  const table = mergedTable(page.slice(from, to), lines)
  writeFileSync(PAGE, `${page.slice(0, from)}\n${facts}\n\n${table}\n${page.slice(to)}`)
}

function mergedTable(before: string, lines: readonly Line[]): string {
  const texts = new Map<string, string>()
  for (const text of before
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2))
    texts.set(keyOf(text), text)
  for (const line of lines) {
    const text = lineText(cellsOf(line))
    texts.set(keyOf(text), text)
  }
  const names = ROWS.map(({ name }) => name)
  const keys = names.flatMap((name) =>
    [...texts.keys()]
      .filter((key) => key.startsWith(`${name} | `))
      .sort((a, b) => inFlightOf(a) - inFlightOf(b)),
  )
  const head = [lineText(HEAD), lineText(HEAD.map(() => '---'))]
  return [...head, ...keys.map((key) => texts.get(key))].join('\n')
}

/** Name and number in flight. */
function keyOf(text: string): string {
  return text.split(' | ').slice(0, 2).join(' | ').slice(2)
}

function inFlightOf(key: string): number {
  return Number(key.split(' | ')[1])
}
