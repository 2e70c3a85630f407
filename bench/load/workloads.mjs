// What is loaded: servers that people run.
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BULK } from './generators.mjs'
import { accepts, finish, freePort, start, stop, until } from './processes.mjs'
import { get, query, startup } from './questions.mjs'

const APPS = fileURLToPath(new URL('../../test/apps', import.meta.url))

/**
 * `kept`: share of the throughput that has to remain at saturation; `spans`: of one request.
 * A rate of 0 is as fast as it goes.
 */
export const WORKLOADS = [
  { name: 'nginx, saturated', server: 'nginx', rate: 0, kept: 0.75, spans: 1 },
  { name: 'Node http, saturated', server: 'node', rate: 0, kept: 0.85, spans: 1 },
  { name: 'Redis, saturated', server: 'redis', rate: 0, kept: 0.7, spans: 1 },
  { name: 'PostgreSQL, saturated', server: 'postgresql', rate: 0, spans: 1 },
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
    return {
      port,
      ports: [port],
      request: get('/still'),
      path: '/still',
      programs: [nginx],
      remove,
    }
  },

  async node() {
    const port = await freePort()
    const program = start([process.execPath, join(APPS, 'node_plain.mjs'), String(port)])
    await until(program, () => accepts(port), 'Node server')
    return {
      port,
      ports: [port],
      request: get('/still'),
      path: '/still',
      programs: [program],
      remove() {},
    }
  },

  async redis() {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'underspan-bench-'))
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
    const program = start(['redis-server', ...settings])
    await until(program, () => accepts(port), 'Redis')
    const remove = () => rmSync(folder, { recursive: true, force: true })
    const request = Buffer.from('*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n')
    return { port, ports: [port], request, programs: [program], remove, saturate: 'redis' }
  },

  async postgresql() {
    const { port, program, bin, folder } = await startPostgresql()
    const client = ['-h', '127.0.0.1', '-p', String(port), '-U', 'shop']
    await finish([join(bin, 'pgbench'), '-i', '-q', ...client, 'postgres'])
    return {
      port,
      ports: [port],
      greeting: startup('shop', 'postgres'),
      request: query('SELECT abalance FROM pgbench_accounts WHERE aid = 4711;'),
      programs: [program],
      remove: () => rmSync(folder, { recursive: true, force: true }),
      saturate: 'postgresql',
      client: [join(bin, 'pgbench'), ...client],
    }
  },

  copy: () => startBulk('copy'),
  body: () => startBulk('body'),

  async python() {
    const { port, program } = await startPython([])
    return {
      port,
      ports: [port],
      request: get('/still/here'),
      path: '/still/here',
      programs: [program],
      remove() {},
    }
  },

  async pair() {
    const back = await startPython([])
    const front = await startPython([back.port])
    const programs = [back.program, front.program]
    return {
      port: front.port,
      ports: [front.port, back.port],
      path: '/front/q1',
      request: get('/front/q1'),
      programs,
      remove() {},
    }
  },
}

async function startBulk(saturate) {
  const port = await freePort()
  const program = start(['/usr/bin/python3', BULK, 'serve', String(port)])
  await until(program, () => accepts(port), 'server of bulk')
  return { port, ports: [port], programs: [program], remove() {}, saturate }
}

/** `nobody`: PostgreSQL does not run as root. */
const NOBODY = 65_534
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--']
const VERSIONS = '/usr/lib/postgresql'

async function startPostgresql() {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'underspan-bench-'))
  chownSync(folder, NOBODY, NOBODY)
  const [newest] = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))
  const bin = join(VERSIONS, newest, 'bin')
  const data = join(folder, 'data')
  const options = ['--no-sync', '-A', 'trust', '-U', 'shop', '-E', 'UTF8', '--locale', 'C']
  await finish([...AS_NOBODY, join(bin, 'initdb'), '-D', data, ...options])
  const settings = [`port=${port}`, `unix_socket_directories=${folder}`, 'fsync=off']
  const words = settings.flatMap((setting) => ['-c', setting])
  const program = start([...AS_NOBODY, join(bin, 'postgres'), '-D', data, ...words])
  await until(program, () => /ready to accept connections/.test(program.stderr), 'PostgreSQL')
  return { port, program, bin, folder }
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
