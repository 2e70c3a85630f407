// Building spans alone: microseconds of one core per span. `npm run build && node bench/spans.mjs [spans]`
// HTTP/1 exchanges of one service, half server, half client; paths with and without values in them.
const { SpanBuilder } = await import('../dist/spans/build-span.js')
const { Counters } = await import('../dist/telemetry/counters.js')
const { http1 } = await import('../dist/protocols/http1/index.js')
const { readRequestHead, readResponseHead } = await import('../dist/protocols/http1/head.js')

const spans = Number(process.argv[2] ?? 200_000)
const ROUNDS = 5
/** Few enough to stay in the cache as fresh ones would, with more traces than are remembered. */
const EXCHANGES = 32_768
const CLOCK = { now: () => 0, unix: (at) => BigInt(at) + 1_795_407_705_999_999_999n }
const HOST = {
  name: 'host',
  arch: 'amd64',
  id: 'id',
  osName: 'Debian',
  osVersion: '12',
  kernel: '6.1',
}
const CONFIG = {
  excludePaths: [],
  routes: [],
  urlQuery: 'hide',
  showSecrets: false,
  resource: { serviceName: '', attributes: [] },
  limits: { attributeCount: 128, attributeValueLength: Number.POSITIVE_INFINITY },
}
const PROCESS = {
  tgid: 7,
  start: 1,
  comm: 'python3',
  executable: '/usr/bin/python3.11',
  command: ['python3', 'shop.py'],
  parent: 1,
  user: 'root',
  language: 'python',
  runtimeVersion: 'CPython 3.11',
  threadServes: 'one',
  serviceName: 'shop',
  serviceNameFrom: 'script',
  serviceNamespace: '',
  containerId: '',
  podUid: '',
  systemdUnit: '',
  attributes: [],
}

const PATHS = {
  'plain paths': (n) => ['/', '/cart', '/api/v1/products', '/checkout/confirm'][n % 4],
  'paths with values': (n) =>
    `/api/v1/users/${n % 100_000}/orders/${(n * 2654435761) % 4294967296}`,
  'paths with UUIDs and queries': (n) =>
    `/cart/550e8400-e29b-41d4-a716-${String(n).padStart(12, '0')}?page=2&token=x`,
  slugs: (n) => `/products/${n.toString(36).replace(/\d/g, 'x')}-shoes/reviews`,
}

function exchanges(pathOf) {
  const made = []
  let trace = ''
  const answer = Buffer.from(
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n',
  )
  for (let n = 0; n < EXCHANGES; n++) {
    const role = n % 2 === 0 ? 'server' : 'client'
    const head = Buffer.from(
      `GET ${pathOf(n)} HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: python-requests/2.31\r\n\r\n`,
    )
    const socket = {
      id: n,
      family: 'ipv4',
      transport: 'tcp',
      role,
      localAddress: '10.0.0.1',
      localPort: 8080,
      remoteAddress: '10.0.0.2',
      remotePort: 40_000 + (n % 20_000),
    }
    const at = 1e9 + n * 50_000
    if (n % 4 === 0) trace = n.toString(16).padStart(32, '0')
    const id = n.toString(16).padStart(16, '0')
    made.push([
      {
        sequence: n,
        socket,
        protocol: http1,
        role,
        request: readRequestHead(head, 0, head.length, 0),
        response: readResponseHead(answer, 0, answer.length, 0),
        opened: { time: at },
        answered: { time: at + 1e6 },
        ended: { time: at + 2e6 },
        outcome: 'answered',
        damaged: false,
      },
      {
        traceId: trace,
        spanId: id,
        parent: n % 4 === 0 ? undefined : { spanId: id, model: 'thread', remote: false },
        reason: n % 4 === 0 ? 'entry' : undefined,
        link: undefined,
        traceState: '',
        remoteSampled: undefined,
        peerId: undefined,
      },
    ])
  }
  return made
}

const FACTS = {
  role: 'server',
  serverAddress: '10.0.0.1',
  serverPort: 8080,
  outcome: 'answered',
  route: (path) => path,
  query: () => '',
}

/** Median over rounds of the microseconds that `step` takes. */
function measure(given, step) {
  const rates = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    for (let n = 0; n < spans; n++) step(given[n % EXCHANGES])
    const { user, system } = process.cpuUsage(before)
    rates.push((user + system) / spans)
  }
  return rates.toSorted((a, b) => a - b)[ROUNDS >> 1].toFixed(2)
}

for (const [name, pathOf] of Object.entries(PATHS)) {
  const given = exchanges(pathOf)
  const builder = new SpanBuilder(CONFIG, HOST, CLOCK, new Counters())
  let last
  const whole = measure(given, ([exchange, place]) => {
    last = builder.build(exchange, place, PROCESS)
  })
  const described = measure(given, ([{ request, response, role }]) => {
    FACTS.role = role
    last = http1.describe(request, response, FACTS)
  })
  const names = new Set(
    given.map(([exchange, place]) => builder.build(exchange, place, PROCESS).name),
  )
  if (last === undefined) throw new Error('nothing was built')
  console.log(
    `${name}: ${whole} us a span (budget 2), of which ${described} in the protocol; ${names.size} names`,
  )
}
