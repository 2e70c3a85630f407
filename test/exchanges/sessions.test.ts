import { describe, expect, test } from 'vitest'
import { loadSession, play, SESSION_FOLDERS, sessionsOf } from './session.ts'
import { Traffic } from './traffic.ts'

const WHOLE = 1 << 20
/** Ends of results whose exchange did not get its whole answer. */
const BROKEN = / (?:-|open|closed|reset|timeout|answer-lost|streaming-limit|damaged)$/
/** Places at which a long session is broken off. */
const MAX_CUTS = 1500

const SESSIONS = SESSION_FOLDERS.flatMap((folder) =>
  sessionsOf(folder).map((name) => [folder, name] as const),
)

describe.each(SESSIONS)('the session %s/%s', (folder, name) => {
  const session = loadSession(folder, name)

  test.each(['server', 'client'] as const)(
    'is read at the %s, however its bytes are cut',
    (role) => {
      for (const step of [WHOLE, 1, 2, 3, 7]) {
        const traffic = new Traffic()
        play(traffic, session, role, step)
        expect(traffic.results, `${step} bytes at a time`).toEqual(session.expected[role])
        expect(traffic.exchanges.open).toBe(0)
      }
    },
  )

  test('gives nothing untrue when it breaks off at any byte', () => {
    const length = session.connections.flat().reduce((sum, { bytes }) => sum + bytes.length, 0)
    const stride = Math.ceil(length / MAX_CUTS)
    for (let cut = 0; cut < length; cut += stride) {
      const traffic = new Traffic()
      const role = cut % 2 === 0 ? 'server' : 'client'
      play(traffic, session, role, WHOLE, cut)
      expect(traffic.exchanges.open).toBe(0)
      for (const result of traffic.results) {
        if (!BROKEN.test(result)) expect(session.expected[role], `cut at ${cut}`).toContain(result)
      }
    }
  })
})
