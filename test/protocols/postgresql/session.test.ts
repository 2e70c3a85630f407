import { describe, expect, test } from 'vitest'
import {
  AUTHENTICATED,
  complete,
  failure,
  packet,
  query,
  READY,
  Reading,
  STARTUP,
} from './messages.ts'

/** What each request after the login has for its namespace. */
function namespaces(startup: Buffer, ...statements: (readonly [sql: string, answer: string])[]) {
  const reading = new Reading().client(startup).server(AUTHENTICATED)
  for (const [sql, answer] of statements) {
    const told = /^\d/.test(answer) ? failure(answer) : complete(answer)
    reading.client(query(sql)).server(told, READY)
  }
  return reading.requests.slice(1).map(({ namespace }) => namespace)
}

const SELECT = ['SELECT 1', 'SELECT 1'] as const

describe('the schema of a connection', () => {
  test.each([
    'SET search_path TO app, public',
    'set session search_path = app;',
    `SET search_path TO "app"`,
    `SET search_path = 'app'`,
  ])('follows %s', (sql) => {
    expect(namespaces(STARTUP, SELECT, [sql, 'SET'], SELECT)).toEqual(['shop', 'shop', 'shop|app'])
  })

  test('is that which the client begins with', () => {
    const startup = packet(196_608, 'user\0bob\0database\0shop\0search_path\0app,public\0\0')
    expect(namespaces(startup, SELECT)).toEqual(['shop|app'])
  })

  test.each([
    ['SET search_path TO app', '42501'],
    ['SET LOCAL search_path TO app', 'SET'],
    ['SET search_path TO DEFAULT', 'SET'],
    [`SET search_path TO "$user", public`, 'SET'],
    ["SELECT set_config('search_path', 'app', false)", 'SELECT 1'],
  ])('is not guessed: %s, %s', (sql, answer) => {
    expect(namespaces(STARTUP, [sql, answer], SELECT)[1]).toBe('shop')
  })

  test.each(['RESET', 'DISCARD ALL', 'ROLLBACK'])('goes with %s', (command) => {
    const statements = [
      ['BEGIN', 'BEGIN'],
      ['SET search_path TO app', 'SET'],
      SELECT,
      [command, command],
      SELECT,
    ] as const
    const seen = namespaces(STARTUP, ...statements)
    expect([seen[2], seen[4]]).toEqual(['shop|app', 'shop'])
  })

  test('stays when another transaction is rolled back', () => {
    const statements = [
      ['SET search_path TO app', 'SET'],
      ['BEGIN', 'BEGIN'],
      ['ROLLBACK', 'ROLLBACK'],
      SELECT,
    ] as const
    expect(namespaces(STARTUP, ...statements).at(-1)).toBe('shop|app')
  })
})
