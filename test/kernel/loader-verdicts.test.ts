import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type DataEvent,
  DataFlag,
  Direction,
  LostReason,
  LostWhat,
  Mute,
  SocketFlag,
  UncapturedReason,
} from '../../src/events/layout.ts'
import { Kernel } from '../../src/loader/kernel.ts'
import { CollectedEvents } from '../loader/collected-events.ts'
import { Talker } from '../loader/talker.ts'
import { kernelOptions } from '../support/kernel-options.ts'
import { mountTracefs } from '../support/tracefs.ts'

const LIMIT = 1000

describe.each(['socket', 'syscall'] as const)(
  'what user space wants, with hooks on a %s',
  (hooks) => {
    let unmount = () => {}
    let early: Talker
    let earlyUnix: Talker
    let kernel: Kernel
    let events: CollectedEvents
    const talkers: Talker[] = []

    beforeAll(async () => {
      unmount = hooks === 'syscall' ? mountTracefs() : () => {}
      early = await start('tcp')
      earlyUnix = await start('unix')
      await early.send(3, 700)
      await early.answer(2, 50)
      kernel = new Kernel(kernelOptions({ hooks, payloadLimit: LIMIT }))
      events = new CollectedEvents(kernel)
      kernel.attach()
    })

    afterEach(() => events.clear())

    afterAll(async () => {
      for (const talker of talkers) talker.stop()
      await kernel?.close()
      unmount()
    })

    async function start(transport: 'tcp' | 'unix' | 'udp', cpu = 0): Promise<Talker> {
      const talker = await Talker.start(transport, cpu)
      talkers.push(talker)
      return talker
    }

    const idOf = (inode: number) =>
      events.sockets.find((socket) => socket.inode === inode)?.socketId ?? -1

    /** Data events of an end since the last look. */
    function look(id: number): DataEvent[] {
      events.data.length = 0
      events.collect()
      return events.of(id)
    }

    it('takes a verdict by socket: a limit, nothing up to a position, nothing at all', async () => {
      const talker = await start('tcp')
      await talker.send(1, 900)
      events.collect()
      const client = idOf(talker.clientInode)
      const server = idOf(talker.serverInode)
      kernel.verdicts.set(client, { limit: 10, mute: Mute.none, skipEgress: 0, skipIngress: 0 })
      kernel.verdicts.set(server, { limit: 500, mute: Mute.none, skipEgress: 0, skipIngress: 2700 })
      await talker.send(3, 900)
      expect(look(client).map((event) => event.captured)).toEqual([10, 10, 10])
      expect(events.of(server).map((event) => event.captured)).toEqual([0, 0, 500])
      expect(events.of(server).map((event) => event.uncaptured)).toEqual([
        UncapturedReason.verdict,
        UncapturedReason.verdict,
        UncapturedReason.limit,
      ])
      kernel.verdicts.set(client, { limit: 10, mute: Mute.unread, skipEgress: 0, skipIngress: 0 })
      await talker.send(2, 100)
      expect(look(client)).toEqual([])
      expect(events.of(server)).toHaveLength(2)
      const held = kernel.verdicts.fill.entries
      kernel.verdicts.clear(client)
      expect(kernel.verdicts.fill.entries).toBe(held - 1)
      await talker.send(1, 100)
      const [after] = look(client)
      expect(after!.captured).toBe(100)
      expect(after!.position).toBe(4 * 900 + 200)
    })

    it('copies the heads only of much that goes one way and is cut off anyway', async () => {
      const talker = await start('tcp')
      await talker.send(20, LIMIT + 500)
      await talker.send(2, LIMIT)
      events.collect()
      const captured = events.of(idOf(talker.clientInode)).map((event) => event.captured)
      expect(captured).toEqual([
        ...Array.from({ length: 16 }, () => LIMIT),
        ...[256, 256, 256, 256],
        ...[LIMIT, LIMIT],
      ])
      await talker.send(20, LIMIT + 500)
      await talker.answer(1, 10)
      await talker.send(1, LIMIT + 500)
      expect(look(idOf(talker.serverInode)).at(-1)!.captured).toBe(LIMIT)
    })

    /** Jumps of the thread's count of reads from one event to the next; its commands come by a socket, too. */
    function readsMissing(talker: Talker): number[] {
      events.data.length = 0
      events.collect()
      const counts = events.data
        .filter((event) => event.tgid === talker.pid && event.direction === Direction.ingress)
        .map((event) => event.reads)
      return counts.slice(1).map((count, i) => count - counts[i]! - 1)
    }

    it('shows the reads of a muted socket as missing, but not those of a muted client', async () => {
      const talker = await start('tcp')
      await talker.send(1, 10)
      await talker.answer(1, 10)
      events.collect()
      const client = idOf(talker.clientInode)
      const server = idOf(talker.serverInode)
      kernel.verdicts.set(client, { limit: 0, mute: Mute.unread, skipEgress: 0, skipIngress: 0 })
      await talker.answer(3, 10)
      await talker.send(1, 10)
      expect(readsMissing(talker).filter((missing) => missing !== 0)).toEqual([])
      kernel.verdicts.set(server, { limit: 0, mute: Mute.unread, skipEgress: 0, skipIngress: 0 })
      await talker.send(3, 10)
      kernel.verdicts.clear(server)
      await talker.send(1, 10)
      expect(readsMissing(talker).filter((missing) => missing !== 0)).toEqual([3])
    })

    it('counts what is shed as a loss by design, by direction and role, and no call of it twice', async () => {
      const talker = await start('tcp')
      await talker.send(1, 10)
      events.collect()
      const server = idOf(talker.serverInode)
      const before = kernel.stats.read().lost[LostReason.shed]!
      kernel.verdicts.set(server, { limit: 8, mute: Mute.none, skipEgress: 0, skipIngress: 0 })
      kernel.verdicts.mute(server, Mute.shed)
      await talker.send(5, 10)
      await talker.answer(2, 10)
      const shed = kernel.stats.read().lost[LostReason.shed]!.map((n, what) => n - before[what]!)
      expect(look(server)).toEqual([])
      expect(shed[LostWhat.ingressServer]).toBe(5)
      expect(shed[LostWhat.egressServer]).toBe(2)
      expect(shed.reduce((sum, n) => sum + n)).toBe(7)
      kernel.verdicts.mute(server, Mute.none)
      await talker.send(1, 10)
      expect(look(server).map((event) => event.captured)).toEqual([8])
      kernel.verdicts.clear(server)
      kernel.verdicts.mute(server, Mute.none)
      await talker.send(1, LIMIT + 10)
      expect(look(server).map((event) => event.captured)).toEqual([LIMIT + 10])
    })

    it('begins a connection to a known port with the limit of its protocol', async () => {
      const first = await start('tcp')
      const ports = Array.from({ length: 2000 }, (_, i) => first.port + i + 1).filter(
        (port) => port < 65536,
      )
      for (const port of ports) kernel.portProtocols.set(port, 1, 20)
      let talker = await start('tcp')
      for (let tries = 0; !ports.includes(talker.port) && tries < 50; tries++)
        talker = await start('tcp')
      if (!ports.includes(talker.port)) kernel.portProtocols.set(talker.port, 1, 20)
      await talker.send(1, 900)
      events.collect()
      expect(events.of(idOf(talker.clientInode))[0]!.captured).toBe(20)
      for (const port of [...ports, talker.port]) kernel.portProtocols.set(port, 0, 0)
    })

    it('leaves alone what speaks a protocol that is switched off', async () => {
      const talker = await start('tcp')
      kernel.portProtocols.set(talker.port, 7, 20)
      kernel.protocolSwitches.enable(7, false)
      await talker.send(1, 900)
      events.collect()
      expect(idOf(talker.clientInode)).toBe(-1)
      kernel.protocolSwitches.enable(7, true)
      kernel.portProtocols.set(talker.port, 0, 0)
    })

    it('leaves a port alone from one operation to the next', async () => {
      const talker = await start('tcp')
      await talker.send(1, 10)
      events.collect()
      const client = idOf(talker.clientInode)
      kernel.portMarks.leaveAlone(talker.port, true)
      await talker.send(5, 10)
      expect(look(client)).toEqual([])
      kernel.portMarks.leaveAlone(talker.port, false)
      await talker.send(1, 10)
      expect(look(client).map((event) => event.position)).toEqual([60])
    })

    it('leaves out the new sockets of an ignored process', async () => {
      const talker = await start('tcp')
      expect(kernel.ignored.add(talker.pid)).toBe(true)
      await talker.send(3, 10)
      events.collect()
      expect(idOf(talker.clientInode)).toBe(-1)
      kernel.ignored.remove(talker.pid)
    })

    it('sends up datagrams of a marked port only', async () => {
      const talker = await start('udp')
      await talker.send(2, 100)
      events.collect()
      expect(idOf(talker.clientInode)).toBe(-1)
      kernel.portMarks.sendUnrecognised(talker.port, true)
      await talker.send(2, 100)
      events.collect()
      const sent = events.of(idOf(talker.clientInode))
      expect(sent.map((event) => event.captured)).toEqual([100, 100])
      expect(sent[0]!.flags & DataFlag.positionUnknown).toBe(DataFlag.positionUnknown)
      kernel.portMarks.sendUnrecognised(talker.port, false)
    })

    it('knows a connection that is older than the agent, and the places of its bytes', async () => {
      await early.send(2, 300)
      await early.answer(1, 40)
      events.collect()
      const [client, server] = [early.clientInode, early.serverInode].map(
        (inode) => events.sockets.find((socket) => socket.inode === inode)!,
      )
      expect(client!.flags & SocketFlag.late).toBe(SocketFlag.late)
      expect((client!.initialSent + 1) >>> 0).toBe(server!.initialReceived)
      const places = (id: number, direction: number) =>
        events
          .of(id)
          .filter((event) => event.direction === direction)
          .map((event) => event.position)
      // The role is not known, so the client's are raw: its SYN counts.
      expect(places(client!.socketId, Direction.egress)).toEqual([2101, 2401])
      expect(places(server!.socketId, Direction.ingress)).toEqual([2100, 2400])
      expect(places(server!.socketId, Direction.egress)).toEqual([100])
      expect(places(client!.socketId, Direction.ingress)).toEqual([100])
    })

    it('says when nothing is left to read on a Unix socket that is older than the agent', async () => {
      await earlyUnix.send(2, 30)
      events.collect()
      const [client, server] = [earlyUnix.clientInode, earlyUnix.serverInode].map(
        (inode) => events.sockets.find((socket) => socket.inode === inode)!,
      )
      expect(client!.flags & SocketFlag.late).toBe(SocketFlag.late)
      expect(server!.flags & SocketFlag.late).toBe(SocketFlag.late)
      for (const event of events.of(server!.socketId)) {
        expect(event.flags & DataFlag.drained).toBe(DataFlag.drained)
      }
      const young = await start('unix')
      await young.send(1, 30)
      events.collect()
      const socket = events.sockets.find(({ inode }) => inode === young.clientInode)!
      expect(socket.flags & SocketFlag.late).toBe(0)
    })

    /** Messages of 900 bytes that are more than a ring holds. */
    const overflow = () => Math.ceil((kernel.ringBytes * 1.3) / 2000)

    it('counts each event that the rings have no room for, by whose it was', async () => {
      const talker = await start('tcp')
      await talker.send(1, 900)
      events.collect()
      const server = idOf(talker.serverInode)
      const others = Array.from({ length: 65_536 }, (_, port) => port).filter(
        (port) => port !== talker.port && port !== talker.clientPort,
      )
      for (const port of others) kernel.portMarks.leaveAlone(port, true)
      const lost = () => kernel.stats.read().lost[LostReason.ringFull]![LostWhat.ingressServer]!
      const before = lost()
      const count = overflow()
      await talker.send(count, 900)
      events.collect()
      const seen = events.of(server).length - 1
      expect(lost() - before).toBeGreaterThan(0)
      expect(seen + lost() - before).toBe(count)
      for (const port of others) kernel.portMarks.leaveAlone(port, false)
    })

    it('describes a socket again whose description was lost', async () => {
      events.collect()
      const filler = await start('tcp')
      await filler.send(overflow(), 900)
      await filler.send(500, 10) // what room was left for a small burst
      const lostBefore = kernel.stats.read().lost[LostReason.ringFull]![LostWhat.other]!
      const talker = await start('tcp')
      await talker.send(200, 900)
      expect(kernel.stats.read().lost[LostReason.ringFull]![LostWhat.other]).toBeGreaterThan(
        lostBefore,
      )
      events.collect()
      await new Promise((resolve) => setTimeout(resolve, 20))
      await talker.send(1, 10)
      events.collect()
      expect(idOf(talker.clientInode)).toBeGreaterThan(0)
      expect(idOf(talker.serverInode)).toBeGreaterThan(0)
    })
  },
)
