// Runs in the guest, and on this machine for comparison: plays scenes one after the other and
// prints what came of each as a line of deflated JSON.
// inside.mjs SCENES.json      see scene.ts for what a scene is
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { release } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'

const READY = /^underspan: ready; /m
/** An emulated machine is slow, and the host may be busy. */
const START_MS = 300_000
/** Parents are decided 0.3 s after the answer, and what cannot be decided ten seconds later. */
const DECIDED_MS = 20_000
const CPU_REST_MS = 1000

const running = new Set()

/** `node` is this Node, and what lies under `test/` is named by its whole path. */
function start(command) {
  const [program, ...args] = command.map((word) => {
    if (word === 'node') return process.execPath
    return word.startsWith('test/') ? resolve(word) : word
  })
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const started = { child, stdout: '', stderr: '', outcome: undefined }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    started.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    started.stderr += text
  })
  running.add(started)
  started.ended = new Promise((done) => {
    child.once('error', (error) => {
      started.stderr += error.message
    })
    child.once('close', (code, signal) => {
      started.outcome = code ?? signal ?? 'not started'
      running.delete(started)
      done(started)
    })
  })
  return started
}

/** Until `isTrue`, or the program ends. */
async function until(program, isTrue, what, limitMs = START_MS) {
  const deadline = Date.now() + limitMs
  while (!(await isTrue())) {
    if (program.outcome !== undefined || Date.now() > deadline)
      throw new Error(`no ${what} (${program.outcome ?? 'runs'}): ${program.stderr.slice(-4000)}`)
    await sleep(50)
  }
}

async function stop(program) {
  program.child.kill('SIGTERM')
  const timer = setTimeout(() => program.child.kill('SIGKILL'), DECIDED_MS)
  await program.ended
  clearTimeout(timer)
}

function accepts(port) {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}

/** Takes CPUs away and gives them back, one after the other, while a program runs. */
async function switchCpus(cpus, program, restMs) {
  let switched = 0
  while (cpus.length > 0 && program.outcome === undefined) {
    const file = `/sys/devices/system/cpu/cpu${cpus[switched++ % cpus.length]}/online`
    for (const state of ['0', '1']) {
      writeFileSync(file, state)
      await sleep(restMs)
    }
  }
  return switched
}

async function play(scene) {
  for (const { command, port } of scene.servers) {
    const server = start(command)
    await until(server, () => accepts(port), `listener on port ${port}`)
  }
  const startMs = performance.now()
  const agent = start(['node', 'dist/cli/main.js', ...scene.agent])
  if (scene.loads.length === 0) return { agent: said(await agent.ended), loads: [], switched: 0 }
  await until(agent, () => READY.test(agent.stderr), 'readiness')
  // Longer than the agent takes to see that a CPU has gone or is there again, however slow all is.
  const restMs = Math.max(CPU_REST_MS, (performance.now() - startMs) / 8)
  let switched = 0
  const loads = []
  for (const command of scene.loads) {
    const load = start(command)
    if (loads.length === 0) switched = await switchCpus(scene.cpus, load, restMs)
    loads.push(said(await load.ended))
  }
  const printed = () => agent.stdout.split('\n').length - 1 >= scene.spans
  await until(agent, printed, 'spans', DECIDED_MS).catch(() => undefined) // the tests say what is missing
  await stop(agent)
  return { agent: said(agent), loads, switched }
}

function said({ stdout, stderr, outcome }) {
  return { stdout, stderr, outcome }
}

for (const scene of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const startMs = performance.now()
  const result = await play(scene).catch((error) => ({ failed: String(error) }))
  for (const program of [...running].reverse()) await stop(program)
  const whole = { name: scene.name, release: release(), ms: performance.now() - startMs, ...result }
  process.stdout.write(`${deflateSync(JSON.stringify(whole)).toString('base64')}\n`)
}
