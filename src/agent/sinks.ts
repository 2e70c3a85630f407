import type { Clock } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import type { DiagBridge } from '../export/diag-bridge.ts'
import type { SpanSink } from '../export/exporter.ts'
import { JsonLines } from '../export/json-lines.ts'
import { connectAtStart, GrpcClient, type OtlpClient } from '../export/otlp-client.ts'
import { OtlpSink } from '../export/otlp-sink.ts'
import type { ReadableSpan } from '../export/sdk.ts'
import { TerminalSink } from '../export/terminal-sink.ts'
import { standardOutput } from '../export/text-target.ts'
import { systemTimers } from '../export/timers.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Log } from '../telemetry/log.ts'

const DEFAULT_COLUMNS = 100

/** All places where spans go, as one. */
export interface Sinks extends SpanSink {
  /** Spans whose way to the collector is not at its end. */
  readonly waiting: number
}

export interface SinkParts {
  readonly config: Config
  readonly clock: Clock
  readonly counters: Counters
  readonly log: Log
  /** What the exporters say goes through it: one a run. */
  readonly diag: DiagBridge
  /** Standard output has no reader any more. */
  readonly onReaderGone: () => void
}

export function makeSinks(parts: SinkParts): Sinks {
  return new EverySink(outputSink(parts), otlpSink(parts))
}

function outputSink(parts: SinkParts): SpanSink[] {
  const { config } = parts
  if (config.output === 'none') return []
  const target = standardOutput(process.stdout, systemTimers)
  if (config.output === 'json') {
    return [new JsonLines({ ...parts, target, timers: systemTimers })]
  }
  const isTerminal = process.stdout.isTTY === true
  return [
    new TerminalSink({
      ...parts,
      target,
      color: config.color === 'always' || (config.color === 'auto' && isTerminal),
      unicode: config.unicode,
      columns: () => process.stdout.columns ?? DEFAULT_COLUMNS,
      timers: systemTimers,
    }),
  ]
}

function otlpSink({ config, counters, log, clock, diag }: SinkParts): OtlpSink[] {
  const { endpoint } = config.otlp
  if (endpoint === '') return []
  diag.install()
  const another = () => new GrpcClient(endpoint, diag)
  let first: OtlpClient | undefined = connectAtStart(another)
  const connect = () => {
    const client = first ?? another()
    first = undefined
    return client
  }
  const { batch } = config
  return [
    new OtlpSink({
      batch,
      endpoint,
      connect,
      counters,
      log,
      clock,
      timers: systemTimers,
      random: Math.random,
    }),
  ]
}

/** Hands each span to all. */
class EverySink implements Sinks {
  readonly #sinks: readonly SpanSink[]
  readonly #otlp: readonly OtlpSink[]

  constructor(output: readonly SpanSink[], otlp: readonly OtlpSink[]) {
    this.#sinks = [...output, ...otlp]
    this.#otlp = otlp
  }

  get waiting(): number {
    return this.#otlp.reduce((sum, sink) => sum + sink.held, 0)
  }

  accept(span: ReadableSpan): void {
    for (const sink of this.#sinks) sink.accept(span)
  }

  async flush(deadlineMs: number): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.flush(deadlineMs)))
  }

  async shutdown(deadlineMs: number): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.shutdown(deadlineMs)))
  }
}
