import type { SystemClock } from '../base/system-clock.ts'
import type { MonotonicNs } from '../base/time.ts'
import { VERSION } from '../base/version.ts'
import type { Config } from '../config/config.ts'
import {
  createRecording,
  describeStop,
  RecordingFile,
  type RecordingStop,
} from '../events/recording-file.ts'
import type { RecordingStart } from '../events/recording-format.ts'
import { recordingHeader } from '../events/recording-header.ts'
import { type Host, readHost } from '../processes/host.ts'
import type { Counters } from '../telemetry/counters.ts'

/** Options that shape spans, as they were when the recording was made: a replay starts from these. */
export type RecordedOptions = Omit<
  Config,
  | 'otlp'
  | 'metrics'
  | 'batch'
  | 'output'
  | 'color'
  | 'unicode'
  | 'logLevel'
  | 'statsSeconds'
  | 'healthPort'
>

/** Begins a recording; what stops it early is said, and the agent goes on. */
export async function openRecording(
  path: string,
  config: Config,
  clock: SystemClock,
  seed: number,
  say: (text: string) => void,
  counter: Counters['recording'],
): Promise<RecordingFile> {
  const disk = await createRecording(path)
  const host: Host = readHost()
  const start: RecordingStart = {
    start: clock.origin,
    offset: clock.unix(0 as MonotonicNs),
    seed,
    agent: VERSION,
    hooks: config.hooks,
    host,
    options: recordedOptions(config),
    secrets: config.showSecrets ? 'shown' : 'hidden',
  }
  const onStop = (stop: RecordingStop) => say(`underspan: ${describeStop(path, stop)}\n`)
  return new RecordingFile(disk, recordingHeader(start), onStop, (what, events) =>
    counter.add(what, events),
  )
}

function recordedOptions(config: Config): RecordedOptions {
  const {
    otlp,
    metrics,
    batch,
    output,
    color,
    unicode,
    logLevel,
    statsSeconds,
    healthPort,
    ...shaping
  } = config
  return shaping
}
