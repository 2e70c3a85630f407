import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadSession, play } from './session.ts'
import { Traffic } from './traffic.ts'

const NAMES = readdirSync(new URL('../fixtures/http1', import.meta.url)).map((name) =>
  name.slice(0, -4),
)
const WHOLE = 1 << 20

describe.each(NAMES)('the session %s', (name) => {
  const session = loadSession(name)

  test.each(['server', 'client'] as const)(
    'is read at the %s, however its bytes are cut',
    (role) => {
      for (const step of [WHOLE, 1, 2, 3, 7]) {
        const traffic = new Traffic()
        play(traffic, session, role, step)
        expect(traffic.results, `${step} bytes at a time`).toEqual(session.expected)
        expect(traffic.exchanges.open).toBe(0)
      }
    },
  )

  test('gives nothing untrue when it breaks off at any byte', () => {
    const length = session.connections.flat().reduce((sum, { bytes }) => sum + bytes.length, 0)
    for (let cut = 0; cut < length; cut++) {
      const traffic = new Traffic()
      play(traffic, session, cut % 2 === 0 ? 'server' : 'client', WHOLE, cut)
      expect(traffic.exchanges.open).toBe(0)
      const { results } = traffic
      const whole = results.filter((result) => / \d\d\d$/.test(result))
      expect(whole, `cut at ${cut}`).toEqual(session.expected.slice(0, whole.length))
      expect(results.length - whole.length, `cut at ${cut}: ${results}`).toBeLessThanOrEqual(4)
    }
  })
})
