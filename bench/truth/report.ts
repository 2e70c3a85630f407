import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failuresOf, share } from './failures.ts'
import type { Tally, Verdict } from './judge.ts'
import type { Manner, Row } from './row.ts'
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
  const failures = failuresOf(outcome, row.expect)
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

export function tableOf(lines: readonly Line[]): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...lines.map(cellsOf)]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The page's text is written by hand; between its marks stands what was measured last. */
export function writePage(mark: string, text: string): void {
  const page = readFileSync(PAGE, 'utf8')
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`]
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`docs/truth.md has no place for '${mark}'`)
  writeFileSync(PAGE, `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`)
}
