import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DataEvent, DataFlag, Direction } from '../../../src/events/layout.ts'
import { payload } from '../../loader/collected-events.ts'
import { CapturedWays, isCaptured } from './captured-ways.ts'
import { CLIENT, SERVER } from './pattern.ts'
import { type Stretch, tile } from './stretches.ts'

describe.each(['socket', 'syscall'] as const)(
  'memory and sockets in many hands, seen by hooks on a %s',
  (hooks) => {
    let ways: CapturedWays

    beforeAll(async () => {
      ways = new CapturedWays(hooks)
      await ways.run('threads')
    })

    afterAll(() => ways?.close())

    const known = (events: readonly DataEvent[]) =>
      events.filter((event) => (event.flags & DataFlag.positionUnknown) === 0)

    /** Operations whose bytes are not where they claim to be in the stream that the program kept. */
    function misplaced(name: string, events: readonly DataEvent[]): Stretch[] {
      const stream = readFileSync(join(ways.folder, name))
      return events
        .filter((event) => {
          const bytes = payload(event)
          return !bytes.equals(stream.subarray(event.position, event.position + bytes.length))
        })
        .map((event): Stretch => [event.position, event.length])
    }

    test.each([
      ['TCP', 'writers', 8 * 500],
      ['TCP, where writes wait for room', 'writers-waiting', 8 * 20],
      ['a Unix socket', 'writers-unix', 8 * 500],
      ['a Unix socket, where writes wait for room', 'writers-unix-waiting', 8 * 20],
    ])(
      'what eight threads write at once to %s is in its place, or its place is said to be unknown',
      (_, name, writes) => {
        const sent = ways.sent(name)
        expect(sent).toHaveLength(writes)
        expect(sent.every(isCaptured)).toBe(true)
        const certain = known(sent)
        expect(misplaced(name, certain)).toEqual([])
        const stretches = certain.map(
          (event): Stretch => [event.position, event.position + event.length],
        )
        expect(tile(stretches, ways.written(name, CLIENT)).overlaps).toEqual([])
        const received = ways.received(name)
        expect(misplaced(name, received)).toEqual([])
        expect(ways.gaps(name, SERVER, Direction.ingress)).toEqual([])
      },
    )

    test('most places of eight threads that write without waiting are known', () => {
      const sent = ways.sent('writers')
      expect(known(sent).length).toBeGreaterThan(sent.length / 2)
    })

    test('what eight threads read at once is in its place, or its place is said to be unknown', () => {
      const received = ways.received('readers')
      expect(received.reduce((sum, event) => sum + event.length, 0)).toBe(240_000)
      ways.expectRight('readers')
    })

    test('bytes that a vector put over one another are not captured as if they were not', () => {
      ways.expectRight('pieces-overlap')
      expect(ways.gaps('pieces-overlap', SERVER, Direction.ingress)).toEqual([])
    })

    test('bytes that overwrote their own vector are not looked for where it points now', () => {
      ways.expectRight('vector-overwritten')
      expect(ways.gaps('vector-overwritten', SERVER, Direction.ingress)).toEqual([])
    })
  },
)
