// Load: as fast as a server answers, by the generator that its people use, or at a rate, by one of our own that asks
// on although answers are late.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiled } from './compile.mjs'
import { finish, temporaryFolder } from './processes.mjs'

const CONNECTIONS = 16
/** Server and client in one. */
export const BULK = fileURLToPath(new URL('bulk.py', import.meta.url))

/** One round of load: requests a second, and how long they took. */
export async function runLoad(server, rate, seconds) {
  if (rate > 0) return atRate(server, rate, seconds)
  return SATURATE[server.saturate ?? 'http'](server, seconds)
}

async function saturate({ port, path }, seconds) {
  const url = `http://127.0.0.1:${port}${path}`
  const text = await finish(['wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', url])
  const find = (pattern) => pattern.exec(text)?.[1]
  const failed = find(/Socket errors: (.*)/) ?? find(/Non-2xx or 3xx responses: (.*)/)
  if (failed) throw new Error(`requests failed: ${failed}`)
  return {
    requests: Number(find(/(\d+) requests in/)),
    perSecond: Number(find(/Requests\/sec:\s+([\d.]+)/)),
    p50: milliseconds(find(/^\s+50%\s+(\S+)/m)),
    p99: milliseconds(find(/^\s+99%\s+(\S+)/m)),
  }
}

/** Commands in a round: it cannot be told a time. */
const REDIS_PER_SECOND = 40_000

async function saturateRedis({ port }, seconds) {
  const requests = seconds * REDIS_PER_SECOND
  const words = ['-p', String(port), '-c', String(CONNECTIONS), '-t', 'get', '-n', String(requests)]
  const text = await finish(['redis-benchmark', '--csv', ...words])
  const [, perSecond, , , p50, , p99] = text
    .trim()
    .split('\n')
    .at(-1)
    .replaceAll('"', '')
    .split(',')
  return { requests, perSecond: Number(perSecond), p50: Number(p50), p99: Number(p99) }
}

/** Reads of one row by its key, each in a transaction of its own. */
async function saturatePostgresql({ client }, seconds) {
  const [pgbench, ...words] = client
  const flags = ['-S', '-n', '-c', String(CONNECTIONS), '-j', '1', '-T', String(seconds)]
  const text = await finish([pgbench, ...flags, ...words, 'postgres'])
  const requests = Number(/transactions actually processed: (\d+)/.exec(text)?.[1])
  const average = Number(/latency average = ([\d.]+) ms/.exec(text)?.[1])
  return { requests, perSecond: requests / seconds, p50: average, p99: Number.NaN }
}

/** Counts megabytes, not requests. */
async function moveBulk({ port, saturate: what }, seconds) {
  const text = await finish(['/usr/bin/python3', BULK, what, String(port), String(seconds)])
  const { megabytes, perSecond } = JSON.parse(text)
  return { requests: megabytes, perSecond, p50: Number.NaN, p99: Number.NaN }
}

const SATURATE = {
  http: saturate,
  redis: saturateRedis,
  postgresql: saturatePostgresql,
  copy: moveBulk,
  body: moveBulk,
}

let files

async function atRate({ port, request, greeting }, rate, seconds) {
  files ??= temporaryFolder()
  const paths = [request, greeting ?? []].map((bytes, i) => {
    const path = join(files, String(i))
    writeFileSync(path, Buffer.from(bytes))
    return path
  })
  const words = [port, CONNECTIONS, rate, seconds].map(String)
  return JSON.parse(await finish([compiled('open-loop'), ...words, ...paths]))
}

function milliseconds(text = '') {
  const [, number, unit] = /([\d.]+)(us|ms|s)/.exec(text) ?? []
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit]
}
