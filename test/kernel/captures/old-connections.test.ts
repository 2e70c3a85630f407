import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type DataEvent,
  DataFlag,
  Direction,
  SocketFlag,
  SocketRole,
} from '../../../src/events/layout.ts'
import { CapturedWays } from './captured-ways.ts'
import { CLIENT, SERVER } from './pattern.ts'

describe.each(['socket', 'syscall'] as const)('connections older than hooks on a %s', (hooks) => {
  let ways: CapturedWays

  beforeAll(async () => {
    ways = new CapturedWays(hooks, false)
    await ways.run('old', async (program) => {
      await program.until(() => program.stdout.includes('old-ending'), 'connections')
      ways.kernel.attach()
      program.kill('SIGUSR1')
    })
  })

  afterAll(() => ways?.close())

  const places = (events: readonly DataEvent[]) => events.map((event) => event.position)

  test.each(['old', 'old-unread', 'old-ending', 'old-unix'])('are said to be: %s', (name) => {
    for (const end of [CLIENT, SERVER]) {
      expect(ways.sockets(name, end)).toHaveLength(1)
      expect(ways.sockets(name, end)[0]!.flags & SocketFlag.late).not.toBe(0)
    }
  })

  test('have the place of each byte, the sender one too many while it is not known for the client', () => {
    expect(ways.sockets('old', CLIENT)[0]!.role).toBe(SocketRole.unknown)
    expect(places(ways.sent('old'))).toEqual([5001, 5701])
    expect(places(ways.received('old'))).toEqual([5000, 5700])
    expect(places(ways.sent('old', SERVER))).toEqual([3000])
    expect(places(ways.received('old', CLIENT))).toEqual([3000])
    for (const event of ways.all('old')) expect(event.flags & DataFlag.positionUnknown).toBe(0)
  })

  test('have their bytes captured', () => {
    for (const name of ['old', 'old-unread', 'old-ending']) {
      ways.expectCaptured(name)
      for (const event of ways.received(name)) ways.expectRightBytes(name, event, SERVER)
      for (const event of ways.received(name, CLIENT)) ways.expectRightBytes(name, event, CLIENT)
      for (const event of ways.sent(name, SERVER)) ways.expectRightBytes(name, event, SERVER)
    }
  })

  test('have the place of what was written before and read after', () => {
    expect(ways.gaps('old-unread', SERVER, Direction.ingress)).toEqual([])
    expect(ways.gaps('old-unread', CLIENT, Direction.ingress)).toEqual([])
  })

  test('have their place although one end had ended', () => {
    expect(places(ways.sent('old-ending', SERVER))).toEqual([3000])
    expect(places(ways.received('old-ending', CLIENT))).toEqual([3000])
    const ends = ways
      .operations('old-ending', SERVER, Direction.ingress)
      .filter((event) => (event.flags & DataFlag.end) !== 0)
    expect(places(ends)).toEqual([5000])
  })

  test('over Unix sockets count from where they were first seen, at both ends alike', () => {
    expect(places(ways.sent('old-unix'))).toEqual([0, 700])
    expect(places(ways.received('old-unix'))).toEqual([0, 700])
    expect(places(ways.sent('old-unix', SERVER))).toEqual([0])
    expect(places(ways.received('old-unix', CLIENT))).toEqual([0])
    for (const event of ways.received('old-unix')) {
      expect(event.flags & DataFlag.drained).not.toBe(0)
    }
  })
})
