import { join } from 'node:path'
import type { Stage } from './apps.ts'
import { eventually, type Program, type ProgramOptions } from './program.ts'
import { type SeenSpan, spanOfAgentLine } from './spans.ts'

export const MAIN = join(import.meta.dirname, '../../../dist/cli/main.js')
/** What it says on standard error once every hook is attached. */
const READY = /^underspan: ready; /m
const START_MS = 60_000
/** It sends for five seconds at most; a busy machine makes them longer. */
const STOP_MS = 60_000

/** Each agent of a test process has a name of its own. */
let started = 0

export type Hooks = 'auto' | 'socket' | 'syscall'

export interface AgentOptions extends ProgramOptions {
  readonly hooks?: Hooks
  /** Only sockets with one of these ports at either end. */
  readonly ports?: readonly number[]
  readonly endpoint?: string
  /** Cores; none if left out: the tests count spans to the unit, on machines that have other things to do. */
  readonly cpuLimit?: number
  readonly output?: 'json' | 'none' | 'tree'
  readonly flags?: readonly string[]
  /** Another copy of the agent. */
  readonly main?: string
  /** `run` if left out. */
  readonly command?: readonly string[]
  /** Words before the command; without, those that the hooks need. */
  readonly inside?: readonly string[]
}

/** Its hooks are found in tracefs, which the agent does not mount: here, for the agent alone. */
const WITH_TRACEFS = [
  ...['unshare', '--mount', 'sh', '-c'],
  'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"',
  'sh',
]

/** The command line of an agent; the load generators are left out, as users would do. */
export function agentCommand(options: AgentOptions = {}): string[] {
  const flags = [
    ...['--output', options.output ?? 'json', '--hooks', options.hooks ?? 'auto'],
    ...['--instance', `test-${process.pid}-${++started}`],
    ...['--cpu-limit', String(options.cpuLimit ?? 'none')],
    ...['--exclude-command', '*/test/apps/load.mjs *,*/test/apps/flood.mjs *'],
    ...(options.ports ? ['--port', options.ports.join(',')] : []),
    ...(options.endpoint ? ['--otlp-endpoint', options.endpoint] : []),
    ...(options.flags ?? []),
  ]
  const inside = options.inside ?? (options.hooks === 'syscall' ? WITH_TRACEFS : [])
  return [
    ...inside,
    process.execPath,
    options.main ?? MAIN,
    ...(options.command ?? ['run']),
    ...flags,
  ]
}

/** The built agent, as root, tracing. */
export class Agent {
  readonly program: Program
  readonly spans: SeenSpan[] = []
  /** When each span was printed, ms of this process's clock, by span id. */
  readonly printedMs = new Map<string, number>()
  #partial = ''

  constructor(stage: Stage, options: AgentOptions = {}) {
    const env = { ...WITHOUT_SETTINGS, ...options.env }
    this.program = stage.program(agentCommand(options), { ...options, env })
    this.program.onOutput = (text) => this.#read(text)
  }

  /** Until `isTrue` of the spans so far; false when that did not come within `limitMs`. */
  async sees(isTrue: (spans: readonly SeenSpan[]) => boolean, limitMs = 10_000) {
    return eventually(() => isTrue(this.spans), limitMs)
  }

  /** Flushes and ends; its counters as printed at the end, by `counter` and `reason`. */
  async stop(): Promise<Counts> {
    const outcome = await this.program.stop('SIGTERM', STOP_MS)
    if (outcome !== 0) throw new Error(`the agent did not end well: ${this.program.describe()}`)
    return countsOf(this.program.stderr)
  }

  #read(text: string): void {
    const lines = (this.#partial + text).split('\n')
    this.#partial = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('{')) continue
      const span = spanOfAgentLine(line)
      this.spans.push(span)
      this.printedMs.set(span.spanId, performance.now())
    }
  }
}

/** Settings of the person who runs the tests have no say in them. */
export const WITHOUT_SETTINGS = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(OTEL|UNDERSPAN)_/.test(name))
    .map((name) => [name, '']),
)

export async function startAgent(stage: Stage, options: AgentOptions = {}): Promise<Agent> {
  const agent = new Agent(stage, options)
  await agent.program.until(() => READY.test(agent.program.stderr), 'word of readiness', START_MS)
  return agent
}

export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>

/** A line that names a counter, then one for each reason, indented: `  reason   1,234`. */
export function countsOf(text: string): Counts {
  const counts: Record<string, Record<string, number>> = {}
  let current: Record<string, number> | undefined
  for (const line of text.split('\n')) {
    const name = /^(underspan\.[\w.-]+)$/.exec(line)?.[1]
    const row = /^ {2}([\w.-]+) +([\d,]+)$/.exec(line)
    if (name !== undefined) {
      current = counts[name] ?? {}
      counts[name] = current
    } else if (row && current) {
      current[row[1]!] = Number(row[2]!.replaceAll(',', ''))
    }
  }
  return counts
}
