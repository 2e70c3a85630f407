import { describe, expect, test } from 'vitest'
import { loadSession, play, sessionsOf } from '../exchanges/session.ts'
import { Traffic } from '../exchanges/traffic.ts'
import { Capture } from '../support/tshark/capture.ts'
import { DIFFERENCES } from '../support/tshark/differences.ts'
import { type Dissected, dissect } from '../support/tshark/dissect.ts'
import { dnsJudge } from '../support/tshark/dns.ts'
import { httpJudge } from '../support/tshark/http.ts'
import type { Judge } from '../support/tshark/judge.ts'
import { memcachedJudge } from '../support/tshark/memcached.ts'
import { mysqlJudge } from '../support/tshark/mysql.ts'
import { postgresqlJudge } from '../support/tshark/postgresql.ts'
import { redisJudge } from '../support/tshark/redis.ts'

const WHOLE = 1 << 20

const JUDGES: readonly (readonly [folder: string, judge: Judge])[] = [
  ['http1', httpJudge],
  ['http2', httpJudge],
  ['postgresql', postgresqlJudge],
  ['mysql', mysqlJudge],
  ['redis', redisJudge],
  ['memcached', memcachedJudge],
  ['dns', dnsJudge],
]

describe.each(JUDGES)('what tshark reads in the sessions of %s', (folder, judge) => {
  const names = sessionsOf(folder)
  const sessions = names.map((name) => loadSession(folder, name))
  const capture = new Capture(judge.serverPort)
  for (const [i, session] of sessions.entries()) capture.add(i, session)
  let packets: readonly Dissected[] | undefined

  function theirs(session: number): string[] {
    packets ??= dissect(capture, judge.layers)
    const its = packets.filter((packet) => packet.session === session)
    return sessions[session]!.connections.flatMap((_, i) =>
      judge.theirs(its.filter(({ connection }) => connection === i)),
    )
  }

  function ours(session: number, end: 'client' | 'server'): string[] {
    const traffic = new Traffic()
    play(traffic, sessions[session]!, end, WHOLE)
    const { exchanges } = traffic.hearing
    // Sockets are numbered in the order of the connections, from 1.
    return sessions[session]!.connections.flatMap((_, i) =>
      judge.ours(exchanges.filter(({ socket }) => socket.id === i + 1)),
    )
  }

  describe.each(['client', 'server'] as const)('is what the agent reads at the %s', (end) => {
    test.each(names.map((name, i) => [name, i] as const))('in %s', (name, i) => {
      const difference = DIFFERENCES[`${folder}/${name}`]
      const common = without(theirs(i), difference?.theirs)
      expect(without(ours(i, end), difference?.ours), difference?.because).toEqual(common)
    })
  })

  test('is a lot', () => {
    expect(names.flatMap((_, i) => theirs(i)).length).toBeGreaterThan(20)
  })
})

test('each difference is of a session', () => {
  const names = JUDGES.flatMap(([folder]) => sessionsOf(folder).map((name) => `${folder}/${name}`))
  expect(names).toEqual(expect.arrayContaining(Object.keys(DIFFERENCES)))
})

/** What is left out must be there, in this order. */
function without(rows: readonly string[], leftOut: readonly string[] = []): string[] {
  const rest = [...rows]
  let at = 0
  for (const row of leftOut) {
    at = rest.indexOf(row, at)
    expect(at, `${row} is there`).not.toBe(-1)
    rest.splice(at, 1)
  }
  return rest
}
