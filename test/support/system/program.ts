import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Characters of its output that are kept, counted from the end. */
const KEPT_OUTPUT = 4_000_000
/** How long a program may take to end when it is asked to, ms. */
const GRACE_MS = 10_000

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Standard output goes to this file, for programs that print faster than a test reads. */
  readonly stdoutFile?: string
}

/** Those still running: killed, one by one, when the test process ends. */
const running = new Set<Program>()
process.once('exit', () => {
  for (const program of running) program.kill('SIGKILL')
})

/** A program that a test started: its output, its end. */
export class Program {
  readonly name: string
  readonly ended: Promise<number | NodeJS.Signals>
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''
  #outcome: number | NodeJS.Signals | undefined

  constructor(command: readonly string[], options: ProgramOptions = {}) {
    const [file, ...args] = command
    this.name = command.slice(0, 3).join(' ')
    const stdout = options.stdoutFile === undefined ? 'pipe' : openSync(options.stdoutFile, 'w')
    this.#child = spawn(file!, args, {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', stdout, 'pipe'],
      detached: true, // a process group of its own, so that its children end with it
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    if (stdout !== 'pipe') closeSync(stdout)
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout = (this.#stdout + text).slice(-KEPT_OUTPUT)
      this.onOutput?.(text)
    })
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_OUTPUT)
    })
    running.add(this)
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#stderr += error.message
        this.#finish(127, resolve)
      })
      this.#child.once('close', (code, signal) => this.#finish(code ?? signal ?? 1, resolve))
    })
  }

  /** Gets each piece of standard output as it comes, whole lines or not. */
  onOutput: ((text: string) => void) | undefined

  get pid(): number {
    return this.#child.pid ?? -1
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Exit code or signal; undefined while it runs. */
  get outcome(): number | NodeJS.Signals | undefined {
    return this.#outcome
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#outcome !== undefined || this.#child.pid === undefined) return
    try {
      process.kill(-this.#child.pid, signal)
    } catch {
      // gone between the two lines: its end is on the way
    }
  }

  /** Asks it to end, and makes it end when it does not. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = GRACE_MS) {
    this.kill(signal)
    const timer = setTimeout(() => this.kill('SIGKILL'), graceMs)
    const outcome = await this.ended
    clearTimeout(timer)
    return outcome
  }

  /** What a failing test shows. */
  describe(): string {
    const state = this.#outcome === undefined ? 'runs' : `ended with ${this.#outcome}`
    return `${this.name} ${state}\n${this.#stdout.slice(-2000)}\n${this.#stderr.slice(-4000)}`
  }

  /** Until `isTrue` holds; an error with its output when it ends before, or after `limitMs`. */
  async until(isTrue: () => boolean | Promise<boolean>, what: string, limitMs = 30_000) {
    const deadline = Date.now() + limitMs
    while (!(await isTrue())) {
      if (this.#outcome !== undefined || Date.now() > deadline)
        throw new Error(`no ${what}: ${this.describe()}`)
      await sleep(20)
    }
  }

  #finish(outcome: number | NodeJS.Signals, resolve: (outcome: number | NodeJS.Signals) => void) {
    this.#outcome = outcome
    running.delete(this)
    resolve(outcome)
  }
}

/** Runs a program to its end; an error with its output unless it ends with 0. */
export async function finish(command: readonly string[], options: ProgramOptions = {}) {
  const program = new Program(command, options)
  const outcome = await program.ended
  if (outcome !== 0) throw new Error(program.describe())
  return program.stdout
}

/** Nobody listens there yet: the kernel may name one again. */
const given = new Set<number>()

/** TCP ports of loopback that nobody uses, each given once. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count)
    for (const port of await namedPorts(count - ports.length)) {
      if (given.has(port)) continue
      given.add(port)
      ports.push(port)
    }
  return ports
}

/** The same, one after the other. */
export async function freePortsInARow(count: number): Promise<number[]> {
  for (;;) {
    const [first] = await freePorts(1)
    const ports = Array.from({ length: count }, (_, i) => first! + i)
    const more = ports.slice(1)
    if (more.some((port) => given.has(port)) || !(await areFree(more))) continue
    for (const port of more) given.add(port)
    return ports
  }
}

function areFree(ports: readonly number[]): Promise<boolean> {
  return Promise.all(ports.map(listening)).then(
    async (servers) => {
      await Promise.all(servers.map(closed))
      return true
    },
    () => false,
  )
}

async function namedPorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening(0)))
  const ports = servers.map((server) => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  })
  await Promise.all(servers.map(closed))
  return ports
}

function listening(port: number): Promise<Server> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function closed(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve))
}

export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Until `isTrue` holds; false when it did not within `limitMs`. */
export async function eventually(
  isTrue: () => boolean | Promise<boolean>,
  limitMs: number,
  stepMs = 20,
): Promise<boolean> {
  const deadline = Date.now() + limitMs
  while (!(await isTrue())) {
    if (Date.now() > deadline) return false
    await sleep(stepMs)
  }
  return true
}
