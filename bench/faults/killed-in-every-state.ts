import { existsSync, readdirSync } from 'node:fs'
import { Agent, startAgent } from '../../test/support/system/agent.ts'
import { python } from '../../test/support/system/apps.ts'
import { bpfObjects } from '../../test/support/system/host.ts'
import { load } from '../../test/support/system/load.ts'
import { eventually, finish, freePorts } from '../../test/support/system/program.ts'
import type { Fault } from './fault.ts'
import { heldObjects } from './held-objects.ts'
import { seconds } from './traffic.ts'

const TIMES = { long: { starting: 20, stopping: 10 }, short: { starting: 2, stopping: 1 } }
/** Where programs and maps outlive those who made them. */
const PINS = '/sys/fs/bpf'
const GONE_MS = 20_000
const LOOK_SECONDS = 0.01

/** What could be left of an agent: its objects, hooks in functions, pinned files of anybody. */
class Traces {
  readonly #objects = new Set<string>()
  readonly #pinned = pins()
  readonly #pids: number[] = []

  /** Looks at what it holds, again and again, until it is killed. */
  async kill(agent: Agent, ms: number): Promise<void> {
    const { program } = agent
    this.#pids.push(program.pid)
    for (const end = performance.now() + ms; performance.now() < end; await seconds(LOOK_SECONDS))
      this.#look(program.pid)
    this.#look(program.pid)
    await program.stop('SIGKILL')
  }

  get count(): number {
    return this.#objects.size
  }

  /** The kernel lets go of them a little after the process. */
  async left(): Promise<string[]> {
    let left: string[] = []
    const isClean = async () => {
      left = await this.#present()
      return left.length === 0
    }
    await eventually(isClean, GONE_MS, 200)
    return left
  }

  #look(pid: number): void {
    for (const object of heldObjects(pid)) this.#objects.add(object)
  }

  async #present(): Promise<string[]> {
    const objects = (await bpfObjects()).filter((object) => this.#objects.has(object))
    const hooks = (await hookingProcesses()).filter((pid) => this.#pids.includes(pid))
    const pinned = pins().filter((path) => !this.#pinned.includes(path))
    return [...objects, ...hooks.map((pid) => `hook of process ${pid}`), ...pinned]
  }
}

function pins(): string[] {
  const paths = existsSync(PINS) ? readdirSync(PINS, { recursive: true, encoding: 'utf8' }) : []
  return paths.map((path) => `${PINS}/${path}`)
}

async function hookingProcesses(): Promise<number[]> {
  const list: unknown = JSON.parse(await finish(['bpftool', '-j', 'perf', 'list']))
  if (!Array.isArray(list)) return [] // an object when there are none
  return list.map(({ pid }: { pid: number }) => pid)
}

export const KILLED_IN_EVERY_STATE: Fault = {
  name: 'killed-in-every-state',
  what: 'the agent is killed while it starts, and while it ends; nothing of it is left, and the next one starts',
  run: async (stage, size) => {
    const [port, nobody] = await freePorts(2)
    await stage.server(python('python_asyncio.py', port!, nobody!), port!)
    const options = {
      ...{ ports: [port!], output: 'none' as const },
      flags: ['--instance', `every-state-${process.pid}`],
    }
    const traces = new Traces()
    const began = performance.now()
    const first = await startAgent(stage, options)
    const startMs = performance.now() - began
    await traces.kill(first, 0)

    const { starting, stopping } = TIMES[size]
    for (let i = 1; i <= starting; i++)
      await traces.kill(new Agent(stage, options), (startMs * i) / (starting + 1))
    for (let i = 0; i < stopping; i++) {
      const agent = await startAgent(stage, options)
      await load(`http://127.0.0.1:${port}`, 20, 4)
      agent.program.kill('SIGTERM')
      await traces.kill(agent, i * 20)
    }
    const left = await traces.left()
    const last = await startAgent(stage, options)
    await last.stop()
    const happened = 1 + starting + stopping
    return {
      ...{ happened, unit: 'kills', found: happened, where: 'left nothing' },
      counted: {},
      notes: [`${traces.count} objects were held`, `a start takes ${Math.round(startMs)} ms`],
      wrong: left.map((object) => `${object} is left`),
    }
  },
}
