// From events to encoded spans, without kernel and collector: microseconds of one core an exchange, compiling and garbage
// collection included. `npm run build && node bench/pipeline.mjs [requests] [exported or framed]`
// A server with one loop, 64 connections, 20,000 requests a second; all exported, and none (always_off).
const { Pipeline } = await import('../dist/agent/pipeline.js')
const { DataEvent, DataFlag, Direction, SocketEvent, SocketRole } = await import(
  '../dist/events/layout.js'
)
const { NO_VERDICTS } = await import('../dist/exchanges/verdicts.js')
const { encodeSpans } = await import('../dist/export/span-encoder.js')
const { loadConfig } = await import('../dist/config/load.js')
const { readFlags } = await import('../dist/config/flags.js')
const { Counters } = await import('../dist/telemetry/counters.js')

const requests = Number(process.argv[2] ?? 200_000)
const what = process.argv[3]
const ROUNDS = 5
const SOCKETS = 64
const BATCH = 512
/** Between two operations: ns. */
const STEP = 25_000
/** Requests between two ticks: 5 ms. */
const TICK = 100
const HOST = {
  name: 'host',
  arch: 'amd64',
  id: 'id',
  osName: 'Debian',
  osVersion: '12',
  kernel: '6',
}
const PROCESS = {
  tgid: 100,
  start: 1,
  comm: 'nginx',
  executable: '/usr/sbin/nginx',
  command: ['nginx: worker process'],
  parent: 1,
  user: 'root',
  language: '',
  runtimeVersion: '',
  threadServes: 'one',
  serviceName: 'nginx',
  serviceNameFrom: 'executable',
  serviceNamespace: '',
  containerId: '',
  podUid: '',
  systemdUnit: '',
  attributes: [],
}
const MESSAGES = [
  'GET /still HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: python-requests/2.31.0\r\nAccept: */*\r\n\r\n',
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Tue, 24 Nov 2026 09:11:23 GMT\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nstill\n',
]

function number(view, at, value) {
  view.setUint32(at, value >>> 0, true)
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
}

/** As the kernel side counts: on two CPUs (bpf/include/ids.h). */
function idOf(count) {
  return (count % 2) * 2 ** 40 + count + 1
}

/** One event per message, in one memory, as the ring has them. */
function makeEvents() {
  return MESSAGES.map((text, i) => {
    const payload = Buffer.from(text)
    const memory = new Uint8Array(DataEvent.size + payload.length)
    memory.set(payload, DataEvent.size)
    const view = new DataView(memory.buffer)
    view.setUint32(40, PROCESS.tgid, true)
    view.setUint32(44, PROCESS.tgid, true)
    view.setUint32(64, payload.length, true)
    view.setUint32(68, payload.length, true)
    view.setUint16(72, DataFlag.loops, true)
    view.setUint8(74, i === 0 ? Direction.ingress : Direction.egress)
    view.setUint8(75, SocketRole.server)
    const positions = new Float64Array(SOCKETS)
    return { event: new DataEvent(view), view, memory, length: payload.length, positions }
  })
}

class Server {
  time = 20e9
  built = 0
  bytes = 0
  #requests = 0
  #events = makeEvents()
  #batch = []
  #pipeline

  constructor(sampler) {
    const flags = ['--sampler', sampler, '--port', '8080']
    const { config } = loadConfig(readFlags(flags, {}), {})
    const nothing = () => {}
    this.#pipeline = new Pipeline({
      config,
      clock: { now: () => this.time, unix: (at) => BigInt(at) + 1_795_407_705_999_999_999n },
      host: HOST,
      processes: { of: () => PROCESS, forget: nothing },
      counters: new Counters(),
      sink: { accept: (span) => this.#accept(span) },
      verdicts: NO_VERDICTS,
      seed: 7,
      onTraced: nothing,
      onLeftOut: nothing,
      onGone: nothing,
      onStarted: nothing,
    })
    for (let socket = 0; socket < SOCKETS; socket++) this.#connect(socket)
  }

  #connect(socket) {
    const view = new DataView(new ArrayBuffer(SocketEvent.size))
    number(view, 16, idOf(socket))
    view.setUint32(48, PROCESS.tgid, true)
    view.setUint32(64, 5000 + socket, true)
    view.setUint32(68, 9000 + socket, true)
    view.setUint16(72, 2, true)
    view.setUint16(74, 6, true)
    view.setUint16(76, 8080, true)
    view.setUint16(78, 40_000 + socket, true)
    view.setUint8(128, SocketRole.server)
    this.#pipeline.socket(new SocketEvent(view), this.time)
  }

  serve(count) {
    for (let n = 0; n < count; n++) {
      const id = this.#requests++
      for (const { event, view, memory, length, positions } of this.#events) {
        const socket = id % SOCKETS
        this.time += STEP
        number(view, 16, idOf(socket))
        number(view, 24, idOf(id))
        number(view, 32, positions[socket])
        view.setUint32(52, id + 1, true)
        positions[socket] += length
        this.#pipeline.data(event, this.time, memory)
      }
      if (id % TICK === 0) this.#pipeline.tick(this.time)
    }
  }

  #accept(span) {
    this.built++
    this.#batch.push(span)
    if (this.#batch.length < BATCH) return
    this.bytes += encodeSpans(this.#batch).length
    this.#batch = []
  }
}

function measure(name, sampler) {
  const server = new Server(sampler)
  server.serve(requests / 2) // code is compiled
  const each = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    server.serve(requests / ROUNDS)
    const { user, system } = process.cpuUsage(before)
    each.push((user + system) / (requests / ROUNDS))
  }
  each.sort((a, b) => a - b)
  const spread = `${each[0].toFixed(2)} to ${each.at(-1).toFixed(2)}`
  const bytes = server.built > 0 ? `, ${Math.round(server.bytes / server.built)} bytes each` : ''
  console.log(
    `${name}: ${each[ROUNDS >> 1].toFixed(2)} us an exchange (${spread}); ${server.built} spans${bytes}`,
  )
}

if (what !== 'framed') measure('exported', 'always_on')
if (what !== 'exported') measure('framed', 'always_off')
