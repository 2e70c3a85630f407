// Export alone: microseconds of one core per span, from accept() to the answer of a collector in a process of its own.
// `npm run build && node bench/export.mjs [spans]`. Spans as they are built: 14 attributes, 20 services with 17 resource attributes.
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const ROUNDS = 5
const SERVICES = 20
const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

if (process.argv[2] === 'collector') collect()
else await measureAll(Number(process.argv[2] ?? 100_000))

/** The other process: takes everything and looks at nothing. */
function collect() {
  // Comes with the exporter; nothing else here knows it.
  const { Server, ServerCredentials } = createRequire(import.meta.url)('@grpc/grpc-js')
  const bytes = (buffer) => buffer
  const server = new Server({ 'grpc.max_receive_message_length': 64 << 20 })
  server.addService(
    {
      export: {
        path: PATH,
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    },
    { export: (_, done) => done(null, Buffer.alloc(0)) },
  )
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error
    process.send({ port })
  })
  process.on('disconnect', () => process.exit(0))
}

async function measureAll(spans) {
  const { ProtobufTraceSerializer } = await import('@opentelemetry/otlp-transformer')
  const official = ProtobufTraceSerializer.serializeRequest // before the client puts ours in its place
  const { encodeSpans } = await import('../dist/export/span-encoder.js')
  const stages = {
    SystemClock: (await import('../dist/base/system-clock.js')).SystemClock,
    Counters: (await import('../dist/telemetry/counters.js')).Counters,
    Log: (await import('../dist/telemetry/log.js')).Log,
    ...(await import('../dist/export/diag-bridge.js')),
    ...(await import('../dist/export/otlp-client.js')),
    ...(await import('../dist/export/otlp-sink.js')),
    ...(await import('../dist/export/json-lines.js')),
    ...(await import('../dist/export/terminal-sink.js')),
    ...(await import('../dist/export/text-target.js')),
    ...(await import('../dist/export/timers.js')),
    ...(await import('../dist/spans/kernel-span.js')),
  }
  const collector = fork(fileURLToPath(import.meta.url), ['collector'])
  const { port } = await new Promise((resolve) => collector.once('message', resolve))
  const given = makeSpans(stages.KernelSpan, 20_000)
  compareEncoders(given.slice(0, 2048), { ours: encodeSpans, official })
  const otlp = (batchSize) => openOtlp(stages, port, batchSize)
  await report('OTLP/gRPC, batches of 512', spans, given, () => otlp(512))
  await report('OTLP/gRPC, batches of 2048', spans, given, () => otlp(2048))
  process.env.OTEL_EXPORTER_OTLP_COMPRESSION = 'gzip'
  await report('OTLP/gRPC, batches of 2048, gzip', spans, given, () => otlp(2048))
  await report('lines of JSON to /dev/null', spans, given, () =>
    openOutput(stages, stages.JsonLines),
  )
  await report('tree to /dev/null, a flood', spans, given, () =>
    openOutput(stages, stages.TerminalSink),
  )
  collector.disconnect()
}

/** Microseconds a span, the best of many turns each. */
function compareEncoders(spans, encoders) {
  const best = Object.entries(encoders).map(([name, encode]) => [name, encode, Infinity])
  for (let turn = 0; turn < 40; turn++)
    for (const row of best) {
      const before = process.cpuUsage()
      row[1](spans)
      const { user, system } = process.cpuUsage(before)
      row[2] = Math.min(row[2], (user + system) / spans.length)
    }
  const words = best.map(([name, , each]) => `${name} ${each.toFixed(2)} us a span`)
  console.log(`encoding: ${words.join(', ')}`)
}

