import { Counter } from './counter.ts'
import type { Counters } from './counters.ts'

/** All counters of the agent, in the order in which they are declared. */
export function countersOf(counters: Counters): Counter<string>[] {
  return Object.values(counters).filter((value) => value instanceof Counter)
}

/** What stands somewhere now, below what was counted. */
export interface Level {
  readonly name: string
  readonly rows: readonly (readonly [word: string, value: string])[]
}

export interface StatsOptions {
  readonly zeros?: boolean
  readonly levels?: readonly Level[]
  /** Which words of which counters; without: all. */
  readonly only?: (counter: string, word: string) => boolean
}

/**
 * A table a person can read: each counter, then what it is made of. Zeros are left out unless
 * asked for, so that what went wrong stands out. No totals: one span is counted once as built and
 * once by what became of it.
 */
export function renderStats(counters: Counters, options: StatsOptions = {}): string {
  const rows = [
    ...countersOf(counters).flatMap((counter) => rowsOf(counter, options)),
    ...(options.levels ?? []).flatMap(levelRows),
  ]
  if (rows.length === 0) return 'nothing was counted\n'
  const nameWidth = Math.max(...rows.map((row) => (row.count === '' ? 0 : row.name.length)))
  const countWidth = Math.max(...rows.map((row) => row.count.length))
  return rows.map((row) => renderRow(row, nameWidth, countWidth)).join('')
}

interface Row {
  readonly name: string
  /** '' on the line that names the counter. */
  readonly count: string
}

function rowsOf(counter: Counter<string>, { zeros = false, only }: StatsOptions): Row[] {
  const parts = counter
    .entries()
    .filter(([word, count]) => (zeros || count > 0) && (!only || only(counter.name, word)))
  if (parts.length === 0) return []
  const rows = parts.map(([reason, count]) => ({
    name: `  ${reason}`,
    count: withThousands(count),
  }))
  return [{ name: counter.name, count: '' }, ...rows]
}

function renderRow(row: Row, nameWidth: number, countWidth: number): string {
  if (row.count === '') return `${row.name}\n`
  return `${row.name.padEnd(nameWidth)}  ${row.count.padStart(countWidth)}\n`
}

function levelRows({ name, rows }: Level): Row[] {
  return [
    { name, count: '' },
    ...rows.map(([word, value]) => ({ name: `  ${word}`, count: value })),
  ]
}

export function withThousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
