import { describe, expect, test } from 'vitest'
import { loadSession, SESSION_FOLDERS, type Session, sessionsOf } from './session.ts'
import { type OperationSettings, TCP_CLOSE, Traffic } from './traffic.ts'

/** Operations of a session of which one is spoiled at a time. */
const MAX_SPOILED = 60
/** Datagrams stand each for itself. */
const SESSIONS = SESSION_FOLDERS.flatMap((folder) =>
  sessionsOf(folder)
    .filter((name) => !loadSession(folder, name).datagrams)
    .map((name) => [folder, name] as const),
)

const SPOILED: readonly (readonly [
  how: string,
  settings: (length: number) => OperationSettings,
])[] = [
  ['lost', () => ({ lost: true })],
  ['not copied', () => ({ captured: 0 })],
  ['copied in part', (length) => ({ captured: length >> 1 })],
]

/** Plays all connections with one operation spoiled, counted over all of them. */
function playWithout(
  traffic: Traffic,
  session: Session,
  role: 'client' | 'server',
  spoiled: number,
  settings: (length: number) => OperationSettings,
): void {
  let n = 0
  for (const pieces of session.connections) {
    const end = traffic.socket({ role })
    for (const { from, bytes, ends } of pieces) {
      const received = (from === 'C') === (role === 'server')
      const how = n++ === spoiled ? settings(bytes.length) : {}
      if (ends && received) end.receivesEnd()
      else if (!ends && received) end.receives(bytes, how)
      else if (!ends) end.sends(bytes, how)
    }
    end.closes(TCP_CLOSE)
  }
  traffic.wait(2000)
  traffic.wait(20_000)
}

/** Of each socket, the places at which requests and their responses begin. */
type Places = Map<number, { readonly request: number; readonly response: number }[]>

function placesOf(traffic: Traffic): Places {
  const places: Places = new Map()
  for (const { socket, request, response } of traffic.hearing.exchanges) {
    const known = places.get(socket.id) ?? []
    if (response) known.push({ request: request.start, response: response.start })
    places.set(socket.id, known)
  }
  return places
}

/** The last beginning at or before this place: what lost its first bytes begins a little later. */
function beginningOf(place: number, beginnings: readonly number[]): number {
  return Math.max(...beginnings.filter((beginning) => beginning <= place))
}

/** What is paired in `traffic` that is not a pair of `truth`. */
function falsePairs(traffic: Traffic, truth: Places): string[] {
  return [...placesOf(traffic)].flatMap(([socket, pairs]) => {
    // What was not recognised when it was whole is nothing to judge by.
    const known = truth.get(socket) ?? []
    if (known.length === 0) return []
    const requests = known.map(({ request }) => request)
    const responses = known.map(({ response }) => response)
    return pairs
      .filter(({ request, response }) => {
        const asked = beginningOf(request, requests)
        const answered = beginningOf(response, responses)
        return !known.some((pair) => pair.request === asked && pair.response === answered)
      })
      .map(({ request, response }) => `${socket}: ${request} and ${response}`)
  })
}

describe.each(SESSIONS)('the session %s/%s', (folder, name) => {
  const session = loadSession(folder, name)

  test.each(SPOILED)('pairs nothing that is no pair if one operation is %s', (_how, settings) => {
    const count = session.connections.flat().length
    const stride = Math.ceil(count / MAX_SPOILED)
    for (const role of ['server', 'client'] as const) {
      const whole = new Traffic()
      playWithout(whole, session, role, -1, settings)
      const truth = placesOf(whole)
      for (let spoiled = 0; spoiled < count; spoiled += stride) {
        const traffic = new Traffic()
        playWithout(traffic, session, role, spoiled, settings)
        expect(traffic.exchanges.open).toBe(0)
        expect(falsePairs(traffic, truth), `operation ${spoiled} at the ${role}`).toEqual([])
      }
    }
  })
})

test('subscriptions pair nothing that is no pair wherever an operation is cut off', () => {
  const session = loadSession('redis', 'redis-py-pubsub')
  const lengths = session.connections.flat().map(({ bytes }) => bytes.length)
  for (const role of ['server', 'client'] as const) {
    const whole = new Traffic()
    playWithout(whole, session, role, -1, () => ({}))
    const truth = placesOf(whole)
    for (const [spoiled, length] of lengths.entries())
      for (let captured = 0; captured < length; captured++) {
        const traffic = new Traffic()
        playWithout(traffic, session, role, spoiled, () => ({ captured }))
        const at = `operation ${spoiled} at the ${role}, ${captured} bytes`
        expect(falsePairs(traffic, truth), at).toEqual([])
      }
  }
})
