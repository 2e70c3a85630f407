import type { Config } from '../config/config.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { SpanSink } from './exporter.ts'
import {
  type ReadableSpan,
  ROOT_CONTEXT,
  SamplingDecision,
  TraceFlags,
  TraceIdRatioBasedSampler,
} from './sdk.ts'

/**
 * OTEL_TRACES_SAMPLER for spans that are finished: one decision for all spans of a trace, because
 * it rests on the trace id and on the flag of the header that the trace was adopted from.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
 */
export class TraceSampler {
  readonly #parentBased: boolean
  readonly #root: 'on' | 'off' | TraceIdRatioBasedSampler

  constructor(traces: Config['traces']) {
    this.#parentBased = traces.sampler.startsWith('parentbased_')
    this.#root = rootRule(traces)
  }

  /** `adopted`: the header's sampled flag; undefined: no header, or one that left it open. */
  keeps(traceId: string, adopted: boolean | undefined): boolean {
    if (this.#parentBased && adopted !== undefined) return adopted
    if (typeof this.#root === 'string') return this.#root === 'on'
    const { decision } = this.#root.shouldSample(ROOT_CONTEXT, traceId)
    return decision === SamplingDecision.RECORD_AND_SAMPLED
  }
}

function rootRule({ sampler, samplerArg }: Config['traces']) {
  if (sampler.endsWith('always_on')) return 'on'
  if (sampler.endsWith('always_off')) return 'off'
  return new TraceIdRatioBasedSampler(samplerArg)
}

/** A span may say by which flag its trace was adopted; a span right below the header shows it. */
type PerhapsAdopted = ReadableSpan & { readonly remoteSampled?: boolean | undefined }

function adoptedFlag(span: PerhapsAdopted): boolean | undefined {
  if (span.remoteSampled !== undefined) return span.remoteSampled
  const parent = span.parentSpanContext
  if (parent?.isRemote !== true) return undefined
  return (parent.traceFlags & TraceFlags.SAMPLED) !== 0
}

/** Lets through the spans of the traces that the sampler keeps, and counts the others. */
export class SamplingSink implements SpanSink {
  readonly #sampler: TraceSampler
  readonly #counters: Counters
  readonly #next: SpanSink

  constructor(sampler: TraceSampler, counters: Counters, next: SpanSink) {
    this.#sampler = sampler
    this.#counters = counters
    this.#next = next
  }

  accept(span: ReadableSpan): void {
    if (this.#sampler.keeps(span.spanContext().traceId, adoptedFlag(span))) this.#next.accept(span)
    else this.#counters.spans.add('sampled-out')
  }

  flush(deadlineMs: number): Promise<void> {
    return this.#next.flush(deadlineMs)
  }

  shutdown(deadlineMs: number): Promise<void> {
    return this.#next.shutdown(deadlineMs)
  }
}
