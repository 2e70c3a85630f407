import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compiledGo, compiledJava } from '../compiled.ts'
import { accepts, freePorts, Program, type ProgramOptions } from './program.ts'

const APPS = join(import.meta.dirname, '../../apps')
/**
 * The distribution's: the packages that the tests need are installed for this one. What another has
 * is measured by naming it in TEST_PYTHON.
 */
export const PYTHON = process.env.TEST_PYTHON ?? '/usr/bin/python3'
/** Connections at once that every front server is asked to bear. */
const PHP_WORKERS = '8'

/** Programs and folders of one test file; `stop` ends and removes them all. */
export class Stage {
  readonly #programs: Program[] = []
  readonly #folders: string[] = []

  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'underspan-test-'))
    this.#folders.push(path)
    return path
  }

  program(command: readonly string[], options: ProgramOptions = {}): Program {
    const program = new Program(command, options)
    this.#programs.push(program)
    return program
  }

  /** Started, and waited for until its port accepts. */
  async server(command: readonly string[], port: number, options: ProgramOptions = {}) {
    const program = this.program(command, options)
    await program.until(() => accepts(port), `listener on port ${port}`)
    return program
  }

  async stop(): Promise<void> {
    for (const program of this.#programs.splice(0).reverse()) await program.stop()
    for (const path of this.#folders.splice(0)) rmSync(path, { recursive: true, force: true })
  }
}

export function python(script: string, ...args: (string | number)[]): string[] {
  return [PYTHON, '-u', join(APPS, script), ...args.map(String)]
}

/** Answers `/call/TAG/N`: what every front server calls. */
export async function startCallee(stage: Stage): Promise<number> {
  const [port] = await freePorts(1)
  await stage.server(python('python_threads.py', port!), port!)
  return port!
}

export interface Front {
  readonly port: number
  readonly program: Program
}

/** Servers that answer `/front/TAG` after two calls to `down`, by name. */
export const FRONTS = {
  'Python threads': (stage, port, down) =>
    stage.server(python('python_threads.py', port, down), port),

  'Python reader and workers': (stage, port, down) =>
    stage.server(python('python_handover.py', port, down), port),

  'Python asyncio': (stage, port, down) =>
    stage.server(python('python_asyncio.py', port, down), port),

  'PHP with libcurl': (stage, port, down) =>
    stage.server(['php', '-S', `127.0.0.1:${port}`, join(APPS, 'caller.php')], port, {
      env: { DOWN: String(down), PHP_CLI_SERVER_WORKERS: PHP_WORKERS },
    }),

  'Java thread pool': (stage, port, down) => startJava(stage, port, down, []),

  'Java virtual threads': (stage, port, down) => startJava(stage, port, down, ['virtual']),

  'Go net/http': (stage, port, down) => {
    const binary = compiledGo(join(APPS, 'go/main.go'), 'front')
    return stage.server([binary, String(port), String(down)], port)
  },

  Node: (stage, port, down) =>
    stage.server(
      [process.execPath, join(APPS, 'node-server.mjs'), String(port), String(down)],
      port,
    ),

  nginx: (stage, port, down) => startNginx(stage, port, down),
} satisfies Record<string, (stage: Stage, port: number, down: number) => Promise<Program>>

export type FrontName = keyof typeof FRONTS

export async function startFront(stage: Stage, name: FrontName, down: number): Promise<Front> {
  const [port] = await freePorts(1)
  return { port: port!, program: await FRONTS[name](stage, port!, down) }
}

/** A proxy in front of `down`; `/still` is answered without asking anyone. */
export async function startNginx(stage: Stage, port: number, down: number): Promise<Program> {
  const folder = stage.folder()
  const config = readFileSync(join(APPS, 'nginx.conf'), 'utf8')
    .replaceAll('FOLDER', folder)
    .replaceAll('PORT', String(port))
    .replaceAll('DOWN', String(down))
  writeFileSync(join(folder, 'nginx.conf'), config)
  return stage.server(['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')], port)
}

function startJava(stage: Stage, port: number, down: number, more: readonly string[]) {
  const folder = compiledJava(join(APPS, 'java/PoolServer.java'))
  const command = ['java', '-cp', folder, '-Dhttp.maxConnections=64', 'PoolServer']
  return stage.server([...command, String(port), String(down), ...more], port)
}

/** Virtual threads are final since Java 21. */
export async function javaVersion(): Promise<number> {
  const java = new Program(['java', '-version'])
  await java.ended
  return Number(/version "(\d+)/.exec(java.stderr)?.[1] ?? 0)
}
