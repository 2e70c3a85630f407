import { expect, test } from 'vitest'
import { Traffic } from '../../exchanges/traffic.ts'
import { command } from './reading.ts'

const COMMANDS = 200

/**
 * A pipeline of which the kernel copies no more than `captured` bytes, another before it is answered, and
 * a command after it: each has an answer that names it as its error.
 */
function play(role: 'client' | 'server', captured?: number): string[] {
  const traffic = new Traffic()
  const end = traffic.socket({ role })
  const ask = (text: string, settings = {}) =>
    role === 'client' ? end.sends(text, settings) : end.receives(text, settings)
  const answer = (text: string) => (role === 'client' ? end.receives(text) : end.sends(text))
  const names = Array.from({ length: COMMANDS }, (_, i) => `N${i}`)
  ask(
    names.map((name) => command('INCR', name)).join(''),
    captured === undefined ? {} : { captured },
  )
  ask(command('GET', 'MINE') + command('GET', 'YOURS'))
  answer(names.map((name) => `-${name} x\r\n`).join(''))
  answer('-MINE x\r\n-YOURS x\r\n')
  ask(command('GET', 'LATER'))
  answer('-LATER x\r\n')
  return traffic.results
}

test.each(['client', 'server'] as const)(
  'a pipeline cut anywhere gives no command of a %s the answer to another',
  (role) => {
    for (let captured = 3000; captured < 3030; captured++) {
      const answered = play(role, captured).filter((result) => !result.includes('answer-lost'))
      expect(answered.length, `${captured} bytes`).toBeGreaterThan(100)
      for (const result of answered) {
        const [, error, text] = result.replace(' damaged', '').split(' | ')
        expect(text!.endsWith(` ${error}`) || text!.endsWith('...'), result).toBe(true)
      }
    }
  },
)

test('a whole pipeline is answered in order', () => {
  const results = play('client')
  expect(results).toHaveLength(COMMANDS + 3)
  for (const result of results) {
    const [, error, text] = result.split(' | ')
    expect(text!.endsWith(` ${error}`), result).toBe(true)
  }
})
