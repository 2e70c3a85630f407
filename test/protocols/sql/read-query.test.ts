import { describe, expect, test } from 'vitest'
import { type Dialect, readQuery } from '../../../src/protocols/sql/read-query.ts'
import { Random } from '../../support/random.ts'
import { MYSQL } from './mysql-statements.ts'
import { POSTGRESQL } from './postgresql-statements.ts'
import type { Statement } from './statement.ts'

const ALL: readonly (readonly [Dialect, readonly Statement[]])[] = [
  ['postgresql', POSTGRESQL],
  ['mysql', MYSQL],
]

describe.each(ALL)('a statement of %s', (dialect, statements) => {
  test.each(statements)('%s', (sql, text, summary) => {
    const facts = readQuery(sql, dialect)
    expect(facts.text).toBe(text)
    expect(facts.summary).toBe(summary)
  })

  test('has the same text when its text is read again', () => {
    for (const [, text, summary] of statements) {
      expect(readQuery(text, dialect).text).toBe(text)
      expect(readQuery(text, dialect).summary).toBe(summary)
    }
  })

  test('shows no literal wherever it is cut', () => {
    const secret = `secret-${dialect}`
    for (const sql of SECRETS[dialect]) {
      const whole = sql.replaceAll('§', secret)
      for (let end = 0; end <= whole.length; end++) {
        const { text, summary } = readQuery(whole.slice(0, end), dialect, true)
        expect(`${text} ${summary}`).not.toMatch(/secre|ecret/)
      }
    }
  })
})

const SECRETS: Record<Dialect, string[]> = {
  postgresql: [
    "CREATE USER bob WITH LOGIN PASSWORD '§'",
    'ALTER ROLE bob PASSWORD "§"',
    "SELECT E'it\\'s §', U&'§' UESCAPE '!', $$§$$, $a$§ $$ §$a$, B'1' FROM t WHERE x = '§''§'",
    'SELECT 1 -- §\n, 2 /* § /* § */ § */ FROM t',
    "ALTER SYSTEM SET x TO '§'; CREATE SUBSCRIPTION s CONNECTION 'password=§' PUBLICATION p",
    "COPY t FROM PROGRAM 'curl -u §'",
  ],
  mysql: [
    "CREATE USER 'bob'@'%' IDENTIFIED BY '§'",
    "ALTER USER bob IDENTIFIED WITH mysql_native_password AS '§'",
    'SET PASSWORD FOR bob = "§"',
    'SELECT "it\\"s §", \'it\\\'s §\', N\'§\', _utf8mb4\'§\' FROM t WHERE x = "§""§"',
    'SELECT 1 # §\n, 2 -- §\n, 3 /* § */ FROM t',
    "CHANGE MASTER TO MASTER_PASSWORD='§'",
    'GRANT ALL ON *.* TO bob IDENTIFIED BY PASSWORD `§`',
  ],
}

describe('a query', () => {
  test('names its operation and its collection only when there is one', () => {
    expect(readQuery('select * from orders', 'postgresql')).toMatchObject({
      operation: 'select',
      collection: 'orders',
    })
    const both = readQuery('SELECT * FROM a JOIN b USING (id)', 'postgresql')
    expect([both.operation, both.collection]).toEqual(['SELECT', undefined])
    const several = readQuery('INSERT INTO a SELECT * FROM b', 'postgresql')
    expect([several.operation, several.collection]).toEqual([undefined, undefined])
    const procedure = readQuery('CALL refresh_totals(1)', 'mysql')
    expect([procedure.operation, procedure.collection]).toEqual(['CALL', undefined])
  })

  test('that was cut gives no name that may have been longer', () => {
    expect(readQuery('SELECT * FROM ord', 'postgresql', true).summary).toBe('SELECT')
    expect(readQuery('SELECT * FROM ord', 'postgresql').summary).toBe('SELECT ord')
    expect(readQuery('SELECT * FROM ord ', 'postgresql', true).summary).toBe('SELECT ord')
  })

  test('has a summary of at most 255 characters, of whole names', () => {
    const names = Array.from({ length: 100 }, (_, i) => `table_number_${i}`)
    const { summary } = readQuery(`SELECT * FROM ${names.join(', ')}`, 'postgresql')
    expect(summary.length).toBeLessThanOrEqual(255)
    for (const word of summary.split(' ').slice(1)) expect(names).toContain(word)
    const statements = names.map((name) => `DELETE FROM ${name}`).join(';')
    const batch = readQuery(statements, 'mysql').summary
    expect(batch.length).toBeLessThanOrEqual(255)
    expect(batch).toMatch(/^(DELETE table_number_\d+(; |$))+$/)
  })

  test('has a bounded text, however long its lists are', () => {
    const list = Array.from({ length: 10_000 }, (_, i) => i).join(', ')
    const sql = `SELECT * FROM t WHERE id IN (${list}) AND name = 'x'`
    expect(readQuery(sql, 'mysql').text).toBe('SELECT * FROM t WHERE id IN (?) AND name = ?')
    const rows = Array.from({ length: 10_000 }, (_, i) => `(${i})`).join(', ')
    const { text } = readQuery(`INSERT INTO t VALUES ${rows}`, 'postgresql')
    expect(text.length).toBeLessThanOrEqual(4096)
    expect(text.length).toBeGreaterThan(4000)
  })

  test.each(['(', "'", '"', '$a$', '/*', '*/', '--', '$', 'a.', 'FROM (', 'WITH a AS (', ';', '`'])(
    'of a hundred thousand %s is read in no time',
    (piece) => {
      for (const dialect of ['postgresql', 'mysql'] as const) {
        const started = performance.now()
        readQuery(`SELECT ${piece.repeat(100_000)}`, dialect)
        expect(performance.now() - started).toBeLessThan(500)
      }
    },
  )

  test('of random pieces is read without a throw', () => {
    const pieces = ALL.flatMap(([, rows]) => rows.flatMap(([sql]) => sql.split(/(\W)/)))
    const random = new Random(7)
    for (let run = 0; run < 3000; run++) {
      let sql = ''
      for (let i = random.below(30); i >= 0; i--) sql += pieces[random.below(pieces.length)]
      for (const dialect of ['postgresql', 'mysql'] as const) {
        const { text, summary } = readQuery(sql, dialect, run % 2 === 0)
        expect(text.length).toBeLessThanOrEqual(sql.length + 10)
        expect(summary.length).toBeLessThanOrEqual(255)
      }
    }
  })
})
