// Asks a server for the same path as fast as it answers, over kept connections, one request at a
// time on each: exactly COUNT requests, every answer read to its end.
// flood.mjs HOST:PORT COUNT CONNECTIONS [--path /] [--rate PER_SECOND] [--deadline SECONDS]
// Prints one JSON object: { answered, failed, ms, latencyMs: { p50, p99 } }.
import { connect } from 'node:net'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    path: { type: 'string', default: '/' },
    rate: { type: 'string', default: '0' },
    deadline: { type: 'string', default: '120' },
  },
})
const [host, port] = positionals[0].split(':')
const count = Number(positionals[1])
const connections = Number(positionals[2])
const rate = Number(values.rate)
const request = `GET ${values.path} HTTP/1.1\r\nHost: ${positionals[0]}\r\n\r\n`
const started = performance.now()
const deadline = started + Number(values.deadline) * 1000

let asked = 0
let answered = 0
let failed = 0
const latencies = new Float64Array(count)

/** Bytes of the whole answer, or 0 while its head is not there yet. */
function answerLength(text) {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return 0
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))
  return end + 4 + Number(length?.[1] ?? 0)
}

function client() {
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), noDelay: true })
    let pending = ''
    let sentAt = 0
    let timer
    const send = () => {
      sentAt = Math.min(sentAt, performance.now()) // timers may be a little early
      socket.write(request)
    }
    const next = () => {
      if (asked >= count || performance.now() > deadline) return socket.end()
      // At a fixed rate a request is as late as its place in the plan says, sent or not.
      sentAt = rate > 0 ? started + (asked * 1000) / rate : performance.now()
      asked++
      const wait = sentAt - performance.now()
      if (wait > 0.5) timer = setTimeout(send, wait)
      else send()
    }
    socket.setEncoding('latin1')
    socket.on('connect', next)
    socket.on('data', (text) => {
      pending += text
      const length = answerLength(pending)
      if (length === 0 || pending.length < length) return
      if (/^HTTP\/1\.[01] 200 /.test(pending)) answered++
      else failed++
      latencies[answered + failed - 1] = performance.now() - sentAt
      pending = ''
      sentAt = 0
      next()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      if (sentAt > 0) failed++
      resolve()
    })
  })
}

await Promise.all(Array.from({ length: connections }, client))
const seen = latencies.subarray(0, answered + failed).sort()
const at = (share) => seen[Math.min(seen.length - 1, Math.floor(seen.length * share))] ?? 0
process.stdout.write(
  `${JSON.stringify({
    answered,
    failed: failed + (count - asked),
    ms: performance.now() - started,
    latencyMs: { p50: at(0.5), p99: at(0.99) },
  })}\n`,
)
