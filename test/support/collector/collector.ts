import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stage } from '../system/apps.ts'
import { accepts, freePorts, type Program } from '../system/program.ts'
import { type SeenSpan, spansOfOtlpLine } from '../system/spans.ts'
import { countsOfOtlpLine, sumsOfOtlpLine } from '../system/sums.ts'
import { buildCollector } from './build.mjs'

const CONFIG = join(import.meta.dirname, '../../../otel-config/collector.yaml')

/** A real collector that writes what it gets to a file. */
export class Collector {
  readonly file: string
  readonly #stage: Stage
  readonly #port: number
  #program: Program | undefined

  constructor(stage: Stage, port: number) {
    this.#stage = stage
    this.#port = port
    this.file = join(stage.folder(), 'spans.json')
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    const configs = [CONFIG, join(import.meta.dirname, 'file.yaml')]
    const binary = buildCollector((text) => process.stderr.write(`${text}\n`))
    this.#program = this.#stage.program(
      [binary, ...configs.flatMap((config) => ['--config', config])],
      {
        env: {
          UNDERSPAN_RECEIVE: `127.0.0.1:${this.#port}`,
          UNDERSPAN_TEST_FILE: this.file,
        },
      },
    )
    await this.#program.until(() => accepts(this.#port), 'collector')
  }

  /** What it holds is written before it ends. */
  async stop(): Promise<void> {
    await this.#program?.stop()
  }

  /** Everything in its file so far; a line that is still being written is left out. */
  spans(): SeenSpan[] {
    return this.#lines().flatMap(spansOfOtlpLine)
  }

  /** The latest value of each sum by reason: `underspan.spans built`. */
  sums(): Map<string, number> {
    return new Map(this.#lines().flatMap(sumsOfOtlpLine))
  }

  /** Requests in the histograms of one name. */
  requests(metric: string): number {
    const latest = new Map(this.#lines().flatMap(countsOfOtlpLine))
    let sum = 0
    for (const [series, count] of latest) if (series.startsWith(`${metric} `)) sum += count
    return sum
  }

  #lines(): string[] {
    if (!existsSync(this.file)) return []
    const lines = readFileSync(this.file, 'utf8').split('\n').slice(0, -1)
    return lines.filter((line) => line !== '')
  }
}

export async function startCollector(stage: Stage): Promise<Collector> {
  const [port] = await freePorts(1)
  const collector = new Collector(stage, port!)
  await collector.start()
  return collector
}
