import type { Config } from '../config/config.ts'
import { ROOT_CONTEXT, SamplingDecision, TraceIdRatioBasedSampler } from './sdk.ts'

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
