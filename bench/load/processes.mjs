// Programs of a benchmark: started, measured from /proc, ended.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Of /proc/PID/stat, per second: USER_HZ, the same on every Linux that Node runs on. */
const TICKS = 100
const READY_MS = 30_000

const running = new Set()

/** `onError`: gets what it writes to standard error, too. */
export function start(command, { env = {}, cwd, onError, stdin = 'ignore' } = {}) {
  const [program, ...args] = command
  const child = spawn(program, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  })
  const started = { child, pid: child.pid, stdout: '', stderr: '', outcome: undefined }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    started.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    started.stderr = (started.stderr + text).slice(-100_000)
    onError?.(text)
  })
  started.ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code ?? signal))
  }).then((outcome) => {
    running.delete(started)
    started.outcome = outcome
    return outcome
  })
  running.add(started)
  return started
}

export async function stop(started, signal = 'SIGTERM') {
  if (started.outcome === undefined && started.pid) process.kill(-started.pid, signal)
  const timer = setTimeout(() => process.kill(-started.pid, 'SIGKILL'), 20_000)
  await started.ended
  clearTimeout(timer)
}

export async function stopAll() {
  for (const started of [...running]) await stop(started)
}

// They are leaders of groups of their own, which the terminal's Ctrl-C does not reach.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void stopAll().finally(() => process.exit(1)))

/** Gone with this process. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'underspan-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Its standard output; an error unless it ends well. */
export async function finish(command, options) {
  const started = start(command, options)
  const outcome = await started.ended
  if (outcome !== 0)
    throw new Error(`${command.join(' ')} ended with ${outcome}: ${started.stderr}`)
  return started.stdout
}

export async function until(started, isTrue, what) {
  const deadline = performance.now() + READY_MS
  while (!(await isTrue())) {
    if (started.outcome !== undefined || performance.now() > deadline)
      throw new Error(`no ${what}: ${started.stderr.slice(-2000)}`)
    await sleep(20)
  }
}

export function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** CPU seconds of a process so far: all its threads, and its children once they have ended. */
export function cpuSeconds(pid) {
  return secondsIn(`/proc/${pid}/stat`)
}

/** Of its first thread alone. */
export function cpuSecondsOfMain(pid) {
  return secondsIn(`/proc/${pid}/task/${pid}/stat`, 2)
}

/** User and system, then those of ended children. */
function secondsIn(path, count = 4) {
  const text = readFileSync(path, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 11 + count).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS
}

/** Of a process and all below it. */
export function cpuSecondsOfAll(pid) {
  return sumOfFamily(pid, cpuSeconds)
}

/** Resident megabytes at most, likewise. */
export function memoryOfAll(pid) {
  return sumOfFamily(pid, (member) => memory(member).most)
}

function sumOfFamily(pid, of) {
  return familyOf(pid).reduce((sum, member) => {
    try {
      return sum + of(member)
    } catch {
      return sum // gone meanwhile
    }
  }, 0)
}

/** Resident megabytes, now and at most. */
export function memory(pid) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024
  return { now: of('VmRSS'), most: of('VmHWM') }
}

/** Descendants too: nginx and wrk work in processes of their own. */
export function familyOf(pid) {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const text = readFileSync(`/proc/${name}/stat`, 'utf8')
          return [[Number(name), Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])]]
        } catch {
          return [] // gone meanwhile
        }
      }),
  )
  const family = [pid]
  for (const member of family)
    for (const [child, parent] of parents) if (parent === member) family.push(child)
  return family
}
