import { randomBytes } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { Dispatcher } from '../events/dispatch.ts'
import type { Json } from '../events/recording-format.ts'
import { RecordingReader } from '../events/recording-reader.ts'
import { type Replayed, replay } from '../events/replay.ts'
import { ReplayClock } from '../events/replay-clock.ts'
import { NO_VERDICTS } from '../exchanges/verdicts.ts'
import { DiagBridge } from '../export/diag-bridge.ts'
import type { SpanSink } from '../export/exporter.ts'
import type { RequestDurations } from '../export/request-durations.ts'
import type { Host } from '../processes/host.ts'
import { ReplayedProcesses } from '../processes/recorded-processes.ts'
import { Counters } from '../telemetry/counters.ts'
import { Log } from '../telemetry/log.ts'
import { standardError } from '../telemetry/standard-error.ts'
import { renderStats } from '../telemetry/stats.ts'
import type { RecordedOptions } from './open-recording.ts'
import { Pipeline } from './pipeline.ts'
import { measureRequests } from './send-metrics.ts'
import { makeSinks } from './sinks.ts'

const FLUSH_MS = 30_000

/** Where a recording's spans go, and by which settings they are shaped. */
export interface ReplayParts {
  readonly config: Config
  readonly counters: Counters
  readonly log: Log
  readonly sink: SpanSink
  readonly clock: ReplayClock
  readonly durations?: RequestDurations | undefined
}

/** The whole user side on a recording: the same spans, ids included, each time. */
export async function replayFile(
  config: Config,
  file: string,
  options: { readonly stop: AbortSignal; readonly partial?: boolean },
): Promise<void> {
  const say = standardError()
  const reader = await RecordingReader.open(file)
  const shaped: Config = { ...config, ...(reader.start.options as RecordedOptions) }
  const clock = new ReplayClock(reader.start.offset)
  const counters = new Counters()
  const log = new Log({ level: config.logLevel, clock, write: say })
  const end = new AbortController()
  const diag = new DiagBridge(log)
  const onReaderGone = () => end.abort()
  const sink = makeSinks({ config: shaped, clock, counters, log, diag, onReaderGone })
  try {
    const durations = measureRequests(shaped, counters)
    const parts = { config: shaped, counters, log, sink, clock, durations }
    const { damage } = await replayRecording(reader, parts, options.partial)
    if (damage) say(`underspan: "${file}" was replayed up to byte ${damage.at}: ${damage.what}\n`)
    if (!options.stop.aborted) await sink.shutdown(FLUSH_MS)
  } finally {
    await reader.close()
  }
  say(renderStats(counters))
}

/** Replays into `sink`, without ending it. */
export async function replayRecording(
  reader: RecordingReader,
  parts: ReplayParts,
  partial = false,
): Promise<Replayed> {
  const { counters, log, sink, clock, durations } = parts
  const processes = new ReplayedProcesses()
  const pipeline = new Pipeline({
    config: parts.config,
    clock,
    host: reader.start.host as Host,
    processes,
    counters,
    sink,
    durations,
    seed: reader.start.seed || randomBytes(4).readUInt32LE(),
    verdicts: NO_VERDICTS,
    onTraced: () => {},
    onLeftOut: () => {},
    onGone: () => {},
    onStarted: () => {},
  })
  const onBug = (error: unknown) =>
    log.error('bug', error instanceof Error ? (error.stack ?? error.message) : String(error))
  const dispatcher = new Dispatcher(pipeline, counters, onBug)
  const onFact = (name: string, value: Json) => {
    if (!processes.fact(name, value)) pipeline.learn(name, value)
  }
  const replayed = await replay(reader, dispatcher, clock, onFact, { partial })
  pipeline.finish()
  return replayed
}
