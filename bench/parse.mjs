// From events to exchanges: messages per second of one core, bytes allocated per message; HTTP/1 in two
// sizes, then the recorded sessions of each protocol, connections opened and closed as recorded. Last,
// what a stream of no protocol costs. `npm run build && node --expose-gc bench/parse.mjs [messages [folder…]]`:
// with folders of test/fixtures, their sessions alone.
import { play, recordedConnections } from './sessions.mjs'

const { DataEvent, Direction, SocketEvent, SocketRole } = await import('../dist/events/layout.js')
const { Exchanges } = await import('../dist/exchanges/exchanges.js')
const { PROTOCOLS } = await import('../dist/protocols/registry.js')
const { Counters } = await import('../dist/telemetry/counters.js')

const messages = Number(process.argv[2] ?? 300_000)
const folders = process.argv.slice(3)
const SOCKETS = 64
/** Messages of one round in which allocation is measured: few, or a collection hides it. */
const SAMPLE = 640
/** Each begins with a collection. */
const ROUNDS = Math.min(41, 2 + Math.ceil(messages / 5000))

const SHORT = [
  'GET /cart/17 HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: python-requests/2.31.0\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n',
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Tue, 24 Nov 2026 09:11:23 GMT\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nhello\n',
]
const BROWSER = [
  `GET /product/4711?ref=home HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nCookie: ${'session=abcdef0123456789; '.repeat(12)}\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n`,
  `HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\nSet-Cookie: ${'x'.repeat(120)}\r\n\r\n400\r\n${'b'.repeat(1024)}\r\n0\r\n\r\n`,
]

/** Preface and settings of both, then a call: HEADERS that end it; HEADERS and DATA of the answer. */
const HTTP2_HELLO = [
  `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${frame(4, 0, '')}`,
  `${frame(4, 0, '')}${frame(4, 1, '')}`,
]
const PATH = '/shop.Cart/Get'
const HTTP2 = [
  frame(
    1,
    5,
    `\x83\x86\x04${text(PATH)}\x01${text('cart:8080')}\x0f\x10${text('application/json')}`,
  ),
  frame(1, 4, `\x88\x0f\x10${text('application/json')}`) + frame(0, 1, '{"items":[1,2,3]}'),
]
/** Where the number of the stream stands in each frame of those. */
const HTTP2_NUMBERS = [[5], [5, HTTP2[1].indexOf('{') - 4]]

/** A frame of HTTP/2 of stream 0. */
function frame(type, flags, payload) {
  const length = String.fromCharCode(payload.length >> 8, payload.length & 0xff)
  return `\0${length}${String.fromCharCode(type, flags)}\0\0\0\0${payload}`
}

/** A literal of HPACK. */
function text(value) {
  return String.fromCharCode(value.length) + value
}

function id(view, at, value) {
  view.setUint32(at, value >>> 0, true)
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
}

/** One event per message, in one memory, as the ring has them. */
function makeEvents(texts) {
  return texts.map((text, i) => {
    const payload = Buffer.from(text, 'latin1')
    const memory = new Uint8Array(DataEvent.size + payload.length)
    memory.set(payload, DataEvent.size)
    const view = new DataView(memory.buffer)
    view.setUint32(40, 100, true)
    view.setUint32(44, 1, true)
    view.setUint32(64, payload.length, true)
    view.setUint32(68, payload.length, true)
    view.setUint8(74, i === 0 ? Direction.ingress : Direction.egress)
    view.setUint8(75, SocketRole.server)
    const position = new Float64Array(SOCKETS)
    return { event: new DataEvent(view), view, memory, length: payload.length, position }
  })
}

const nothing = () => {}

/** Exchanges that count the messages that were read. */
class Reader {
  read = 0
  time = 0
  sockets = 0

  constructor() {
    const count = () => {
      this.read++
    }
    this.exchanges = new Exchanges({
      config: { payloadLimit: 16_384, maxOpenExchanges: 100_000, streamLimitSeconds: 600 },
      counters: new Counters(),
      listener: {
        operation: nothing,
        carried: nothing,
        opened: count,
        answered: count,
        ended: nothing,
        lost: nothing,
        closed: nothing,
      },
      verdicts: {
        verdict: nothing,
        shed: nothing,
        serverPort: nothing,
        datagramPort: nothing,
        forget: nothing,
      },
    })
  }

