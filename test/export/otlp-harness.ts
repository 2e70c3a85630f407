import type { Config } from '../../src/config/config.ts'
import { OtlpSink } from '../../src/export/otlp-sink.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { FakeTime } from './fake-time.ts'
import { ScriptedCollector } from './scripted-client.ts'
import { span } from './spans.ts'

const DEFAULTS: Config['batch'] = {
  maxQueueSize: 65_536,
  scheduleDelayMs: 1000,
  maxExportBatchSize: 512,
  exportTimeoutMs: 30_000,
}

/** A sink, the collector that it talks to, and the time in which both live. */
export class Harness {
  readonly time = new FakeTime()
  readonly collector = new ScriptedCollector(this.time)
  readonly counters = new Counters()
  readonly lines: string[] = []
  readonly sink: OtlpSink
  accepted = 0

  constructor(batch: Partial<Config['batch']> = {}) {
    this.sink = new OtlpSink({
      batch: { ...DEFAULTS, ...batch },
      endpoint: 'http://collector:4317',
      connect: this.collector.connect,
      counters: this.counters,
      log: new Log({ level: 'debug', clock: this.time, write: (line) => this.lines.push(line) }),
      clock: this.time,
      timers: this.time,
      random: () => 0.5,
    })
  }

  give(count: number): void {
    for (let i = 0; i < count; i++) this.sink.accept(span({ id: (++this.accepted).toString(16) }))
  }

  count(reason: Parameters<Counters['spans']['get']>[0]): number {
    return this.counters.spans.get(reason)
  }

  /** What became of spans, all reasons together. */
  settled(): number {
    return this.counters.spans.total()
  }

  logged(code: string): string[] {
    return this.lines.filter((line) => line.includes(` ${code}: `))
  }
}
