import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataFlag, Direction, SocketRole, UncapturedReason } from '../../../src/events/layout.ts'
import { CapturedWays, LIMIT } from './captured-ways.ts'
import { CLIENT, SERVER } from './pattern.ts'

/** As in programs/datagrams.c. */
const KNOWN_PORT = 25_053

describe.each(['socket', 'syscall'] as const)('datagrams, seen by hooks on a %s', (hooks) => {
  let ways: CapturedWays

  beforeAll(async () => {
    ways = new CapturedWays(hooks)
    ways.kernel.portProtocols.setDatagrams(KNOWN_PORT, 1, LIMIT)
    await ways.run('datagrams')
  })

  afterAll(() => ways?.close())

  test.each(['connected', 'connected-6', 'unconnected', 'unconnected-6'])(
    'of a known port are captured at both ends: %s',
    (name) => {
      for (const end of [CLIENT, SERVER]) {
        for (const direction of [Direction.egress, Direction.ingress]) {
          const events = ways.moved(name, end, direction)
          const writer = direction === Direction.egress ? end : 1 - end
          expect(ways.expectInTurn(name, events, end)).toBe(ways.written(name, writer))
          for (const event of events) expect(event.captured).toBe(event.length)
        }
      }
    },
  )

  test.each(['connected', 'unconnected'])('say by the port which end asks: %s', (name) => {
    expect(ways.sockets(name, CLIENT)[0]!.role).toBe(SocketRole.client)
    expect(ways.sockets(name, SERVER)[0]!.role).toBe(SocketRole.server)
  })

  test('have no place, and give no context of their own', () => {
    for (const event of ways.all('connected')) {
      expect(event.flags & DataFlag.positionUnknown).not.toBe(0)
      if (event.direction === Direction.ingress) expect(event.contextId).toBe(0)
    }
  })

  test('that one call sends together are not captured; how many they are is known', () => {
    const sent = ways.sent('two')
    ways.expectNothing(sent, UncapturedReason.many)
    expect(sent.reduce((sum, event) => sum + event.length, 0)).toBe(100)
    expect(sent.reduce((sum, event) => sum + Math.max(1, event.position), 0)).toBe(2)
    expect(ways.received('two').map((event) => event.captured)).toEqual([40, 60])
  })

  test('that are looked at ahead are received once', () => {
    expect(ways.received('ahead').map((event) => event.length)).toEqual([200])
  })

  test.each(['other-port', 'other-port-unconnected'])('of other ports are not seen: %s', (name) => {
    expect(ways.written(name, CLIENT)).toBeGreaterThan(0)
    expect(ways.all(name)).toEqual([])
  })

  test('that a socket sends elsewhere, too, are not seen', () => {
    expect(ways.sent('several').map((event) => event.length)).toEqual([150])
    ways.expectInTurn('several', ways.sent('several'), CLIENT)
  })

  test('to a port that is left alone are not seen, connected or not', async () => {
    ways.kernel.portMarks.leaveAlone(KNOWN_PORT, true)
    await ways.run('datagrams')
    ways.kernel.portMarks.leaveAlone(KNOWN_PORT, false)
    for (const name of ['connected', 'unconnected', 'several']) expect(ways.all(name)).toEqual([])
  })
})
