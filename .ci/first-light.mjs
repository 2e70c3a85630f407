// On a machine with Node, Python and root, and nothing else: two Python servers that call each
// other, `npm start` beside them, and a true trace of a request within two seconds.
import { spawn } from 'node:child_process'
import { readFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { collectorPath, isCollectorBuilt } from '../test/support/collector/build.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SERVER = join(ROOT, 'test/apps/python_plain.py')
/** npm packages, libbpf and the build may have to come first. */
const START_MS = 300_000
const TRACE_MS = 2000
const COLLECTED_MS = 10_000

const started = []
const folder = mkdtempSync(join(tmpdir(), 'underspan-first-light-'))

function start(command, env = {}) {
  const [program, ...args] = command
  const child = spawn(program, args, {
    cwd: ROOT,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const running = { child, stdout: '', stderr: '', ended: false }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    running.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    running.stderr += text
  })
  child.on('error', (error) => {
    running.stderr += error.message
    running.ended = true
  })
  child.on('exit', () => {
    running.ended = true
  })
  started.push(running)
  return running
}

async function stop(running) {
  if (!running.ended && running.child.pid) {
    process.kill(-running.child.pid, 'SIGTERM')
    await until(() => running.ended, 15_000)
    if (!running.ended) process.kill(-running.child.pid, 'SIGKILL')
  }
}

async function until(isTrue, limitMs) {
  const deadline = performance.now() + limitMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) return false
    await sleep(10)
  }
  return true
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function expectThat(isTrue, what, ...programs) {
  if (isTrue) return
  const outputs = programs.map(({ stdout, stderr }) => `${stdout.slice(-3000)}\n${stderr.slice(-3000)}`)
  throw new Error([what, ...outputs].join('\n'))
}

async function startServers() {
  const [front, back] = [await freePort(), await freePort()]
  for (const args of [[back], [front, back]]) {
    const server = start(['python3', SERVER, ...args.map(String)])
    expectThat(await until(() => accepts(args[0]), 10_000), 'a Python server did not start', server)
  }
  return { front, back }
}

async function startCollector(port, file) {
  const configs = ['otel-config/collector.yaml', 'test/support/collector/file.yaml']
  const collector = start([collectorPath(), ...configs.flatMap((path) => ['--config', path])], {
    UNDERSPAN_RECEIVE: `127.0.0.1:${port}`,
    UNDERSPAN_TEST_FILE: file,
  })
  expectThat(await until(() => accepts(port), 10_000), 'the collector did not start', collector)
}

function shownSpans(agent) {
  const lines = agent.stdout.split('\n').slice(0, -1)
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
}

function pathOf({ attributes }) {
  return attributes['url.path'] ?? new URL(attributes['url.full'] ?? 'http://nowhere').pathname
}

/** The five spans of one request, each under the one that caused it. */
function isTrueTrace(spans) {
  const find = (kind, path) => {
    const found = spans.filter((span) => span.kind === kind && pathOf(span) === path)
    return found.length === 1 ? found[0] : undefined
  }
  const isChild = (child, parent) =>
    child && parent && child.parentSpanId === parent.spanId && child.traceId === parent.traceId
  const entry = find('server', '/front/q1')
  return [1, 2].every((number) => {
    const path = `/call/q1/${number}`
    return isChild(find('client', path), entry) && isChild(find('server', path), find('client', path))
  })
}

function collectedIds(file) {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1).filter(Boolean)
  const scopes = lines
    .flatMap((line) => JSON.parse(line).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
  return idsOf(scopes.flatMap(({ spans }) => spans))
}

function idsOf(spans) {
  return spans
    .map(({ traceId, spanId, parentSpanId }) => `${traceId} ${spanId} ${parentSpanId || '-'}`)
    .sort()
}

async function firstLight() {
  const { front, back } = await startServers()
  const file = join(folder, 'spans.json')
  const receiver = isCollectorBuilt() ? await freePort() : undefined
  if (receiver) await startCollector(receiver, file)
  const more = receiver ? ['--otlp-endpoint', `http://127.0.0.1:${receiver}`] : []
  const flags = ['--output', 'json', '--port', `${front},${back}`, ...more]
  const agent = start(['npm', 'start', '--', ...flags])
  const isReady = await until(() => agent.ended || /underspan: ready/.test(agent.stderr), START_MS)
  expectThat(isReady && !agent.ended, 'the agent did not start', agent)

  const answer = await fetch(`http://127.0.0.1:${front}/front/q1`)
  expectThat((await answer.text()) === 'front q1', 'the servers answer wrongly', ...started)
  const answered = performance.now()
  const isThere = await until(() => isTrueTrace(shownSpans(agent)), TRACE_MS)
  const took = Math.round(performance.now() - answered)
  expectThat(isThere, `no true trace within ${TRACE_MS} ms`, agent)
  console.log(`the trace was there ${took} ms after the answer`)
  if (!receiver) return console.log('the collector is not built yet: its file is looked at later')

  const wanted = idsOf(shownSpans(agent)).join('\n')
  const isSame = await until(() => collectedIds(file).join('\n') === wanted, COLLECTED_MS)
  expectThat(isSame, `in the file of the collector:\n${collectedIds(file)}\nshown:\n${wanted}`)
  console.log('the same spans are in the file of the collector')
}

try {
  await firstLight()
} catch (error) {
  console.log(error.message)
  process.exitCode = 1
} finally {
  for (const running of started.reverse()) await stop(running)
  rmSync(folder, { recursive: true, force: true })
}
