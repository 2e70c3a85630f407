import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataFlag, Direction, UncapturedReason } from '../../../src/events/layout.ts'
import { CapturedWays } from './captured-ways.ts'
import { CLIENT, SERVER } from './pattern.ts'

describe.each(['socket', 'syscall'] as const)('calls, seen by hooks on a %s', (hooks) => {
  let ways: CapturedWays

  beforeAll(async () => {
    ways = new CapturedWays(hooks)
    await ways.run('calls')
  })

  afterAll(() => ways?.close())

  test('read and write are captured up to the limit, whatever their length', () => {
    ways.expectWhole('buffers')
    ways.expectCaptured('buffers')
    expect(ways.sent('buffers')).toHaveLength(9)
  })

  test.each([
    ['one piece', 'one-piece'],
    ['two pieces', 'two-pieces'],
    ['sixteen pieces', 'sixteen-pieces'],
    ['a hundred pieces', 'hundred-pieces'],
    ['sixteen pieces of which some are empty', 'empty-pieces'],
  ])('vectors of %s are captured whole', (_, name) => {
    ways.expectWhole(name)
    ways.expectCaptured(name)
  })

  test('vectors of four hundred pieces are captured as far as the pieces go that are read', () => {
    ways.expectWhole('four-hundred-pieces')
    for (const event of [
      ...ways.sent('four-hundred-pieces'),
      ...ways.received('four-hundred-pieces'),
    ]) {
      expect(event.uncaptured).toBe(UncapturedReason.vector)
      expect(event.captured).toBeGreaterThan(200)
    }
  })

  test('send and receive with addresses and flags are captured', () => {
    ways.expectWhole('addresses')
    ways.expectCaptured('addresses')
    expect(ways.sent('addresses')).toHaveLength(6)
  })

  test.each(['controls', 'controls-unix'])(
    'messages with control data are captured: %s',
    (name) => {
      ways.expectWhole(name)
      ways.expectCaptured(name)
      expect(ways.sent(name)).toHaveLength(4)
    },
  )

  test('sendmmsg and recvmmsg of exactly one message are captured', () => {
    ways.expectWhole('one-message')
    ways.expectCaptured('one-message')
    expect(ways.received('one-message')).toHaveLength(4)
  })

  test('sendmmsg and recvmmsg of more messages have their place, and none of their bytes', () => {
    ways.expectWhole('three-messages')
    ways.expectNothing(ways.all('three-messages'), UncapturedReason.many)
    expect(ways.received('three-messages').length).toBeGreaterThanOrEqual(4)
  })

  test('recvmmsg that asks for more messages than there are is not captured either', () => {
    ways.expectWhole('fewer-messages')
    ways.expectNothing(ways.received('fewer-messages'), UncapturedReason.many)
    for (const event of ways.sent('fewer-messages')) expect(event.captured).toBe(event.length)
  })

  test.each(['peek', 'peek-unix'])('a look ahead is not taken for a read: %s', (name) => {
    ways.expectWhole(name)
    ways.expectCaptured(name)
    expect(ways.received(name).map((event) => event.length)).toEqual(
      Array.from({ length: 5 }, () => [200, 300]).flat(),
    )
  })

  test('MSG_WAITALL gathers many segments into one capture', () => {
    ways.expectWhole('wait-all')
    ways.expectCaptured('wait-all')
    expect(ways.received('wait-all').map((event) => event.length)).toEqual([3000])
  })

  test('MSG_TRUNC, which throws bytes away, is not captured, and moves the place on', () => {
    ways.expectWhole('truncated')
    const [before, thrown, after] = ways.received('truncated')
    ways.expectNothing([thrown!], UncapturedReason.flags)
    expect([before!.captured, after!.captured]).toEqual([700, 1300])
  })

  test('an urgent byte read beside the stream is a gap in it', () => {
    ways.expectRight('urgent')
    expect(ways.gaps('urgent', SERVER, Direction.ingress)).toEqual([[100, 101]])
    expect(ways.gaps('urgent', CLIENT, Direction.egress)).toEqual([])
    ways.expectNothing([ways.sent('urgent')[1]!], UncapturedReason.flags)
  })

  test('an urgent byte read within the stream is one of its bytes', () => {
    ways.expectWhole('urgent-inline')
    const bytes = ways.received('urgent-inline').reduce((sum, event) => sum + event.captured, 0)
    expect(bytes).toBe(201)
  })

  test('the error queue is no part of the stream, and a send without a copy is captured', () => {
    ways.expectWhole('error-queue')
    ways.expectCaptured('error-queue')
    expect(ways.operations('error-queue', CLIENT, Direction.ingress)).toHaveLength(1)
  })

  test('no place is in doubt where one thread writes and one reads', () => {
    for (const name of ways.names()) {
      for (const event of ways.all(name)) expect(event.flags & DataFlag.positionUnknown).toBe(0)
    }
  })

  test('what is not captured is counted by reason, and nothing is lost', () => {
    const { before, after } = ways.countedAround()
    for (const reason of [UncapturedReason.limit, UncapturedReason.many, UncapturedReason.vector]) {
      const seen = ways.events.data.filter((event) => event.uncaptured === reason).length
      expect(seen).toBeGreaterThan(0)
      expect(before.uncaptured[reason]).toBeLessThanOrEqual(seen)
      expect(after.uncaptured[reason]).toBeGreaterThanOrEqual(seen)
    }
    expect(after.uncaptured[UncapturedReason.flags]).toBeGreaterThanOrEqual(4)
    expect(after.lost.flat().every((count) => count === 0)).toBe(true)
  })
})
