import { expect, test } from 'vitest'
import { Traffic } from '../../exchanges/traffic.ts'

const command = (...words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`

/** As a client has them: what each command and its answer make. */
function spans(...pairs: readonly (readonly [asked: string, answered: string])[]): string[] {
  const traffic = new Traffic()
  const end = traffic.socket({ role: 'client' })
  for (const [asked, answered] of pairs) {
    end.sends(asked)
    end.receives(answered)
  }
  return traffic.results
}

test('connecting makes no span where it goes well', () => {
  const pairs = [
    [command('HELLO', '3'), '%1\r\n$5\r\nproto\r\n:3\r\n'],
    [command('AUTH', 'secret'), '+OK\r\n'],
    [command('CLIENT', 'SETNAME', 'shop'), '+OK\r\n'],
    [command('CLIENT', 'SETINFO', 'LIB-NAME', 'x'), '+OK\r\n'],
    [command('GET', 'k'), '$1\r\nv\r\n'],
  ] as const
  expect(spans(...pairs)).toEqual(['GET | ok | GET k'])
})

test('connecting makes a span where it fails', () => {
  expect(spans([command('AUTH', 'secret'), '-WRONGPASS no\r\n'])).toEqual([
    'AUTH | WRONGPASS | AUTH ?',
  ])
})

test('what a server need not know makes none where it does not', () => {
  const unknown = '-ERR Unknown subcommand\r\n'
  expect(spans([command('CLIENT', 'SETINFO', 'LIB-NAME', 'x'), unknown])).toEqual([])
  expect(spans([command('CLIENT', 'MAINT_NOTIFICATIONS', 'ON'), unknown])).toEqual([])
})
