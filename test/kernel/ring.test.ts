import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SystemClock } from '../../src/base/system-clock.ts'
import { Dispatcher, type EventHandlers } from '../../src/events/dispatch.ts'
import { type DataEvent, DataFlag, Direction, type SocketEvent } from '../../src/events/layout.ts'
import { Kernel, type KernelOptions } from '../../src/loader/kernel.ts'
import { Drain } from '../../src/ring/drain.ts'
import { DrainLoop } from '../../src/ring/drain-loop.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { kernelOptions } from '../support/kernel-options.ts'

const CONNECTIONS = 8
const REQUESTS = 1500 // of each pair
const LIMIT = 4096

const SERVER = `
import { createServer } from 'node:http'
const server = createServer((request, response) => {
  let length = 0
  request.on('data', (data) => { length += data.length })
  request.on('end', () => response.end('answer '.repeat(length % 900)))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`
/** Says how many bytes each of its sockets sent and received, by local port. */
const CLIENT = `
import { Agent, request } from 'node:http'
const [port, requests, connections] = process.argv.slice(1).map(Number)
const agent = new Agent({ keepAlive: true, maxSockets: connections })
const sockets = new Map()
let next = 0
async function worker() {
  while (next < requests) {
    const i = next++
    await new Promise((done, failed) => {
      const call = request({ port, host: '127.0.0.1', agent, method: 'POST', path: '/' + i }, (response) => {
        sockets.set(call.socket.localPort, call.socket)
        response.resume().on('end', done)
      })
      call.on('error', failed)
      call.end('b'.repeat((i * 7919) % 3000))
    })
  }
}
await Promise.all(Array.from({ length: connections }, worker))
console.log(JSON.stringify([...sockets].map(([localPort, s]) => ({ port, localPort, sent: s.bytesWritten, received: s.bytesRead }))))
agent.destroy()
`

