// Asks a server for /front/q1, /front/q2, ... and says what came of each.
// load.mjs URL COUNT AT_A_TIME [--from N] [--tag PREFIX] [--deadline SECONDS] [--header 'name: value'] [--path /front] [--expect 'front ']
// Prints one JSON object: { requests: [{ tag, status, ok, error, startMs, ms }], failed, ms }.
import http from 'node:http'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: '1' },
    tag: { type: 'string', default: 'q' },
    deadline: { type: 'string', default: '60' },
    header: { type: 'string', multiple: true, default: [] },
    path: { type: 'string', default: '/front' },
    expect: { type: 'string', default: 'front ' },
    close: { type: 'boolean', default: false },
  },
})
const url = new URL(positionals[0])
const count = Number(positionals[1])
const atATime = Number(positionals[2])
const first = Number(values.from)
const headers = Object.fromEntries(values.header.map((line) => line.split(/: */, 2)))
const started = performance.now()
const deadline = started + Number(values.deadline) * 1000
const agent = new http.Agent({ keepAlive: !values.close, maxSockets: atATime })

function ask(tag) {
  return new Promise((resolve) => {
    const startMs = performance.now() - started
    const done = (status, ok, error) =>
      resolve({ tag, status, ok, error, startMs, ms: performance.now() - started - startMs })
    const request = http.get(
      { agent, headers, host: url.hostname, port: url.port, path: `${values.path}/${tag}` },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text) => {
          body += text
        })
        response.on('end', () =>
          done(
            response.statusCode,
            response.statusCode === 200 && body === values.expect + tag,
            '',
          ),
        )
        response.on('error', (error) => done(response.statusCode, false, error.message))
      },
    )
    request.setTimeout(Math.max(1, deadline - performance.now()), () =>
      request.destroy(new Error('deadline')),
    )
    request.on('error', (error) => done(0, false, error.message))
  })
}

const requests = []
let next = first
async function worker() {
  while (next < first + count && performance.now() < deadline)
    requests.push(await ask(`${values.tag}${next++}`))
}
await Promise.all(Array.from({ length: atATime }, worker))
agent.destroy()
const failed = requests.filter(({ ok }) => !ok).length + (count - requests.length)
process.stdout.write(`${JSON.stringify({ requests, failed, ms: performance.now() - started })}\n`)
