import { describe, expect, test } from 'vitest'
import { loadSession, type Session, sessionsOf } from '../../exchanges/session.ts'
import { type OperationSettings, Traffic } from '../../exchanges/traffic.ts'
import { Random } from '../../support/random.ts'

const SESSIONS = sessionsOf('http2').filter((name) => !name.includes('upgrade'))
const RUNS = 80

/** What is heard of a session from its piece `from` on, if its operations are spoiled so. */
function hear(
  { connections }: Session,
  role: 'client' | 'server',
  from: number,
  spoil: (length: number) => OperationSettings,
): string[] {
  const traffic = new Traffic()
  const late = from > 0
  const end = traffic.socket({ role: late ? 'unknown' : role, late, from: late ? 7000 : 0 })
  for (const { from: who, bytes, ends } of connections[0]!.slice(from)) {
    if (ends) continue
    const settings = spoil(bytes.length)
    if ((who === 'C') === (role === 'server')) end.receives(bytes, settings)
    else end.sends(bytes, settings)
  }
  end.closes()
  traffic.wait(20_000)
  expect(traffic.exchanges.open).toBe(0)
  return traffic.results
}

/**
 * Whether all that is said is true of one of the exchanges that there were. `?` and `-` say nothing: a
 * server may answer what was cancelled.
 */
function isTrue(result: string, expected: readonly string[]): boolean {
  const said = result.replace(/( cancelled| reset| answer-lost| closed| damaged)+$/, '').split(' ')
  return expected.some((line) => {
    const words = line.split(' ')
    return said.every((word, i) => isSame(word, words[i] ?? '-'))
  })
}

function isSame(word: string, truth: string): boolean {
  if (word.includes('>')) return isCounted(word, truth)
  return word === truth || word === '?' || word === '-' || truth === '-'
}

/** Messages may be missing of a call that did not end. */
function isCounted(word: string, truth: string): boolean {
  const counts = truth.split('>')
  return word.split('>').every((count, i) => count === '-' || !(Number(count) > Number(counts[i])))
}

/** Both ends of grpc-java reset a call at its deadline: where one reset is lost, the other one tells. */
function truthsOf(name: string, session: Session): Record<'client' | 'server', readonly string[]> {
  if (name !== 'grpc-java-calls') return session.expected
  const either = (line: string) => [line, line.replace('client CANCEL', 'server CANCEL')]
  const { client, server } = session.expected
  return { client: client.flatMap(either), server: server.flatMap(either) }
}

describe.each(SESSIONS)('the session %s', (name) => {
  const session = loadSession('http2', name)
  const truths = truthsOf(name, session)
  const pieces = session.connections[0]!.length

  test.each(['server', 'client'] as const)(
    'joined anywhere at the %s gives nothing untrue',
    (role) => {
      for (let from = 1; from < pieces; from++) {
        const results = hear(session, role, from, () => ({}))
        for (const result of results) expect(isTrue(result, truths[role]), result).toBe(true)
      }
    },
  )

  test.each(['server', 'client'] as const)('with losses at the %s gives nothing untrue', (role) => {
    for (let run = 0; run < RUNS; run++) {
      const random = new Random(run * 2 + 1)
      for (let i = 0; i < 8; i++) random.below(2)
      const rate = 3 + random.below(12)
      const spoil = (length: number): OperationSettings => {
        if (random.below(rate) === 0) return { lost: true }
        return random.below(rate) === 0 ? { captured: random.below(length + 1) } : {}
      }
      const results = hear(session, role, run % 2 === 0 ? 0 : random.below(pieces), spoil)
      for (const result of results)
        expect(isTrue(result, truths[role]), `run ${run}: ${result}`).toBe(true)
    }
  })
})

test('most of a session that is joined behind its first exchange is known', () => {
  const results = hear(loadSession('http2', 'node-streams'), 'server', 5, () => ({}))
  expect(results.slice(0, 3)).toEqual(['GET /trailers 200', 'POST /cart 201', 'GET /push 200'])
})
