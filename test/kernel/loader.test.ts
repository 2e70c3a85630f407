import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Direction, SocketFlag, SocketRole, UncapturedReason } from '../../src/events/layout.ts'
import { Kernel } from '../../src/loader/kernel.ts'
import { CollectedEvents } from '../loader/collected-events.ts'
import { kernelOptions } from '../support/kernel-options.ts'
import { mountTracefs } from '../support/tracefs.ts'

/** Answers each line with its upper case, on a port that it prints. */
const SERVER = `
import { createServer } from 'node:net'
const server = createServer((socket) => {
  socket.on('data', (data) => socket.write(data.toString().toUpperCase()))
  socket.on('error', () => {})
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`
/** Sends lines of growing length, each after the answer to the last. */
const CLIENT = `
import { connect } from 'node:net'
import { once } from 'node:events'
const socket = connect(Number(process.argv[1]), '127.0.0.1')
for (let i = 0; i < 20; i++) {
  socket.write('line ' + i + ' ' + 'x'.repeat(i * 37) + '\\n')
  let got = ''
  while (!got.endsWith('\\n')) got += (await once(socket, 'data'))[0].toString()
}
socket.end()
`
const SENT = Array.from({ length: 20 }, (_, i) => `line ${i} ${'x'.repeat(i * 37)}\n`)

function node(script: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

describe.each(['socket', 'syscall'] as const)('the kernel side, with hooks on a %s', (hooks) => {
  let unmount: () => void
  let kernel: Kernel
  let events: CollectedEvents
  let server: ChildProcess
  let client: ChildProcess
  let port: number

  beforeAll(async () => {
    unmount = hooks === 'syscall' ? mountTracefs() : () => {}
    kernel = new Kernel(kernelOptions({ hooks }))
    events = new CollectedEvents(kernel)
    kernel.attach()
    server = node(SERVER)
    const [line] = (await once(server.stdout!, 'data')) as [Buffer]
    port = Number(line.toString())
    client = node(CLIENT, String(port))
    await once(client, 'exit')
    events.collect()
  })

  afterAll(async () => {
    server?.kill()
    await kernel?.close()
    unmount()
  })

  const end = (role: number) =>
    events.sockets.find(
      (socket) =>
        socket.role === role &&
        (role === SocketRole.client ? socket.remotePort : socket.localPort) === port,
    )!

  it('describes both ends of a connection once, with role, owner and addresses', () => {
    const mine = events.sockets.filter(
      (socket) => socket.localPort === port || socket.remotePort === port,
    )
    expect(mine).toHaveLength(2)
    expect(end(SocketRole.client).tgid).toBe(client.pid)
    expect(end(SocketRole.server).tgid).toBe(server.pid)
    expect(end(SocketRole.client).localPort).toBe(end(SocketRole.server).remotePort)
    for (const socket of mine) {
      expect(socket.flags & SocketFlag.late).toBe(0)
      const address = new Uint8Array(socket.view.buffer, socket.localAddressAt, 4)
      expect([...address]).toEqual([127, 0, 0, 1])
      expect(socket.inode).toBeGreaterThan(0)
    }
  })

  it('names a connection by the same initial numbers at both ends', () => {
    const at = { client: end(SocketRole.client), server: end(SocketRole.server) }
    expect((at.client.initialSent + 1) >>> 0).toBe(at.server.initialReceived)
    expect(at.client.initialReceived).toBe(at.server.initialSent)
  })

  it('captures the bytes that were sent, at both ends', () => {
    const sent = SENT.join('')
    const client = end(SocketRole.client).socketId
    const server = end(SocketRole.server).socketId
    expect(events.bytes(client, Direction.egress).toString()).toBe(sent)
    expect(events.bytes(server, Direction.ingress).toString()).toBe(sent)
    expect(events.bytes(server, Direction.egress).toString()).toBe(sent.toUpperCase())
    expect(events.bytes(client, Direction.ingress).toString()).toBe(sent.toUpperCase())
  })

  it('gives each byte the same position at both ends, without a gap', () => {
    for (const role of [SocketRole.client, SocketRole.server]) {
      for (const direction of [Direction.egress, Direction.ingress]) {
        let next = 0
        for (const event of events.of(end(role).socketId)) {
          if (event.direction !== direction) continue
          expect(event.position).toBe(next)
          expect(event.uncaptured).toBe(UncapturedReason.none)
          next += event.length
        }
        expect(next).toBe(SENT.join('').length)
      }
    }
  })

  it('gives each ingress a context of its own and counts it', () => {
    const ingresses = events
      .of(end(SocketRole.server).socketId)
      .filter((event) => event.direction === Direction.ingress && event.length > 0)
    expect(new Set(ingresses.map((event) => event.contextId)).size).toBe(ingresses.length)
    expect(ingresses.map((event) => event.reads)).toEqual(
      ingresses.map((_, i) => ingresses[0]!.reads + i),
    )
  })

  it('sends up that the connection ended and the processes began and ended', () => {
    const closed = events.closes.map((event) => event.socketId)
    expect(closed).toContain(end(SocketRole.client).socketId)
    expect(closed).toContain(end(SocketRole.server).socketId)
    const seen = events.processes.map((event) => event.tgid)
    expect(seen.filter((tgid) => tgid === client.pid)).toHaveLength(2)
    expect(seen.filter((tgid) => tgid === server.pid)).toHaveLength(1)
  })

  it('loses nothing and says so', () => {
    const stats = kernel.stats.read()
    expect(stats.lost.flat().reduce((sum, count) => sum + count)).toBe(0)
    expect(stats.events).toBeGreaterThanOrEqual(events.data.length)
    expect(kernel.missedRuns()).toBe(0)
  })

  it('says how full its maps are', () => {
    const entries = () => kernel.maps().find(({ name }) => name === 'ignored_processes')
    kernel.ignored.add(client.pid!)
    kernel.ignored.add(server.pid!)
    expect(entries()).toEqual({ name: 'ignored_processes', entries: 2, limit: 16_384 })
    kernel.ignored.remove(client.pid!)
    kernel.ignored.remove(server.pid!)
    expect(entries()?.entries).toBe(0)
    for (const { name, entries: held, limit } of kernel.maps())
      expect(held, name).toBeLessThan(limit)
  })

  it('stays far from the limit of the verifier', () => {
    for (const { name, verified } of kernel.programs()) expect(verified, name).toBeLessThan(200_000)
  })
})
