import { type TraceContext, validContext } from '../trace-context.ts'

// Jaeger's own: https://www.jaegertracing.io/sdk-migration/#propagation-format

const SAMPLED = 1

/** `traceid:spanid:parentid:flags` in hex without leading zeros; some clients encode the colons for a URL. */
export function fromUberTraceId(text: string | undefined): TraceContext | undefined {
  if (text === undefined) return undefined
  const [traceId, spanId, , flags, more] = text.replaceAll(/%3a/gi, ':').toLowerCase().split(':')
  if (!traceId || !spanId || !flags || more !== undefined) return undefined
  const bits = Number.parseInt(flags, 16)
  if (Number.isNaN(bits)) return undefined
  const sampled = (bits & SAMPLED) !== 0
  return validContext(traceId.padStart(32, '0'), spanId.padStart(16, '0'), sampled, '')
}
