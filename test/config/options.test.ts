import { describe, expect, test } from 'vitest'
import { optionsDocument } from '../../src/config/document.ts'
import { type OptionTable, rowsOf } from '../../src/config/option.ts'
import { ROWS } from '../../src/config/options.ts'

describe('the table of options', () => {
  test('names each flag, variable and key once', () => {
    for (const name of ['flag', 'variable', 'key'] as const) {
      const names = ROWS.map((row) => row[name])
      expect(new Set(names).size).toBe(names.length)
    }
  })

  test('names the variable as the flag', () => {
    for (const row of ROWS) {
      expect(row.variable).toBe(`UNDERSPAN_${row.flag.toUpperCase().replaceAll('-', '_')}`)
    }
  })

  test('has no flag that begins as a switch turned off does', () => {
    expect(ROWS.filter((row) => row.flag.startsWith('no-'))).toEqual([])
  })

  test('has defaults that its own formats allow', () => {
    for (const row of ROWS) {
      expect(row.format.fromData(row.fallback), row.flag).toEqual(row.fallback)
    }
  })

  test('explains each option in one line without a full stop', () => {
    for (const row of ROWS) {
      expect(row.help, row.flag).toMatch(/^[a-zA-Z0-9][^\n]{10,88}[^.]$/)
    }
  })

  test('does not compile without a row for each field', () => {
    // @ts-expect-error the row is missing, and `npm run check` fails when that is no error
    const table: OptionTable<{ hooks: string }> = {}
    expect(rowsOf(table)).toEqual([])
  })

  test('is what docs/options.md shows', async () => {
    await expect(optionsDocument()).toMatchFileSnapshot('../../docs/options.md')
  })
})
