import { readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { failuresOf } from './failures.ts'
import type { Loss } from './planted-losses.ts'
import { cellsOf, type Line, writePage } from './report.ts'
import { expectationOf, type Manner, type Row } from './row.ts'
import { ROWS } from './rows.ts'
import { type Outcome, runRow } from './run-row.ts'

const HELP = `npm run bench:truth -- [options]
  --row NAME        rows whose names begin so (repeat for several); default: all
  --requests N      of each row (default 2000)
  --in-flight C,C   at a time (default 32,128)
  --late            the agent comes when connections are open and busy
  --hooks FAMILY    auto, socket or syscall (default auto)
  --tracefs         with tracefs mounted, for the agent alone
  --collector       spans by OTLP through a real collector, not from standard output
  --losses N,N      what was recorded is played again without such shares of its events
  --verbose         with the agent's own counts
  --write           docs/truth.md gets these lines
  --list            the rows
`

/** Returns the exit code: 0 if every row is as expected. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      row: { type: 'string', multiple: true, default: [] },
      requests: { type: 'string', default: '2000' },
      'in-flight': { type: 'string', default: '32,128' },
      late: { type: 'boolean', default: false },
      hooks: { type: 'string', default: 'auto' },
      tracefs: { type: 'boolean', default: false },
      collector: { type: 'boolean', default: false },
      losses: { type: 'string', default: '' },
      verbose: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return say(HELP)
  const rows = ROWS.filter(({ name }) => isWanted(name, values.row))
  if (values.list) return say(`${rows.map(({ name }) => name).join('\n')}\n`)
  const lines: Line[] = []
  for (const inFlight of values['in-flight'].split(',').map(Number)) {
    const { late, tracefs, collector, verbose } = values
    const hooks = values.hooks as Manner['hooks']
    const losses = values.losses.split(',').filter(Boolean).map(Number)
    const manner = {
      requests: Number(values.requests),
      inFlight,
      late,
      hooks,
      tracefs,
      collector,
      losses,
      verbose,
    }
    for (const row of rows) lines.push(await lineOf(row, manner))
  }
  if (values.write) writePage(values.late ? 'late' : 'table', facts(values), lines)
  return lines.every(isAsExpected) ? 0 : 1
}

function isWanted(name: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((start) => name.startsWith(start))
}

async function lineOf(row: Row, manner: Manner): Promise<Line> {
  const missing = row.missing?.() ?? ''
  const outcome = missing === '' ? await withoutLoss(row, manner).catch(wordsOf) : missing
  const line = { row, manner, outcome }
  say(`${cellsOf(line).join(' | ')}\n`)
  if (typeof outcome !== 'string') {
    for (const lie of outcome.verdict.lies.slice(0, 5)) say(`    ${lie}\n`)
    const isWell = failuresOf(outcome, expectationOf(row, manner)).length === 0
    for (const loss of outcome.losses) say(`    ${lossText(loss)}\n`)
    if (!isWell) say(`    ${outcome.said.split('\n').slice(0, 4).join('\n    ')}\n`)
    if (manner.verbose) say(`${JSON.stringify(outcome.verdict.unparented)}\n`)
    if (manner.verbose) say(`${outcome.said}\n`)
  }
  return line
}

function lossText({ share, together, lost, verdict }: Loss): string {
  const { inProcess, across, lies } = verdict
  const kept = `${inProcess.right}/${inProcess.total} and ${across.right}/${across.total} right`
  const what = `${share * 100} % in ${together}s (${lost}): ${kept}`
  return `${what}, ${verdict.wrong} wrong${lies.map((lie) => `\n      ${lie}`).join('')}`
}

/** One row that could not be run does not end the bench. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll('\n', ' ').slice(0, 200) : String(error)
}

/** Other work of the host can overflow the rings, or hold up the output; a row in which that happened is run again, twice at most. */
async function withoutLoss(row: Row, manner: Manner): Promise<Outcome> {
  for (let again = 0; ; again++) {
    const outcome = await runRow(row, manner)
    if (again === 2 || !isDisturbed(outcome)) return outcome
    const { 'underspan.lost': lost, 'underspan.output': output } = outcome.counts
    say(`    ${row.name}: once more, lost were ${JSON.stringify({ ...lost, ...output })}\n`)
  }
}

/** Not so if a wrong parent was seen that is there. */
function isDisturbed({ counts, verdict }: Outcome): boolean {
  if (verdict.wrong > verdict.absent) return false
  return 'underspan.lost' in counts || (counts['underspan.output']?.['slow-reader'] ?? 0) > 0
}

function isAsExpected({ row, manner, outcome }: Line): boolean {
  return typeof outcome !== 'string' && failuresOf(outcome, expectationOf(row, manner)).length === 0
}

function facts(values: { readonly requests: string; readonly hooks: string }): string {
  const model = cpus()[0]?.model ?? 'unknown'
  const day = new Date().toISOString().slice(0, 10)
  const memory = /MemTotal: +(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? '0'
  return [
    `Measured ${day}: Linux ${release()}, Node ${process.version}, ${cpus().length} cores (${model}),`,
    `${Math.round(Number(memory) / 2 ** 20)} GB; ${values.requests} requests a row, hooks: ${values.hooks}.`,
  ].join('\n')
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}
