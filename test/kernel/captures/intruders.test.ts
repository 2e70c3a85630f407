import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Direction, UncapturedReason } from '../../../src/events/layout.ts'
import { CapturedWays } from './captured-ways.ts'
import { CLIENT, SERVER } from './pattern.ts'

const { compat, flags, noCall, otherCall } = UncapturedReason

describe.each(['socket', 'syscall'] as const)(
  'what is not a plain call, seen by hooks on a %s',
  (hooks) => {
    let ways: CapturedWays
    /** System-call hooks do not see what no system call of theirs moves. */
    const seen = (count: number) => (hooks === 'socket' ? count : 0)

    beforeAll(async () => {
      ways = new CapturedWays(hooks)
      await ways.run('intruders')
    })

    afterAll(() => ways?.close())

    const lengths = (name: string) => ways.sent(name).map((event) => event.length)

    test('nothing is captured of what sendfile and splice send, and what follows has its place', () => {
      ways.expectRight('from-file')
      const files = ways.sent('from-file').slice(0, -1)
      ways.expectNothing(files, otherCall)
      expect(files.reduce((sum, event) => sum + event.length, 0)).toBe(seen(5000))
      const last = ways.sent('from-file').at(-1)!
      expect([last.position, last.captured]).toEqual([5000, 700])
      expect(ways.gaps('from-file', SERVER, Direction.ingress)).toEqual([])
    })

    test('what sendfile and splice send over a Unix socket puts no later byte out of its place', () => {
      ways.expectRight('from-file-unix')
      ways.expectNothing(ways.sent('from-file-unix').slice(0, -1), otherCall)
      expect(ways.gaps('from-file-unix', SERVER, Direction.ingress)).toEqual([])
    })

    test('what is spliced out of a socket is a gap', () => {
      ways.expectRight('to-pipe')
      expect(ways.gaps('to-pipe', SERVER, Direction.ingress)).toEqual([[500, 1500]])
      expect(ways.gaps('to-pipe', CLIENT, Direction.egress)).toEqual([])
    })

    test('what is received by an option of the socket is a gap', () => {
      ways.expectRight('by-option')
      expect(ways.gaps('by-option', SERVER, Direction.ingress)).toEqual([[300, 1000]])
    })

    test('what is spliced out of a Unix socket puts no later byte out of its place', () => {
      ways.expectRight('to-pipe-unix')
    })

    test('an urgent byte on a Unix socket puts no later byte out of its place', () => {
      ways.expectRight('urgent-unix')
    })

    test('nothing is captured of preadv2 and pwritev2', () => {
      ways.expectRight('positioned')
      const others = [
        ...ways.sent('positioned').slice(0, -1),
        ...ways.received('positioned').slice(0, -1),
      ]
      ways.expectNothing(others, otherCall)
      expect(others).toHaveLength(seen(6))
      const [sent, received] = [
        ways.sent('positioned').at(-1)!,
        ways.received('positioned').at(-1)!,
      ]
      expect([sent.position, sent.captured]).toEqual([1800, 100])
      expect([received.position, received.captured]).toEqual([1800, 100])
    })

    test('nothing is captured of io_submit', () => {
      ways.expectRight('asynchronous')
      ways.expectNothing(ways.sent('asynchronous').slice(0, -1), otherCall)
      expect(lengths('asynchronous')).toEqual(hooks === 'socket' ? [500, 100] : [100])
      expect(ways.received('asynchronous').at(-1)!.position).toBe(500)
    })

    test('nothing is captured of 32-bit system calls', () => {
      ways.expectRight('32-bit')
      const others = [...ways.sent('32-bit').slice(0, -1), ...ways.received('32-bit').slice(0, -1)]
      ways.expectNothing(others, compat)
      expect(others).toHaveLength(seen(8))
      expect(ways.sent('32-bit').at(-1)!.captured).toBe(100)
      expect(ways.received('32-bit').at(-1)!.captured).toBe(100)
    })

    describe.each([
      ['of the thread itself', ''],
      ['of a thread of the kernel', '-by-thread'],
    ])('io_uring, as work %s', (_, suffix) => {
      test.each([
        ['write to /dev/null', 'nowhere'],
        ['read of a pipe', 'pipe'],
        ['write to another socket', 'socket'],
      ])('captures nothing amid a %s', (_, place) => {
        const receives = `receives-amid-${place}${suffix}`
        const sends = `sends-amid-${place}${suffix}`
        ways.expectRight(receives)
        ways.expectRight(sends)
        ways.expectNothing(ways.received(receives), noCall, otherCall)
        ways.expectNothing(ways.sent(sends), noCall, otherCall)
        expect(sum(ways.received(receives))).toBe(seen(40 * 700))
        expect(sum(ways.sent(sends))).toBe(seen(20 * 700))
      })

      test('leaves the plain calls at the other ends captured in their place', () => {
        for (const place of ['nowhere', 'pipe', 'socket']) {
          const receives = `receives-amid-${place}${suffix}`
          const sends = `sends-amid-${place}${suffix}`
          expect(ways.gaps(receives, CLIENT, Direction.egress)).toEqual([])
          expect(ways.gaps(sends, SERVER, Direction.ingress)).toEqual([])
          for (const event of [...ways.sent(receives), ...ways.received(sends)]) {
            expect(event.captured).toBe(event.length)
          }
        }
      })

      test('leaves the calls that it works amid captured in their place', () => {
        ways.expectWhole(`other-of-socket${suffix}`)
        ways.expectCaptured(`other-of-socket${suffix}`)
      })
    })

    const sum = (events: readonly { length: number }[]) =>
      events.reduce((total, event) => total + event.length, 0)

    test('what is not captured is counted by reason, and nothing is lost', () => {
      const { before, after } = ways.countedAround()
      for (const reason of [noCall, otherCall, compat]) {
        const found = ways.events.data.filter((event) => event.uncaptured === reason).length
        if (hooks === 'socket') expect(found).toBeGreaterThan(0)
        expect(before.uncaptured[reason]).toBeLessThanOrEqual(found)
        expect(after.uncaptured[reason]).toBeGreaterThanOrEqual(found)
      }
      expect(after.uncaptured[flags]).toBeGreaterThan(0)
      expect(after.lost.flat().every((count) => count === 0)).toBe(true)
    })
  },
)
