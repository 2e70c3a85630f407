// HTTP/1 from events to exchanges: messages per second of one core, bytes allocated per message.
// `npm run build && node --expose-gc bench/parse.mjs [requests]`
const { DataEvent, Direction, SocketEvent, SocketRole } = await import('../dist/events/layout.js')
const { Exchanges } = await import('../dist/exchanges/exchanges.js')
const { http1 } = await import('../dist/protocols/http1/index.js')
const { Cursor } = await import('../dist/protocols/cursor.js')
const { Counters } = await import('../dist/telemetry/counters.js')

const requests = Number(process.argv[2] ?? 300_000)
const SOCKETS = 64
/** Requests of one round in which allocation is measured. */
const SAMPLE = 320

const SHORT = [
  'GET /cart/17 HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: python-requests/2.31.0\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n',
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Tue, 24 Nov 2026 09:11:23 GMT\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nhello\n',
]
const BROWSER = [
  `GET /product/4711?ref=home HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nCookie: ${'session=abcdef0123456789; '.repeat(12)}\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n`,
  `HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\nSet-Cookie: ${'x'.repeat(120)}\r\n\r\n400\r\n${'b'.repeat(1024)}\r\n0\r\n\r\n`,
]

function id(view, at, value) {
  view.setUint32(at, value >>> 0, true)
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
}

/** One event per message, in one memory, as the ring has them. */
function makeEvents(texts) {
  const events = []
  for (const [i, text] of texts.entries()) {
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
    events.push({
      event: new DataEvent(view),
      view,
      memory,
      length: payload.length,
      position: new Float64Array(SOCKETS),
    })
  }
  return events
}

const nothing = () => {}
const listener = {
  operation: nothing,
  carried: nothing,
  opened: nothing,
  answered: nothing,
  ended: nothing,
  lost: nothing,
  closed: nothing,
}

function run(name, texts) {
  const counters = new Counters()
  const exchanges = new Exchanges({
    config: { payloadLimit: 4096, maxOpenExchanges: 100_000, streamLimitSeconds: 600 },
    counters,
    listener,
    verdicts: { verdict: nothing, serverPort: nothing },
  })
  for (let socket = 0; socket < SOCKETS; socket++) {
    const view = new DataView(new ArrayBuffer(SocketEvent.size))
    id(view, 16, socket + 1)
    view.setUint16(72, 2, true)
    view.setUint16(74, 6, true)
    view.setUint8(128, SocketRole.server)
    exchanges.socket(new SocketEvent(view))
  }
  const events = makeEvents(texts)
  let time = 0
  const play = (count) => {
    for (let n = 0; n < count; n++) {
      const socket = n % SOCKETS
      for (const { event, view, memory, length, position } of events) {
        id(view, 16, socket + 1)
        id(view, 32, position[socket])
        position[socket] += length
        time += 1000
        exchanges.data(event, time, memory)
      }
    }
  }
  play(requests / 10)
  // A collection in between would hide what was allocated: many short rounds, and the middle one.
  const rounds = []
  for (let i = 0; i < 41; i++) {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    play(SAMPLE)
    rounds.push((process.memoryUsage().heapUsed - before) / (SAMPLE * 2))
  }
  const bytes = rounds.sort((x, y) => x - y)[20]
  const start = process.cpuUsage()
  play(requests)
  const { user, system } = process.cpuUsage(start)
  const perMessage = (user + system) / (requests * 2)
  const answered = counters.exchanges.get('answered')
  if (answered !== requests + requests / 10 + 41 * SAMPLE) throw new Error(`${answered} answered`)
  console.log(
    `${name}: ${Math.round(1e6 / perMessage)} messages/s, ${perMessage.toFixed(2)} µs and ${Math.round(bytes)} bytes each`,
  )
}

/** The parser alone. */
function runParser(name, [request, response]) {
  const conversation = http1.open()
  const cursor = new Cursor()
  const asked = Buffer.from(request, 'latin1')
  const answered = Buffer.from(response, 'latin1')
  const play = (count) => {
    let position = 0
    for (let n = 0; n < count; n++) {
      cursor.aim(asked, 0, asked.length, position, 0, false)
      const { message } = conversation.readRequest(cursor)
      conversation.readRequest(cursor)
      cursor.aim(answered, 0, answered.length, position, 0, false)
      conversation.readResponse(cursor, message)
      const end = conversation.readResponse(cursor, message)
      if (end.kind !== 'end') throw new Error('not at the end')
      position += asked.length
    }
  }
  play(requests / 10)
  const start = process.cpuUsage()
  play(requests)
  const { user, system } = process.cpuUsage(start)
  const perMessage = (user + system) / (requests * 2)
  console.log(
    `${name}, parser alone: ${Math.round(1e6 / perMessage)} messages/s, ${perMessage.toFixed(2)} µs each`,
  )
}

run('short', SHORT)
run('browser', BROWSER)
runParser('short', SHORT)
runParser('browser', BROWSER)
