import type { Carrier } from '../../protocols/protocol.ts'
import { type TraceContext, validContext } from '../trace-context.ts'

// B3: https://github.com/openzipkin/b3-propagation

/** `traceid-spanid[-sampled[-parentspanid]]`, or the sampling state alone. */
export function fromB3(text: string | undefined): TraceContext | undefined {
  if (text === undefined) return undefined
  const [traceId, spanId, state] = text.toLowerCase().split('-')
  if (!traceId || !spanId) return undefined
  return validContext(traceId.padStart(32, '0'), spanId, b3Sampled(state), '')
}

export function fromB3Multi(carrier: Carrier): TraceContext | undefined {
  const traceId = carrier.get('x-b3-traceid')?.toLowerCase()
  const spanId = carrier.get('x-b3-spanid')?.toLowerCase()
  if (!traceId || !spanId) return undefined
  const state = carrier.get('x-b3-flags') === '1' ? 'd' : carrier.get('x-b3-sampled')
  return validContext(traceId.padStart(32, '0'), spanId, b3Sampled(state), '')
}

function b3Sampled(state: string | undefined): boolean | undefined {
  if (state === '1' || state === 'd' || state === 'true') return true
  if (state === '0' || state === 'false') return false
  return undefined
}
