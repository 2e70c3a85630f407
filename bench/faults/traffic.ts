import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Collector } from '../../test/support/collector/collector.ts'
import { type Agent, type AgentOptions, startAgent } from '../../test/support/system/agent.ts'
import { type Stage, startNginx } from '../../test/support/system/apps.ts'
import { type Flood, floodCommand } from '../../test/support/system/load.ts'
import { freePorts, type Program } from '../../test/support/system/program.ts'
import { type SeenSpan, spanOfAgentLine, spansOfOtlpLine } from '../../test/support/system/spans.ts'
import { type Account, missingRequests } from './fault.ts'

const CONNECTIONS = 8

export interface Server {
  readonly port: number
  readonly program: Program
}

/** nginx, which makes one span of each request: it reads one at once and asks nobody. */
export async function startServer(stage: Stage): Promise<Server> {
  const [port] = await freePorts(1)
  return { port: port!, program: await startNginx(stage, port!, port!) }
}

export interface Watched {
  readonly server: Server
  readonly agent: Agent
}

/** A server and an agent that sends its spans to `endpoint`. */
export async function startWatched(
  stage: Stage,
  endpoint: string,
  options: AgentOptions = {},
): Promise<Watched> {
  const server = await startServer(stage)
  const agent = await startAgent(stage, {
    ...{ ports: [server.port], endpoint, output: 'none' },
    ...options,
  })
  return { server, agent }
}

/** So many requests that are under way. */
export class Load {
  readonly requests: number
  readonly #program: Program

  constructor(stage: Stage, { port }: Server, requests: number, rate: number, path = '/still') {
    this.requests = requests
    const deadline = String(Math.ceil(requests / rate) + 60)
    const flags = ['--path', path, '--rate', String(rate), '--deadline', deadline]
    const command = floodCommand(`127.0.0.1:${port}`, requests, CONNECTIONS, flags)
    this.#program = stage.program(command)
  }

  get isOver(): boolean {
    return this.#program.outcome !== undefined
  }

  /** How many were answered: all, or the load itself went wrong. */
  async answered(): Promise<number> {
    if ((await this.#program.ended) !== 0) throw new Error(this.#program.describe())
    const { answered, failed } = JSON.parse(this.#program.stdout) as Flood
    if (failed > 0) throw new Error(`${failed} of ${this.requests} requests failed`)
    return answered
  }
}

/** Spans of servers in a file, whatever its size. */
export class FoundSpans {
  readonly ids = new Set<string>()
  readonly #byPath = new Map<string, number>()
  /** Lines that hold one that was there before. */
  repeated = 0
  /** Lines that are none. */
  torn = 0

  add({ spanId, kind, attributes }: SeenSpan): void {
    if (kind !== 'SERVER') return
    if (this.ids.has(spanId)) {
      this.repeated++
      return
    }
    this.ids.add(spanId)
    const path = String(attributes['url.path'])
    this.#byPath.set(path, this.of(path) + 1)
  }

  of(path: string): number {
    return this.#byPath.get(path) ?? 0
  }

  get count(): number {
    return this.ids.size
  }

  get notes(): string[] {
    return this.repeated > 0 ? [`sent twice ${this.repeated}`] : []
  }
}

/** Ends both: what is in the file of the collector, and what the agent says of the rest. */
export async function accountOf(
  happened: number,
  agent: Agent,
  collector: Collector,
): Promise<Account> {
  const counts = await agent.stop()
  await collector.stop()
  const { count, notes } = await spansInCollector(collector.file)
  return {
    ...{ happened, unit: 'requests', found: count, where: 'in the file of the collector' },
    counted: missingRequests(counts),
    notes,
  }
}

export function spansInCollector(file: string): Promise<FoundSpans> {
  return spansIn(file, spansOfOtlpLine)
}

export function spansInLines(file: string): Promise<FoundSpans> {
  return spansIn(file, (line) => [spanOfAgentLine(line)])
}

async function spansIn(file: string, read: (line: string) => SeenSpan[]): Promise<FoundSpans> {
  const found = new FoundSpans()
  const lines = createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  for await (const line of lines) {
    if (line === '') continue
    try {
      for (const span of read(line)) found.add(span)
    } catch {
      found.torn++
    }
  }
  return found
}

export function seconds(count: number): Promise<void> {
  return sleep(count * 1000)
}
