import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { collectGarbage } from '../base/collect-garbage.ts'
import { NODE_TIME, SystemClock } from '../base/system-clock.ts'
import type { Config } from '../config/config.ts'
import { DiagBridge } from '../export/diag-bridge.ts'
import { InstanceLock } from '../loader/instance-lock.ts'
import { Counters } from '../telemetry/counters.ts'
import { Log } from '../telemetry/log.ts'
import { standardError } from '../telemetry/standard-error.ts'
import { renderStats } from '../telemetry/stats.ts'
import { renderSummary } from '../telemetry/summary.ts'
import { serveHealth } from './health.ts'
import { levelsOf } from './levels.ts'
import { LiveAgent } from './live-agent.ts'
import { openRecording } from './open-recording.ts'
import { measureRequests, sendMetrics } from './send-metrics.ts'
import { makeSinks } from './sinks.ts'

/** What is left is sent within so long after a stop. */
const FLUSH_MS = 5000
const LAST_METRICS_MS = 1000

export interface RunOptions {
  readonly stop: AbortSignal
  /** File that the events are also written to. */
  readonly record?: string
}

const say = standardError()

/** Traces until `stop` is aborted, then sends what is left and says what was counted. */
export async function runAgent(config: Config, { stop, record }: RunOptions): Promise<void> {
  await InstanceLock.freed(config.instance)
  let agent: LiveAgent | undefined
  const clock = new SystemClock(NODE_TIME, (offset, at) => agent?.offset(offset, at))
  const counters = new Counters()
  const log = new Log({ level: config.logLevel, clock, write: say })
  const seed = randomBytes(4).readUInt32LE()
  const health = await serveHealth(config, clock, () => agent?.vitals)
  const recording = record
    ? await openRecording(record, config, clock, seed, say, counters.recording)
    : undefined
  const end = new AbortController()
  const diag = new DiagBridge(log)
  const sink = makeSinks({ config, clock, counters, log, diag, onReaderGone: () => end.abort() })
  const durations = measureRequests(config, counters)
  const readings = () => ({ ...agent!.readings, waitingSpans: sink.waiting })
  const metrics = sendMetrics({ config, clock, counters, log, diag }, readings, durations)
  agent = new LiveAgent({ config, clock, counters, log, sink, seed, recording, durations })
  agent.start()
  metrics?.start()
  say(`${readyLine(config, agent)}\n`)
  collectGarbage() // what only the start needed is half of the heap, and would stay until there is traffic
  const table = () => renderStats(counters, { levels: levelsOf(readings()) })
  const stats = everySeconds(config.statsSeconds, () => say(table()))
  await aborted(AbortSignal.any([stop, end.signal]))
  clearInterval(stats)
  await agent.stop()
  await sink.shutdown(FLUSH_MS)
  await metrics?.stop(LAST_METRICS_MS)
  log.flush()
  say(isRead(config) ? renderSummary(counters) : table())
  health?.close()
  await agent.close()
}

/** By a person who looks at traces and asked for no counters. */
function isRead({ output, statsSeconds }: Config): boolean {
  return output === 'tree' && statsSeconds === 0 && process.stderr.isTTY === true
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

function everySeconds(seconds: number, work: () => void): NodeJS.Timeout | undefined {
  return seconds > 0 ? setInterval(work, seconds * 1000) : undefined
}

function readyLine(config: Config, agent: LiveAgent): string {
  const where = [
    ...(config.output === 'none'
      ? []
      : [config.output === 'json' ? 'standard output' : 'this terminal']),
    ...(config.otlp.endpoint === '' ? [] : [config.otlp.endpoint]),
  ]
  const to = where.length === 0 ? 'nowhere' : `to ${where.join(' and ')}`
  return `underspan: ready; watching ${watchedText(config)} through ${agent.kernel.plan.family} hooks, spans go ${to}`
}

function watchedText({ select }: Config): string {
  const parts = Object.entries(select)
    .filter(([, values]) => values.length > 0)
    .map(([what, values]) => `${what} ${values.join(', ')}`)
  return parts.length === 0 ? 'everything on this host' : parts.join('; ')
}