async function report(name, spans, given, open) {
  const rates = []
  let note = ''
  for (let round = 0; round < ROUNDS; round++) {
    const { sink, waiting, outcome } = open()
    const before = process.cpuUsage()
    const start = performance.now()
    for (let n = 0; n < spans; n++) {
      sink.accept(given[n % given.length])
      // As the agent does: accepts in one turn, sends in the next; and never more than the queue holds.
      if (n % 256 === 255)
        do await new Promise(setImmediate)
        while (waiting() > 30_000)
    }
    await sink.flush(60_000)
    const { user, system } = process.cpuUsage(before)
    const seconds = (performance.now() - start) / 1000
    await sink.shutdown(1000)
    rates.push((user + system) / spans)
    note = `${Math.round(spans / seconds)} spans/s; ${outcome()}`
  }
  const sorted = rates.toSorted((a, b) => a - b)
  console.log(
    `${name}: ${sorted[ROUNDS >> 1].toFixed(1)} us a span (${sorted[0].toFixed(1)} to ${sorted[ROUNDS - 1].toFixed(1)}); ${note}`,
  )
}

function parts(stages) {
  const clock = new stages.SystemClock()
  const log = new stages.Log({ level: 'warn', clock, write: (line) => process.stderr.write(line) })
  return { counters: new stages.Counters(), log, clock, timers: stages.systemTimers }
}

function openOtlp(stages, port, maxExportBatchSize) {
  const common = parts(stages)
  const endpoint = `http://127.0.0.1:${port}`
  const diag = new stages.DiagBridge(common.log)
  const sink = new stages.OtlpSink({
    ...common,
    endpoint,
    batch: {
      maxQueueSize: 65_536,
      scheduleDelayMs: 1000,
      maxExportBatchSize,
      exportTimeoutMs: 30_000,
    },
    connect: () => new stages.GrpcClient(endpoint, diag),
    random: Math.random,
  })
  return { sink, waiting: () => sink.held, outcome: () => counted(common.counters.spans) }
}

function openOutput(stages, Sink) {
  const common = parts(stages)
  const target = new stages.NonBlockingTarget('/dev/null', common.timers)
  const sink = new Sink({
    ...common,
    target,
    color: true,
    unicode: true,
    columns: () => 120,
    onReaderGone: () => {},
  })
  return { sink, waiting: () => 0, outcome: () => counted(common.counters.output) }
}

function counted(counter) {
  return counter
    .entries()
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ')
}

/** Traces of four: a request, its call, the callee, and a request of its own. */
function makeSpans(KernelSpan, count) {
  const scope = { name: 'underspan', version: '0' }
  const resources = Array.from({ length: SERVICES }, (_, n) => resource(n))
  const hex = (number, digits) => number.toString(16).padStart(digits, '0')
  return Array.from({ length: count }, (_, n) => {
    const traceId = hex(0x9e3779b9 + (n >> 2), 32)
    const context = (id) => ({ traceId, spanId: hex(id + 1, 16), traceFlags: 1 })
    const isClient = n % 4 === 1
    const parent = n % 4 === 1 || n % 4 === 2 ? context(n - 1) : undefined
    return new KernelSpan({
      resource: resources[n % SERVICES],
      scope,
      name: 'GET /cart/{id}',
      kind: isClient ? 2 : 1,
      context: context(n),
      parent,
      start: [1_795_407_705, 999_000_000 + (n % 999_999)],
      end: [1_795_407_706, 12_345_678],
      attributes: attributes(n, parent),
      droppedAttributes: 0,
      status: { code: 0 },
      links: [],
    })
  })
}

function attributes(n, parent) {
  return {
    'http.request.method': 'GET',
    'url.path': `/cart/${n}`,
    'url.scheme': 'http',
    'http.route': '/cart/{id}',
    'http.response.status_code': 200,
    'server.address': 'shop.example',
    'server.port': 8080,
    'client.address': '10.0.0.1',
    'client.port': 40_000 + (n % 20_000),
    'network.protocol.version': '1.1',
    'network.peer.address': '10.0.0.1',
    'network.transport': 'tcp',
    'network.type': 'ipv4',
    ...(parent
      ? { 'underspan.parent.model': 'thread' }
      : { 'underspan.unparented.reason': 'entry' }),
  }
}

function resource(n) {
  const entries = Array.from({ length: 16 }, (_, i) => [
    `process.attribute.${i}`,
    `value ${i} of service ${n}`,
  ])
  const all = Object.fromEntries([['service.name', `service-${n}`], ...entries])
  return { attributes: all, getRawAttributes: () => Object.entries(all), merge: () => resource(n) }
}
