import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataFlag, Direction, UncapturedReason } from '../../../src/events/layout.ts'
import { CapturedWays } from './captured-ways.ts'
import { CLIENT, SERVER } from './pattern.ts'

const ECONNRESET = 104
const EFAULT = 14

describe.each(['socket', 'syscall'] as const)(
  'calls that fail, and ends, seen by hooks on a %s',
  (hooks) => {
    let ways: CapturedWays

    beforeAll(async () => {
      ways = new CapturedWays(hooks)
      await ways.run('states')
    })

    afterAll(() => ways?.close())

    const ends = (name: string, end: number) =>
      ways
        .operations(name, end, Direction.ingress)
        .filter((event) => (event.flags & DataFlag.end) !== 0)
        .map((event) => event.position)

    const failed = (name: string, end: number) =>
      ways
        .operations(name, end, Direction.ingress)
        .filter((event) => (event.flags & DataFlag.failed) !== 0)
        .map((event) => event.length)

    test.each([
      ['a non-blocking write', 'partial-writes'],
      ['a non-blocking write to a Unix socket', 'partial-writes-unix'],
      ['a vector that ends amid a piece', 'partial-vectors'],
      ['a write that waited for room and gave up', 'timed-out-writes'],
      ['a write that a signal ended', 'interrupted'],
    ])('of %s only what was written counts', (_, name) => {
      ways.expectWhole(name)
      ways.expectCaptured(name)
      expect(ways.sent(name).length).toBeGreaterThanOrEqual(3)
    })

    test('calls that fail move nothing', () => {
      ways.expectWhole('failures')
      ways.expectCaptured('failures')
      expect(ways.sent('failures').map((event) => event.length)).toEqual([2000])
      expect(failed('failures', SERVER)).toEqual([EFAULT])
      expect(ends('failures', SERVER)).toEqual([2000])
    })

    test('a buffer that ends before its length does gives what was moved', () => {
      ways.expectWhole('half-faults')
      ways.expectCaptured('half-faults')
    })

    test('memory that is gone when its bytes were sent is not captured', () => {
      ways.expectWhole('gone-memory')
      ways.expectNothing(ways.sent('gone-memory'), UncapturedReason.fault)
      expect(ways.sent('gone-memory')).toHaveLength(1)
    })

    test.each(['end-with-data', 'end-with-data-unix'])(
      'a read that takes the last bytes and the end at once has its place: %s',
      (name) => {
        ways.expectWhole(name)
        ways.expectCaptured(name)
        expect(ends(name, SERVER)).toEqual([700])
        expect(ends(name, CLIENT)).toEqual([1000])
      },
    )

    test('what is read after both ends have ended has its place', () => {
      ways.expectWhole('end-before-reading')
      ways.expectCaptured('end-before-reading')
      expect(ends('end-before-reading', CLIENT)).toEqual([5000])
      expect(ends('end-before-reading', SERVER)).toEqual([3000])
    })

    test.each(['read-of-nothing', 'read-of-nothing-unix'])(
      'a read that asks for nothing is no end of the stream: %s',
      (name) => {
        ways.expectWhole(name)
        expect(ends(name, SERVER)).toEqual([700])
      },
    )

    test('a reader who hears no more goes on writing in its place', () => {
      ways.expectWhole('reading-shut')
      ways.expectCaptured('reading-shut')
      expect(ends('reading-shut', SERVER)).toEqual([500])
    })

    test('a reset is told with its error', () => {
      ways.expectWhole('reset')
      expect(failed('reset', CLIENT)).toEqual([ECONNRESET])
      const [client] = ways.sockets('reset', CLIENT)
      const errors = ways.events.closes
        .filter((event) => event.socketId === client!.socketId)
        .map((event) => event.error)
      expect(errors).toContain(ECONNRESET)
    })

    test('what came before a reset has its place, also once the error was asked for', () => {
      ways.expectWhole('reset-after-data')
      ways.expectCaptured('reset-after-data')
    })

    test('what came before an end has its place, although a reset came after it', () => {
      ways.expectRight('reset-after-end')
      expect(ways.gaps('reset-after-end', CLIENT, Direction.ingress)).toEqual([])
    })

    test('what is not captured is counted by reason, and nothing is lost', () => {
      const { before, after } = ways.countedAround()
      const { fault } = UncapturedReason
      const seen = ways.events.data.filter((event) => event.uncaptured === fault).length
      expect(seen).toBeGreaterThan(0)
      expect(before.uncaptured[fault]).toBeLessThanOrEqual(seen)
      expect(after.uncaptured[fault]).toBeGreaterThanOrEqual(seen)
      expect(after.lost.flat().every((count) => count === 0)).toBe(true)
    })
  },
)
