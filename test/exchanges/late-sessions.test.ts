import { describe, expect, test } from 'vitest'
import { loadSession, type Piece, SESSION_FOLDERS, sessionsOf } from './session.ts'
import { Traffic } from './traffic.ts'

/** Places of a connection at which it is joined. */
const MAX_JOINS = 10
const PORTS = { client: [40_000, 8080], server: [8080, 40_000] } as const

type Role = 'client' | 'server'

interface Joined {
  /** What the traffic told. */
  readonly role: string | undefined
  /** Positions of the requests that were seen to begin after the join. */
  readonly starts: ReadonlySet<number>
}

/** What one end of a connection sees that is joined before the piece `from`; 0: from its start. */
function join(pieces: readonly Piece[], role: Role, from: number): Joined {
  const traffic = new Traffic()
  const [localPort, remotePort] = PORTS[role]
  const late = from > 0
  const end = traffic.socket({ role: late ? 'unknown' : role, late, localPort, remotePort })
  const at = { C: 0, S: 0 }
  let begin = 0
  for (const [i, piece] of pieces.entries()) {
    const received = (piece.from === 'C') === (role === 'server')
    if (i === from) begin = at.C
    // The kernel counts one too many on the client's side while it does not know that it is one.
    const position = at[piece.from] + Number(late && role === 'client' && !received)
    if (i >= from && !piece.ends && received) end.receives(piece.bytes, { position })
    if (i >= from && !piece.ends && !received) end.sends(piece.bytes, { position })
    at[piece.from] += piece.bytes.length
  }
  traffic.wait(2000)
  const starts = traffic.hearing.exchanges.map(({ request }) => request.start)
  return { role: end.socket?.role, starts: new Set(starts.filter((start) => start >= begin)) }
}

function startsFrom(pieces: readonly Piece[], from: number, all: ReadonlySet<number>): number[] {
  const begin = pieces
    .slice(0, from)
    .reduce((sum, { from, bytes }) => sum + (from === 'C' ? bytes.length : 0), 0)
  return [...all].filter((start) => start >= begin)
}

describe.each(SESSION_FOLDERS)('a connection of %s joined in its middle', (folder) => {
  const connections = sessionsOf(folder)
    .map((name) => loadSession(folder, name))
    .flatMap(({ datagrams, connections }) => (datagrams ? [] : connections))

  test.each(['client', 'server'] as const)(
    'shows that it is the %s, and nearly all exchanges',
    (role) => {
      let happened = 0
      let found = 0
      for (const pieces of connections) {
        const whole = join(pieces, role, 0)
        const stride = Math.ceil(pieces.length / MAX_JOINS)
        for (let from = 1; from < pieces.length; from += stride) {
          const wanted = startsFrom(pieces, from, whole.starts)
          if (wanted.length === 0) continue
          const late = join(pieces, role, from)
          expect(late.role).toBe(role)
          happened += wanted.length
          found += wanted.filter((start) => late.starts.has(start)).length
        }
      }
      expect(found).toBeGreaterThanOrEqual(0.95 * happened)
    },
  )
})
