// What seeing births costs a Python server whose requests make two calls at once (gather): requests a second, and CPU of
// the server per request, with identities read and with births seen too, in rounds that take turns.
// Root: `npm run build && node bench/python-births.mjs [rounds]`
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kernel } from '../dist/loader/kernel.js'
import { birthHooks } from '../dist/probes/context-births.js'
import { FunctionHooks } from '../dist/probes/function-hooks.js'
import { ProcFiles } from '../dist/processes/proc-files.js'
import { PythonIdentities } from '../dist/processes/python-identity.js'
import { Counters } from '../dist/telemetry/counters.js'

const APPS = new URL('../test/apps/', import.meta.url).pathname
const PYTHON = '/usr/bin/python3'
const [FRONT, CALLEE] = [28_431, 28_432]
const REQUESTS = 1500
const TICK_US = 10_000
const rounds = Number(process.argv[2] ?? 6)

const callee = createServer((_request, response) => response.end('done')).listen(CALLEE)
const server = spawn(PYTHON, [`${APPS}truth/loop.py`, String(FRONT), String(CALLEE), 'aiohttp'])
const front = server.pid
const kernel = new Kernel({
  object: readFileSync(new URL('../bpf/underspan.bpf.o', import.meta.url)),
  hooks: 'socket',
  libbpf: '',
  btf: '',
  agentStart: Number(process.hrtime.bigint()),
  payloadLimit: 256,
})
const births = new FunctionHooks({
  hooksOf: birthHooks,
  attach: (hooks) => kernel.attachFunctions(hooks),
  detach: (hooks) => kernel.detachFunctions(hooks),
  count: (processes) => {
    kernel.activities.births = processes
  },
  counter: new Counters().births,
})

/** User and system time of the process, in microseconds. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

/** Microseconds per request: of time, and of the server's CPU. */
async function round() {
  const before = cpuOf(front)
  const start = performance.now()
  const args = [`http://127.0.0.1:${FRONT}`, String(REQUESTS), '32', '--path', '/gather']
  const load = spawn(process.execPath, [`${APPS}load.mjs`, ...args, '--expect', 'gather '])
  load.stdout.resume()
  await once(load, 'exit')
  const us = ((performance.now() - start) * 1000) / REQUESTS
  return { us, cpu: (cpuOf(front) - before) / REQUESTS }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

try {
  await sleep(2000)
  await round()
  const found = new PythonIdentities(new ProcFiles()).of(front)
  if (typeof found !== 'object') throw new Error(`no identity: ${found}`)
  kernel.attach()
  kernel.activities.python(front, found)
  const [without, seen] = [[], []]
  for (let i = 0; i < rounds; i++) {
    without.push(await round())
    births.attach(front, found.functions)
    if (births.outcome(front) !== 'seen') throw new Error(births.outcome(front))
    seen.push(await round())
    births.detach(front)
    await sleep(300)
  }
  const keptOf = (what) => 100 * median(seen.map((one, i) => without[i][what] / one[what]))
  const medianOf = (all, what) => median(all.map((one) => one[what])).toFixed(0)
  const kept = keptOf('cpu') // of a server that has no CPU to spare
  process.stdout.write(
    [
      `gather: ${medianOf(without, 'cpu')} us of the server's CPU a request, ${medianOf(seen, 'cpu')} with births: ${kept.toFixed(1)} % kept (budget 93 %)`,
      `  in all: ${medianOf(without, 'us')} us a request, ${medianOf(seen, 'us')} with births: ${keptOf('us').toFixed(1)} %\n`,
    ].join('\n'),
  )
  if (kept < 93) process.exitCode = 1
} finally {
  server.kill()
  callee.closeAllConnections()
  callee.close()
  await kernel.close()
}