  /** Socket tables forget what has closed after a while. */
  rest() {
    this.time += 5e9
    this.exchanges.tick(this.time)
  }
}

/** Two messages on sockets that stay open. `numbers`: where each has that of its exchange. */
function keptOpen(texts, hello = [], numbers = []) {
  const reader = new Reader()
  for (let socket = 0; socket < SOCKETS; socket++) {
    const view = new DataView(new ArrayBuffer(SocketEvent.size))
    id(view, 16, socket + 1)
    view.setUint16(72, 2, true)
    view.setUint16(74, 6, true)
    view.setUint8(128, SocketRole.server)
    reader.exchanges.socket(new SocketEvent(view))
  }
  const begin = makeEvents(hello)
  const events = makeEvents(texts)
  for (let socket = 0; socket < SOCKETS; socket++) {
    for (const [i, { event, view, memory, length }] of begin.entries()) {
      id(view, 16, socket + 1)
      events[i].position.fill(length)
      reader.exchanges.data(event, ++reader.time, memory)
    }
  }
  let n = 0
  const once = () => {
    const socket = n % SOCKETS
    const number = 2 * Math.floor(n++ / SOCKETS) + 1
    for (const [i, { event, view, memory, length, position }] of events.entries()) {
      for (const at of numbers[i] ?? []) view.setUint32(DataEvent.size + at, number)
      id(view, 16, socket + 1)
      id(view, 32, position[socket])
      position[socket] += length
      reader.time += 1000
      reader.exchanges.data(event, reader.time, memory)
    }
  }
  return { reader, once }
}

/** All sessions of a folder, each connection on a socket of its own. */
function recorded(connections) {
  const reader = new Reader()
  let n = 0
  const once = () => {
    const connection = connections[n++ % connections.length]
    reader.time = play(reader.exchanges, connection, ++reader.sockets, reader.time)
    if (n % connections.length === 0) reader.rest()
  }
  return { reader, once }
}

function until(reader, once, count) {
  const end = reader.read + count
  let idle = 0
  while (reader.read < end) {
    const before = reader.read
    once()
    idle = reader.read === before ? idle + 1 : 0
    if (idle > 1000) throw new Error('nothing is read')
  }
}

function measure(name, { reader, once }) {
  until(reader, once, messages / 5)
  const rounds = []
  for (let i = 0; i < ROUNDS; i++) {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    const read = reader.read
    until(reader, once, SAMPLE)
    rounds.push((process.memoryUsage().heapUsed - before) / (reader.read - read))
  }
  const bytes = rounds.sort((x, y) => x - y)[ROUNDS >> 1]
  const read = reader.read
  const start = process.cpuUsage()
  until(reader, once, messages)
  const { user, system } = process.cpuUsage(start)
  const each = (user + system) / (reader.read - read)
  console.log(
    `${name}: ${Math.round(1e6 / each)} messages/s, ${each.toFixed(2)} µs and ${Math.round(bytes)} bytes each`,
  )
}

/** What all protocols together need to say no, or that they need more. */
function measureUnknown() {
  const heads = [
    Buffer.from('160303004000000000000000012f6d3a9b8c7d6e5f405162738495a6b7c8d9eafb', 'hex'),
    Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n'),
    Buffer.alloc(512),
    Buffer.from('It was the best of times, it was the worst of times, it was the age of wisdom\n'),
  ]
  const count = Math.min(400_000, messages * 100)
  let verdicts = 0
  const run = (times) => {
    for (let i = 0; i < times; i++)
      for (const protocol of PROTOCOLS) if (protocol.detect(heads[i & 3]) === 'request') verdicts++
  }
  run(count / 10)
  const start = process.cpuUsage()
  run(count)
  const { user, system } = process.cpuUsage(start)
  if (verdicts > 0) throw new Error('claimed')
  console.log(`a stream of no protocol: ${((user + system) / count).toFixed(2)} µs an operation`)
}

if (folders.length === 0) {
  measure('http1 short', keptOpen(SHORT))
  measure('http1 browser', keptOpen(BROWSER))
  measure('http2 calls', keptOpen(HTTP2, HTTP2_HELLO, HTTP2_NUMBERS))
}
for (const { name, connections } of recordedConnections())
  if (folders.length === 0 || folders.includes(name))
    measure(`${name} sessions`, recorded(connections))
if (folders.length === 0) measureUnknown()
