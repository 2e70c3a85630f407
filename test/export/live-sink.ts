import { SystemClock } from '../../src/base/system-clock.ts'
import type { Config } from '../../src/config/config.ts'
import { DiagBridge } from '../../src/export/diag-bridge.ts'
import { connectAtStart, GrpcClient } from '../../src/export/otlp-client.ts'
import { OtlpSink } from '../../src/export/otlp-sink.ts'
import { systemTimers } from '../../src/export/timers.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { span } from './spans.ts'

/** The sink as the agent has it: official exporter, real time. */
export class LiveSink {
  readonly counters = new Counters()
  readonly lines: string[] = []
  readonly sink: OtlpSink
  accepted = 0

  constructor(endpoint: string, batch: Partial<Config['batch']> = {}) {
    const clock = new SystemClock()
    const log = new Log({ level: 'warn', clock, write: (line) => this.lines.push(line) })
    const diag = new DiagBridge(log)
    diag.install()
    this.sink = new OtlpSink({
      batch: {
        maxQueueSize: 65_536,
        scheduleDelayMs: 20,
        maxExportBatchSize: 2048,
        exportTimeoutMs: 30_000,
        ...batch,
      },
      endpoint,
      connect: () => connectAtStart(() => new GrpcClient(endpoint, diag)),
      counters: this.counters,
      log,
      clock,
      timers: systemTimers,
      random: Math.random,
    })
  }

  give(count: number, attributes: Record<string, string> = {}): void {
    for (let i = 0; i < count; i++)
      this.sink.accept(span({ id: (++this.accepted).toString(16), attributes }))
  }
}

/** Resolves when `ready` does, at the latest after ten seconds. */
export async function until(ready: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !ready(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
}
