import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type DataEvent,
  DataFlag,
  Direction,
  type SocketEvent,
  SocketFlag,
  UncapturedReason,
} from '../../src/events/layout.ts'
import { Kernel } from '../../src/loader/kernel.ts'
import { CollectedEvents, payload } from '../loader/collected-events.ts'
import { mountTracefs } from '../support/tracefs.ts'

const { none, limit, noCall, otherCall, compat, many, flags, protocol, vector } = UncapturedReason
const CLIENT = 0
const SERVER = 1

/** As in programs/streams.h. */
function byteAt(position: number, end: number): number {
  const x = (Math.imul(position + 1, 0x9e3779b1) + end * 77) >>> 0
  return ((x >>> 24) ^ (x >>> 11)) & 0xff
}

/** The two ends of one way of moving bytes. */
interface Way {
  readonly client: SocketEvent | undefined
  readonly server: SocketEvent | undefined
}

describe.each(['socket', 'syscall'] as const)('what is captured, with hooks on a %s', (hooks) => {
  const folder = mkdtempSync(join(tmpdir(), 'underspan-captures-'))
  let unmount = () => {}
  let kernel: Kernel
  let events: CollectedEvents
  const ways = new Map<string, Way>()

  function compile(program: string): void {
    const args = [
      '-O1',
      '-pthread',
      `test/kernel/programs/${program}.c`,
      '-o',
      join(folder, program),
    ]
    expect(spawnSync('cc', args, { encoding: 'utf8' }).stderr).toBe('')
  }

  /** Events are collected meanwhile: the rings hold those of the whole host. */
  async function run(program: string): Promise<void> {
    const timer = setInterval(() => events.collect(), 20)
    const { stdout } = await promisify(execFile)(join(folder, program), { timeout: 60_000 })
    clearInterval(timer)
    events.collect()
    const byInode = new Map(events.sockets.map((socket) => [socket.inode, socket]))
    for (const line of stdout.trim().split('\n')) {
      const [name, client, server] = line.split(' ')
      ways.set(name!, { client: byInode.get(Number(client)), server: byInode.get(Number(server)) })
    }
  }

  beforeAll(async () => {
    unmount = hooks === 'syscall' ? mountTracefs() : () => {}
    compile('captures')
    compile('intruders')
    kernel = new Kernel({
      object: readFileSync('bpf/underspan.bpf.o'),
      hooks,
      libbpf: '',
      btf: '',
      agentStart: Number(process.hrtime.bigint()),
      payloadLimit: 4096,
    })
    events = new CollectedEvents(kernel)
    kernel.attach()
    await run('captures')
    await run('intruders')
  })

  afterAll(async () => {
    await kernel?.close()
    unmount()
    rmSync(folder, { recursive: true })
  })

  function operations(name: string, end: number, direction: number): DataEvent[] {
    const way = ways.get(name)
    const socket = end === CLIENT ? way?.client : way?.server
    return socket === undefined
      ? []
      : events.of(socket.socketId).filter((event) => event.direction === direction)
  }

  function moved(name: string, end: number, direction: number): DataEvent[] {
    return operations(name, end, direction).filter(
      (event) => (event.flags & (DataFlag.end | DataFlag.failed)) === 0,
    )
  }

  function reasons(name: string): Set<number> {
    const all = [CLIENT, SERVER].flatMap((end) =>
      [Direction.egress, Direction.ingress].flatMap((direction) => moved(name, end, direction)),
    )
    return new Set(all.map((event) => event.uncaptured))
  }

  /** Gaps between the stretches, as [from, to]; fails where two overlap or come out of order. */
  function gaps(name: string, end: number, direction: number): [number, number][] {
    const found: [number, number][] = []
    let next = 0
    // Where several processes write, their events may come in another order than their bytes.
    const inPlace = moved(name, end, direction).toSorted((a, b) => a.position - b.position)
    for (const event of inPlace) {
      expect(event.position, `${name}: stretches overlap`).toBeGreaterThanOrEqual(next)
      if (event.position > next) found.push([next, event.position])
      next = event.position + event.length
    }
    return found
  }

  it('is never a wrong byte and never at a wrong place', () => {
    let bytes = 0
    for (const [name] of ways) {
      if (name === 'eight-writers') continue
      for (const end of [CLIENT, SERVER]) {
        for (const direction of [Direction.egress, Direction.ingress]) {
          const writer = direction === Direction.egress ? end : 1 - end
          for (const event of moved(name, end, direction)) {
            const data = payload(event)
            expect(data.length).toBeLessThanOrEqual(event.length)
            const wrong = data.findIndex((byte, i) => byte !== byteAt(event.position + i, writer))
            expect(wrong, `${name}, position ${event.position} of ${event.length}`).toBe(-1)
            bytes += data.length
          }
        }
      }
    }
    expect(bytes).toBeGreaterThan(500_000)
  })

  it.each([
    'plain',
    'plain-ipv6',
    'plain-unix',
    'plain-unix-pair',
    'vectors',
    'vectors-unix',
    'addresses',
    'peek',
    'peek-unix',
    'wait-all',
    'partial',
    'faults',
    'half-closed',
    'half-closed-unix',
    'shared',
    'error-queue',
    'truncated',
  ])('leaves no gap in %s', (name) => {
    for (const end of [CLIENT, SERVER]) {
      for (const direction of [Direction.egress, Direction.ingress]) {
        expect(gaps(name, end, direction)).toEqual([])
      }
    }
  })

  it.each([
    ['plain', [none, limit]],
    ['plain-ipv6', [none, limit]],
    ['plain-unix', [none, limit]],
    ['plain-unix-pair', [none, limit]],
    ['addresses', [none]],
    ['peek', [none]],
    ['wait-all', [none]],
    ['partial', [limit]],
    ['half-closed', [none]],
    ['shared', [none]],
    ['vectors', [none, limit, vector]],
    ['truncated', [none, flags]],
    ['many-messages', [none, many]],
    ['urgent', [none, flags]],
  ])('misses bytes of %s for no other reason than %j', (name, allowed) => {
    for (const reason of reasons(name as string)) expect(allowed).toContain(reason)
    expect(reasons(name as string)).toContain(allowed[0])
  })

  it('reads a vector as far as its first 16 pieces go', () => {
    const sent = moved('vectors', CLIENT, Direction.egress)
    expect(sent).toHaveLength(24)
    for (const event of sent.slice(0, 13)) expect(event.captured).toBe(event.length)
    for (const event of sent.slice(16)) {
      expect(event.uncaptured).toBe(vector)
      expect(event.captured).toBeGreaterThan(1000)
    }
  })

  it('is nothing of what sendfile and splice move', () => {
    const sent = moved('from-file', CLIENT, Direction.egress)
    for (const event of sent) {
      expect(event.captured).toBe(0)
      expect(event.uncaptured).toBe(otherCall)
    }
    expect(sent.reduce((sum, event) => sum + event.length, 0)).toBe(hooks === 'socket' ? 5000 : 0)
    expect(moved('from-file', SERVER, Direction.ingress).length).toBeGreaterThan(0)
  })

  it('shows what no hook sees as a jump of the position', () => {
    expect(gaps('to-pipe', SERVER, Direction.ingress)).toEqual([[0, 1000]])
    expect(gaps('urgent', SERVER, Direction.ingress)).toEqual([[100, 101]])
    expect(gaps('urgent', CLIENT, Direction.egress)).toEqual([])
  })

  it.each([
    ['ring-receives', SERVER, Direction.ingress, 50 * 700],
    ['ring-sends', CLIENT, Direction.egress, 20 * 700],
    ['ring-thread-receives', SERVER, Direction.ingress, 50 * 700],
    ['ring-thread-sends', CLIENT, Direction.egress, 20 * 700],
  ])(
    'is nothing of %s, done while the thread is in another call',
    (name, end, direction, length) => {
      const seen = moved(name, end, direction)
      for (const event of seen) {
        expect(event.captured).toBe(0)
        expect([noCall, otherCall]).toContain(event.uncaptured)
      }
      const sum = seen.reduce((total, event) => total + event.length, 0)
      expect(sum).toBe(hooks === 'socket' ? length : 0)
      const plain = moved(name, 1 - end, 1 - direction)
      for (const event of plain) expect(event.uncaptured).toBe(none)
    },
  )

  it('is nothing of 32-bit system calls', () => {
    const seen = moved('32-bit', CLIENT, Direction.egress)
    expect(seen).toHaveLength(hooks === 'socket' ? 5 : 0)
    for (const event of seen) expect(event.uncaptured).toBe(compat)
    expect(gaps('32-bit', SERVER, Direction.ingress)).toEqual([])
  })

  it('has no place in a stream that is not plain TCP', () => {
    const way = ways.get('mptcp')
    if (way === undefined) return // the kernel has none
    expect(way.client!.flags & SocketFlag.noPosition).toBe(SocketFlag.noPosition)
    expect(reasons('mptcp')).toEqual(new Set([protocol]))
    for (const event of moved('mptcp', CLIENT, Direction.egress)) {
      expect(event.flags & DataFlag.positionUnknown).toBe(DataFlag.positionUnknown)
    }
  })

  it('says that a stream ended, and where', () => {
    const ends = operations('half-closed', SERVER, Direction.ingress).filter(
      (event) => event.flags & DataFlag.end,
    )
    expect(ends.map((event) => event.position)).toEqual([700])
    const back = operations('half-closed', CLIENT, Direction.ingress).filter(
      (event) => event.flags & DataFlag.end,
    )
    expect(back.map((event) => event.position)).toEqual([1000])
    expect(moved('half-closed', CLIENT, Direction.ingress).map((event) => event.position)).toEqual([
      0, 600,
    ])
  })

  it('says that a read failed, with the error, and that the connection was reset', () => {
    const ECONNRESET = 104
    const way = ways.get('reset')!
    const failed = operations('reset', CLIENT, Direction.ingress).filter(
      (event) => event.flags & DataFlag.failed,
    )
    expect(failed.map((event) => event.length)).toEqual([ECONNRESET])
    const closed = events.closes.filter((event) => event.socketId === way.client!.socketId)
    expect(closed.map((event) => event.error)).toContain(ECONNRESET)
  })

  it('knows a socket whatever the descriptor and the process', () => {
    const sent = moved('shared', CLIENT, Direction.egress)
    expect(sent.map((event) => event.length).toSorted()).toEqual([100, 200, 300, 400])
    expect(new Set(sent.map((event) => event.tgid)).size).toBe(3)
  })

  it('knows the other end of a Unix socket', () => {
    for (const name of ['plain-unix', 'plain-unix-pair']) {
      const { client, server } = ways.get(name)!
      expect(client!.peerId, name).toBe(server!.socketId)
      expect(server!.peerId, name).toBe(client!.socketId)
    }
  })

  it('is at its own place for eight threads that write one socket, or says that it may not be', () => {
    const reads = moved('eight-writers', SERVER, Direction.ingress)
    const stream = Buffer.alloc(8 * 500 * 640)
    for (const event of reads) payload(event).copy(stream, event.position)
    expect(gaps('eight-writers', SERVER, Direction.ingress)).toEqual([])
    const writes = moved('eight-writers', CLIENT, Direction.egress)
    expect(writes).toHaveLength(8 * 500)
    const certain = writes.filter((event) => (event.flags & DataFlag.positionUnknown) === 0)
    for (const event of certain) {
      expect(payload(event).compare(stream, event.position, event.position + 640)).toBe(0)
    }
    expect(certain.length).toBeGreaterThan(writes.length / 2)
  })

  it('is counted by reason', () => {
    const { uncaptured, lost } = kernel.stats.read()
    const counted = (reason: number) =>
      events.data.filter((event) => event.uncaptured === reason).length
    for (const reason of [limit, noCall, otherCall, compat, many, protocol, vector]) {
      expect(uncaptured[reason], `reason ${reason}`).toBeGreaterThanOrEqual(counted(reason))
    }
    expect(lost.flat().reduce((sum, count) => sum + count)).toBe(0)
  })
})
