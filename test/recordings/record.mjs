// Makes the recordings of this folder anew, from real servers: run as root after `npm run build`, in test/apps:
//   node ../recordings/record.mjs
// Each is a front server that makes two tagged calls per request; 16 requests, 8 at a time.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const REQUESTS = '16'
const AT_A_TIME = '8'
const AGENT = '../../dist/cli/main.js'
const PYTHON = '/usr/bin/python3'

const FRONTS = {
  'python-threads': (port, down) => [PYTHON, 'python_threads.py', port, down],
  'java-pool': (port, down) => ['java', 'java/PoolServer.java', port, down],
  'node-http': (port, down) => ['node', 'node-server.mjs', port, down],
  'python-asyncio': (port, down) => [PYTHON, 'python_asyncio.py', port, down],
  'python-handover': (port, down) => [PYTHON, 'python_handover.py', port, down],
  nginx: nginx,
}

function nginx(port, down) {
  const folder = '/tmp/underspan-recording'
  rmSync(folder, { recursive: true, force: true })
  spawn('mkdir', ['-p', folder])
  const conf = readFileSync('nginx.conf', 'utf8')
    .replaceAll('FOLDER', folder)
    .replaceAll('PORT', port)
    .replaceAll('DOWN', down)
  writeFileSync('/tmp/underspan-recording.conf', conf)
  return ['nginx', '-c', '/tmp/underspan-recording.conf']
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return String(port)
}

async function answers(port, path) {
  for (let i = 0; i < 200; i++) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}${path}`)).status === 200) return
    } catch {
      await sleep(100) // not there yet
    }
  }
  throw new Error(`nobody answers on port ${port}`)
}

function start([command, ...args], stdio = 'ignore') {
  return spawn(command, args, { stdio: ['ignore', stdio, stdio === 'ignore' ? 'ignore' : stdio] })
}

async function stop(child, signal = 'SIGTERM') {
  if (child.exitCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

async function ready(agent) {
  let text = ''
  for await (const chunk of agent.stderr) {
    text += chunk
    if (text.includes('ready')) return
  }
  throw new Error(text)
}

async function record(name, hooks) {
  const [front, callee] = [await freePort(), await freePort()]
  const file = `../recordings/${name}.${hooks}.rec`
  rmSync(file, { force: true })
  const isProxy = name === 'nginx'
  const servers = [start([PYTHON, 'python_threads.py', callee])]
  await answers(callee, '/call/warm/1')
  servers.push(start(FRONTS[name](front, callee)))
  await answers(front, isProxy ? '/call/warm/1' : '/front/warm')
  const args = ['record', file, '--port', `${front},${callee}`, '--output', 'none', '--hooks', hooks]
  const agent = start(['node', AGENT, ...args, '--instance', 'recording'], 'pipe')
  await ready(agent)
  const path = isProxy ? ['--path', '/call', '--expect', 'call '] : []
  const load = start(['node', 'load.mjs', `http://127.0.0.1:${front}`, REQUESTS, AT_A_TIME, ...path])
  await once(load, 'exit')
  await sleep(1500)
  await stop(agent)
  for (const server of servers) await stop(server)
  console.log(file)
}

for (const name of Object.keys(FRONTS)) {
  if (process.argv[2] && process.argv[2] !== name) continue
  for (const hooks of ['socket', 'syscall']) await record(name, hooks)
}