function node(cpu: number, script: string, ...args: number[]): ChildProcess {
  const command = ['-c', `${cpu}`, process.execPath, '--input-type=module', '-e', script]
  return spawn('taskset', [...command, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** What is known of one direction at one end. */
class Side {
  /** Bytes from the start of the stream to the end of what was seen. */
  end = 0
  gaps = 0
  readonly captured: { readonly at: number; readonly bytes: Buffer }[] = []

  add(event: DataEvent, bytes: Uint8Array): void {
    if (event.position !== this.end) this.gaps++
    this.end = event.position + event.length
    const payload = bytes.subarray(event.payloadAt, event.payloadAt + event.captured)
    this.captured.push({ at: event.position, bytes: Buffer.from(payload) })
  }

  /** The stream with zeros where it was not captured, and what was: to be compared with the peer's. */
  image(): { bytes: Buffer; known: Uint8Array } {
    const bytes = Buffer.alloc(this.end)
    const known = new Uint8Array(this.end)
    for (const piece of this.captured) {
      piece.bytes.copy(bytes, piece.at)
      known.fill(1, piece.at, piece.at + piece.bytes.length)
    }
    return { bytes, known }
  }
}

interface End {
  readonly localPort: number
  readonly remotePort: number
  readonly egress: Side
  readonly ingress: Side
  /** Operations whose place was not known. */
  unplaced: number
}

class Ends implements EventHandlers {
  readonly byId = new Map<number, End>()
  ticks = 0
  disorder = 0
  losses = 0
  #newest = -Infinity

  socket(event: SocketEvent, time: number): void {
    this.#order(time)
    if (this.byId.has(event.socketId)) return
    const { localPort, remotePort } = event
    this.byId.set(event.socketId, {
      localPort,
      remotePort,
      egress: new Side(),
      ingress: new Side(),
      unplaced: 0,
    })
  }

  data(event: DataEvent, time: number, bytes: Uint8Array): void {
    this.#order(time)
    const end = this.byId.get(event.socketId)
    if ((event.flags & (DataFlag.failed | DataFlag.end)) !== 0) return
    if (end === undefined) throw new Error('data of a socket that was not described')
    if ((event.flags & DataFlag.positionUnknown) !== 0) end.unplaced++
    else if (event.direction === Direction.egress) end.egress.add(event, bytes)
    else end.ingress.add(event, bytes)
  }

  close(_event: unknown, time: number): void {
    this.#order(time)
  }
  exec(_event: unknown, time: number): void {
    this.#order(time)
  }
  exit(_event: unknown, time: number): void {
    this.#order(time)
  }
  lost(): void {
    this.losses++
  }
  tick(horizon: number): void {
    if (horizon < this.#newest) this.disorder++
    this.ticks++
  }

  #order(time: number): void {
    if (time < this.#newest) this.disorder++
    this.#newest = time
  }
}

interface Told {
  /** Of the server. */
  readonly port: number
  readonly localPort: number
  readonly sent: number
  readonly received: number
}

async function output(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return line.toString()
}

describe('draining a kernel under load', () => {
  const clock = new SystemClock()
  const counters = new Counters()
  const ends = new Ends()
  const bugs: unknown[] = []
  const servers: ChildProcess[] = []
  const told: Told[] = []
  let kernel: Kernel
  let before: ReturnType<Kernel['stats']['read']>

  beforeAll(async () => {
    const options: KernelOptions = kernelOptions({
      hooks: 'socket',
      agentStart: Number(clock.origin),
      payloadLimit: LIMIT,
    })
    kernel = new Kernel(options)
    const drain = new Drain({
      rings: kernel.onlineCpus().map((cpu) => kernel.rings.open(cpu)!),
      bursts: kernel.bursts,
      flusher: kernel.flusher,
      sink: new Dispatcher(ends, counters, (bug) => bugs.push(bug)),
      clock,
      start: clock.origin,
      counter: counters.transport,
    })
    const loop = new DrainLoop(drain, kernel.wake)
    before = kernel.stats.read()
    loop.start()
    kernel.attach()
    const cpus = kernel.onlineCpus()
    const [one, other] = [cpus[0]!, cpus.at(-1)!]
    await Promise.all([load(one, other), load(other, one)])
    await loop.stop()
  })

  /** A server on one CPU, and its client on the other. */
  async function load(serverCpu: number, clientCpu: number): Promise<void> {
    const server = node(serverCpu, SERVER)
    servers.push(server)
    const port = Number(await output(server))
    const client = node(clientCpu, CLIENT, port, REQUESTS, CONNECTIONS)
    const exit = once(client, 'exit')
    told.push(...(JSON.parse(await output(client)) as Told[]))
    await exit
  }

  afterAll(async () => {
    for (const server of servers) server.kill()
    await kernel?.close()
  })

  const find = (localPort: number, remotePort: number): End =>
    [...ends.byId.values()].find(
      (end) => end.localPort === localPort && end.remotePort === remotePort,
    )!
  /** Both ends of a connection. The same local port may lead to both servers. */
  const endsOf = ({ port, localPort }: Told): { client: End; server: End } => ({
    client: find(localPort, port),
    server: find(port, localPort),
  })

  test('loses nothing', () => {
    const after = kernel.stats.read()
    expect(after.lost).toEqual(before.lost)
    expect(after.events - before.events).toBeGreaterThan(8 * REQUESTS)
    expect(ends.losses).toBe(0)
    expect(counters.transport.entries().filter(([, count]) => count > 0)).toEqual([])
    expect(bugs).toEqual([])
  })

  test('hands events over in order of time, and a horizon that they passed', () => {
    expect(ends.disorder).toBe(0)
    expect(ends.ticks).toBeGreaterThan(10)
  })

  test('gives every byte of both directions its place, at both ends', () => {
    expect(told.length).toBe(2 * CONNECTIONS)
    for (const connection of told) {
      const { client, server } = endsOf(connection)
      expect(client.unplaced + server.unplaced).toBe(0)
      const { sent, received } = connection
      for (const [side, length] of [
        [client.egress, sent],
        [server.ingress, sent],
        [client.ingress, received],
        [server.egress, received],
      ] as const) {
        expect(side.gaps).toBe(0)
        expect(side.end).toBe(length)
      }
    }
  })

  test('shows the same bytes at both ends', () => {
    for (const connection of told) {
      const { client, server } = endsOf(connection)
      const pairs = [
        [client.egress, server.ingress],
        [server.egress, client.ingress],
      ] as const
      for (const [sender, receiver] of pairs) {
        const [sent, received] = [sender.image(), receiver.image()]
        let compared = 0
        let different = 0
        for (let i = 0; i < sent.bytes.length; i++) {
          if (sent.known[i] === 0 || received.known[i] === 0) continue
          compared++
          if (sent.bytes[i] !== received.bytes[i]) different++
        }
        expect(different).toBe(0)
        expect(compared).toBeGreaterThan(sent.bytes.length / 2)
      }
    }
  })
})
