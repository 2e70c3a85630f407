import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  DataFlag,
  Direction,
  SocketFlag,
  SocketRole,
  UncapturedReason,
} from '../../../src/events/layout.ts'
import { CapturedWays } from './captured-ways.ts'
import { CLIENT, SERVER } from './pattern.ts'

const AF_INET6 = 10

describe.each(['socket', 'syscall'] as const)(
  'kinds of sockets, seen by hooks on a %s',
  (hooks) => {
    let ways: CapturedWays

    beforeAll(async () => {
      ways = new CapturedWays(hooks)
      await ways.run('sockets')
    })

    afterAll(() => ways?.close())

    test.each([
      ['IPv4', 'tcp'],
      ['IPv6', 'tcp6'],
      ['IPv4 in IPv6', 'tcp4-in-6'],
      ['a Unix socket with a path', 'unix-path'],
      ['an abstract Unix socket', 'unix-abstract'],
      ['a pair of Unix sockets', 'unix-pair'],
    ])('all bytes over %s are captured in their place', (_, name) => {
      ways.expectWhole(name)
      ways.expectCaptured(name)
      for (const end of [CLIENT, SERVER]) expect(ways.sockets(name, end)).toHaveLength(1)
    })

    test('both ends of IPv4 in IPv6 have addresses of six that say so', () => {
      for (const end of [CLIENT, SERVER]) {
        const [socket] = ways.sockets('tcp4-in-6', end)
        const at = (from: number) =>
          Buffer.from(socket!.view.buffer, socket!.view.byteOffset + from, 16)
        expect(socket!.family).toBe(AF_INET6)
        expect(at(socket!.localAddressAt).toString('hex')).toBe('00000000000000000000ffff7f000001')
        expect(at(socket!.remoteAddressAt).toString('hex')).toBe('00000000000000000000ffff7f000001')
      }
    })

    test.each(['unix-path', 'unix-abstract', 'unix-pair'])(
      'the ends of %s know each other',
      (name) => {
        const [client] = ways.sockets(name, CLIENT)
        const [server] = ways.sockets(name, SERVER)
        expect(client!.peerId).toBe(server!.socketId)
        expect(server!.peerId).toBe(client!.socketId)
      },
    )

    test.each(['tcp', 'tcp6', 'tcp4-in-6', 'unix-path', 'unix-abstract'])(
      'the roles of the ends of %s are known',
      (name) => {
        expect(ways.sockets(name, CLIENT)[0]!.role).toBe(SocketRole.client)
        expect(ways.sockets(name, SERVER)[0]!.role).toBe(SocketRole.server)
      },
    )

    test('MPTCP has no place in a stream, and none of its bytes are captured', () => {
      if (!ways.has('mptcp')) return // the kernel has none
      const all = ways.all('mptcp')
      expect(all.length).toBeGreaterThanOrEqual(20)
      ways.expectNothing(all, UncapturedReason.protocol)
      for (const event of all) expect(event.flags & DataFlag.positionUnknown).not.toBe(0)
      expect(ways.sockets('mptcp', CLIENT)[0]!.flags & SocketFlag.noPosition).not.toBe(0)
    })

    test.each(['datagrams', 'packets'])(
      'Unix sockets without a stream are left alone: %s',
      (name) => {
        expect(ways.written(name, CLIENT)).toBe(1500)
        expect(ways.all(name)).toEqual([])
      },
    )

    test('a socket is the same by a duplicated descriptor', () => {
      ways.expectWhole('duplicated')
      ways.expectCaptured('duplicated')
      expect(ways.sent('duplicated').map((event) => event.length)).toEqual([100, 200, 300])
    })

    test('a socket is the same in the process that inherited it', () => {
      ways.expectWhole('inherited')
      ways.expectCaptured('inherited')
      const sent = ways.sent('inherited')
      expect(sent.map((event) => event.length).toSorted()).toEqual([100, 100, 200, 200])
      expect(new Set(sent.map((event) => event.tgid)).size).toBe(3)
    })

    test('a socket is the same in the process that it was passed to', () => {
      ways.expectWhole('passed')
      ways.expectCaptured('passed')
      expectPassed('passed')
    })

    test('a Unix socket is the same too; its places may be in doubt while two write', () => {
      ways.expectRight('passed-unix')
      ways.expectCaptured('passed-unix')
      expect(ways.gaps('passed-unix', SERVER, Direction.ingress)).toEqual([])
      expectPassed('passed-unix')
    })

    function expectPassed(name: string): void {
      const sent = ways.sent(name)
      expect(sent.map((event) => event.length).toSorted()).toEqual([100, 300, 400])
      expect(new Set(sent.map((event) => event.tgid)).size).toBe(2)
      expect(new Set(sent.map((event) => event.socketId)).size).toBe(1)
    }

    test.each(['replaced', 'replaced-unix'])(
      'a read whose descriptor was given to a file meanwhile is right, or not captured: %s',
      (name) => {
        ways.expectWhole(name)
        const [first, second] = ways.received(name)
        expect([0, 400]).toContain(first!.captured)
        expect(second!.captured).toBe(500)
      },
    )

    test('a socket that is connected to itself has both directions', () => {
      const sent = ways.sent('itself')
      expect(sent.map((event) => event.position)).toEqual([0, 700, 1400])
      expect(ways.received('itself', CLIENT).map((event) => event.position)).toEqual([0, 700, 1400])
      for (const event of sent) {
        expect(event.captured).toBe(700)
        ways.expectRightBytes('itself', event, CLIENT)
      }
      for (const event of ways.received('itself', CLIENT)) {
        ways.expectRightBytes('itself', event, SERVER) // whose writer is the client: itself
      }
    })

    test('a socket that connects again is another connection', () => {
      const sockets = ways.sockets('again', CLIENT)
      expect(sockets).toHaveLength(2)
      const sums = sockets.map(({ socketId }) => {
        const sent = ways.sent('again').filter((event) => event.socketId === socketId)
        expect(sent[0]!.position).toBe(0)
        return sent.reduce((sum, event) => sum + event.length, 0)
      })
      expect(sums).toEqual([ways.written('before-again', CLIENT), ways.written('again', CLIENT)])
      for (const event of ways.received('again')) ways.expectRightBytes('again', event, SERVER)
    })

    test.each(['short', 'short-unix'])(
      'two hundred short connections are each their own, whatever memory they get: %s',
      (name) => {
        const ids = new Set<number>()
        for (let i = 0; i < 200; i++) {
          ways.expectWhole(`${name}-${i}`)
          ways.expectCaptured(`${name}-${i}`)
          for (const end of [CLIENT, SERVER]) {
            for (const { socketId } of ways.sockets(`${name}-${i}`, end)) ids.add(socketId)
          }
        }
        expect(ids.size).toBe(400)
      },
    )

    test('places go on beyond four gigabytes', () => {
      ways.expectRight('long')
      const length = ways.written('long', CLIENT)
      expect(length).toBeGreaterThan(2 ** 32)
      const last = ways
        .received('long')
        .filter((event) => event.position > 2 ** 32 && event.captured > 0)
      expect(last.reduce((sum, event) => sum + event.length, 0)).toBe(29_397)
      expect(last.at(-1)!.position + last.at(-1)!.length).toBe(length)
      const received = ways.received('long').reduce((sum, event) => sum + event.length, 0)
      expect(received).toBe(length)
      const written = ways.sent('long').filter((event) => event.captured > 0)
      expect(written).toHaveLength(6)
      for (const event of written) expect(event.flags & DataFlag.positionUnknown).toBe(0)
    })

    test('bytes that travel with the SYN are the first of their stream', () => {
      ways.expectWhole('fast-open')
      ways.expectCaptured('fast-open')
      expect(ways.sent('fast-open')[0]!.length).toBe(500)
      expect(ways.sockets('fast-open', CLIENT)[0]!.role).toBe(SocketRole.client)
      expect(ways.sockets('fast-open', SERVER)[0]!.role).toBe(SocketRole.server)
    })
  },
)
