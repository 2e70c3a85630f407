// What is loaded, and how: servers that people run, as fast as they answer and at a fixed rate.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accepts, finish, freePort, start, stop, until } from './processes.mjs'

const APPS = fileURLToPath(new URL('../../test/apps', import.meta.url))
const CONNECTIONS = 32

/**
 * `kept`: share of the throughput that has to remain at saturation; `spans`: of one request.
 * A rate of 0 is as fast as it goes.
 */
export const WORKLOADS = [
  { name: 'nginx, saturated', server: 'nginx', rate: 0, kept: 0.75, spans: 1 },
  { name: 'Node http, saturated', server: 'node', rate: 0, kept: 0.85, spans: 1 },
  { name: 'Redis, saturated', server: 'redis', rate: 0, kept: 0.7, spans: 1 },
  { name: 'Python threads, saturated', server: 'python', rate: 0, kept: 0.95, spans: 1 },
  { name: 'Python calls Python twice, saturated', server: 'pair', rate: 0, kept: 0.95, spans: 5 },
  { name: 'bulk copy, MB', server: 'copy', rate: 0, kept: 0.95, spans: 0 },
  { name: 'bulk bodies of HTTP, MB', server: 'body', rate: 0, kept: 0.95, spans: 0 },
  { name: 'nginx, 5,000 requests/s', server: 'nginx', rate: 5000, spans: 1 },
  { name: 'Python threads, 1,000 requests/s', server: 'python', rate: 1000, spans: 1 },
]

const SERVERS = {
  async nginx() {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'underspan-bench-'))
    const config = readFileSync(join(APPS, 'nginx.conf'), 'utf8')
    const filled = config
      .replaceAll('FOLDER', folder)
      .replaceAll('PORT', port)
      .replaceAll('DOWN', port)
      .replace(/worker_connections \d+/, 'worker_connections 8192')
    writeFileSync(join(folder, 'nginx.conf'), filled)
    const nginx = start(['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')])
    await until(nginx, () => accepts(port), 'nginx')
    const remove = () => rmSync(folder, { recursive: true, force: true })
    return { port, ports: [port], path: '/still', programs: [nginx], remove }
  },

  async node() {
    const port = await freePort()
    const program = start([process.execPath, join(APPS, 'node_plain.mjs'), String(port)])
    await until(program, () => accepts(port), 'Node server')
    return { port, ports: [port], path: '/still', programs: [program], remove() {} }
  },

  async redis() {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'underspan-bench-'))
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
    const program = start(['redis-server', ...settings])
    await until(program, () => accepts(port), 'Redis')
    const remove = () => rmSync(folder, { recursive: true, force: true })
    return { port, ports: [port], programs: [program], remove, saturate: saturateRedis }
  },

  copy: () => startBulk('copy'),
  body: () => startBulk('body'),

  async python() {
    const { port, program } = await startPython([])
    return { port, ports: [port], path: '/still/here', programs: [program], remove() {} }
  },

  async pair() {
    const back = await startPython([])
    const front = await startPython([back.port])
    const programs = [back.program, front.program]
    return {
      port: front.port,
      ports: [front.port, back.port],
      path: '/front/q1',
      programs,
      remove() {},
    }
  },
}

const BULK = fileURLToPath(new URL('bulk.py', import.meta.url))

async function startBulk(what) {
  const port = await freePort()
  const program = start(['/usr/bin/python3', BULK, 'serve', String(port)])
  await until(program, () => accepts(port), 'server of bulk')
  const saturate = (_server, seconds) => moveBulk(what, port, seconds)
  return { port, ports: [port], programs: [program], remove() {}, saturate }
}

/** Counts megabytes, not requests. */
async function moveBulk(what, port, seconds) {
  const text = await finish(['/usr/bin/python3', BULK, what, String(port), String(seconds)])
  const { megabytes, perSecond } = JSON.parse(text)
  return { requests: megabytes, perSecond, p50: Number.NaN, p99: Number.NaN }
}

async function startPython(down) {
  const port = await freePort()
  const script = join(APPS, 'python_plain.py')
  const program = start(['/usr/bin/python3', script, ...[port, ...down].map(String)])
  await until(program, () => accepts(port), 'Python server')
  return { port, program }
}

export async function startServer(name) {
  const server = await SERVERS[name]()
  return {
    ...server,
    async stop() {
      for (const program of server.programs) await stop(program)
      server.remove()
    },
  }
}

/** One round of load: requests a second, and how long they took. */
export async function runLoad(server, rate, seconds) {
  if (rate > 0) return atRate(server, rate, seconds)
  return (server.saturate ?? saturate)(server, seconds)
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

async function atRate({ port, path }, rate, seconds) {
  const flood = join(APPS, 'flood.mjs')
  const count = String(rate * seconds)
  const flags = ['--path', path, '--rate', String(rate)]
  const target = `127.0.0.1:${port}`
  const command = [process.execPath, flood, target, count, String(CONNECTIONS), ...flags]
  const { answered, failed, ms, latencyMs } = JSON.parse(await finish(command))
  if (failed > 0) throw new Error(`${failed} requests failed`)
  return { requests: answered, perSecond: (answered / ms) * 1000, ...latencyMs }
}

function milliseconds(text = '') {
  const [, number, unit] = /([\d.]+)(us|ms|s)/.exec(text) ?? []
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit]
}
