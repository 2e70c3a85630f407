import { isDeepStrictEqual } from 'node:util'
import convict from 'convict'
import { StartupError } from '../base/errors.ts'
import type { Config } from './config.ts'
import { type Environment, fileOf, readEnvironment, variablesOf } from './environment.ts'
import type { CommandLine } from './flags.ts'
import type { Row } from './option.ts'
import { ROWS } from './options.ts'
import { defaultEndpoint, metricsEndpoint } from './otel-variables.ts'
import type { Source } from './source.ts'
import { readYamlFile } from './yaml-file.ts'

export interface Loaded {
  /** Frozen to the last list. */
  readonly config: Config
  /** Flag of each setting that is not at its default, and where it was set: `--port`, `agent.yaml:3`. */
  readonly origins: ReadonlyMap<string, string>
  /** Sentences for the log. */
  readonly warnings: readonly string[]
}

/** Flags, then the environment, then the file, then the defaults; all trouble is reported at once. */
export function loadConfig(flags: CommandLine, env: Environment = process.env): Loaded {
  const variables = variablesOf(env)
  const path = flags.extra.get('config') ?? fileOf(variables)
  const file = typeof path === 'string' ? [readYamlFile(path)] : []
  const sources: Source[] = [...file, readEnvironment(variables), flags]
  refuse(sources.flatMap((source) => source.problems))

  const settings = convict<Config>(schema(), { env: {}, args: [] })
  const given = new Map(sources.flatMap((source) => [...source.values])) // the last one counts
  const origins = new Map<string, string>()
  for (const [row, { value, origin }] of given) {
    settings.set<string>(row.path.join('.'), value)
    if (!isDeepStrictEqual(value, row.fallback)) origins.set(row.flag, origin)
  }
  const spans = given.get(rowOf('otlp.endpoint'))
  if (spans === undefined) settings.set('otlp.endpoint', defaultEndpoint(variables))
  const metrics = given.get(rowOf('metrics.endpoint'))
  settings.set<string>('metrics.endpoint', metricsEndpoint(variables, metrics, spans))
  settings.validate({ allowed: 'strict' })
  const warnings = sources.flatMap((source) => source.warnings)
  const config = settle(settings.getProperties(), warnings)
  return { config: deepFreeze(config), origins, warnings }
}

function rowOf(key: string): Row {
  return ROWS.find((row) => row.key === key)!
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return
  const message =
    problems.length === 1
      ? problems[0]!
      : `${problems.length} settings are wrong:\n${bullets(problems)}`
  throw new StartupError('BAD_OPTION', message, 'See `underspan --help` and docs/options.md.')
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `  - ${line}`).join('\n')
}

function schema(): convict.Schema<Config> {
  const root: Record<string, unknown> = {}
  for (const row of ROWS) {
    let section = root
    for (const name of row.path.slice(0, -1)) {
      section[name] ??= {}
      section = section[name] as Record<string, unknown>
    }
    section[row.path.at(-1)!] = { doc: row.help, default: row.fallback, format: formatOf(row) }
  }
  return root as convict.Schema<Config>
}

/** convict's own formats turn '12abc' into 12; ours say no. */
function formatOf(row: Row): (value: unknown) => void {
  return (value) => {
    if (row.format.fromData(value) === undefined) throw new Error(`allowed: ${row.format.allowed}`)
  }
}

/** What depends on more than one setting. */
function settle(config: Config, warnings: string[]): Config {
  const named = config.resource.attributes.find(({ name }) => name === 'service.name')
  const resource = {
    serviceName: config.resource.serviceName || (named?.value ?? ''),
    attributes: config.resource.attributes.filter(({ name }) => name !== 'service.name'),
  }
  const batch = { ...config.batch }
  if (batch.maxExportBatchSize > batch.maxQueueSize) {
    warnings.push(
      `a batch of ${batch.maxExportBatchSize} spans does not fit the queue of ${batch.maxQueueSize}: batches are as large as the queue`,
    )
    batch.maxExportBatchSize = batch.maxQueueSize
  }
  if (config.requestMetrics && config.metrics.endpoint === '')
    warnings.push('--request-metrics has no effect: no endpoint is set that metrics go to')
  return { ...config, resource, batch }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
