import type { Carrier } from '../protocols/protocol.ts'

/** A caller's place in its trace, as a header told it. */
export interface TraceContext {
  /** 32 hex digits, lower case. */
  readonly traceId: string
  /** 16 hex digits, lower case. */
  readonly spanId: string
  /** undefined: the caller left the decision open (B3 without sampling state). */
  readonly sampled: boolean | undefined
  readonly traceState: string
}

const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/**
 * Finds the trace context in a request's headers: W3C Trace Context, then B3 single, then B3
 * multi. Malformed values count as absent.
 * https://www.w3.org/TR/trace-context/ , https://github.com/openzipkin/b3-propagation
 */
export function traceContextOf(carrier: Carrier | undefined): TraceContext | undefined {
  if (!carrier || carrier.size === 0) return undefined
  return fromTraceparent(carrier) ?? fromB3(carrier.get('b3')) ?? fromB3Multi(carrier)
}

/** `version-traceid-parentid-flags`; versions above 00 may carry more fields behind, ff is invalid. */
function fromTraceparent(carrier: Carrier): TraceContext | undefined {
  const text = carrier.get('traceparent')
  if (
    text === undefined ||
    text.length < 55 ||
    text[2] !== '-' ||
    text[35] !== '-' ||
    text[52] !== '-'
  )
    return undefined
  const version = text.slice(0, 2)
  if (!isHex(version) || version === 'ff') return undefined
  if (version === '00' ? text.length !== 55 : text.length > 55 && text[55] !== '-') return undefined
  const flags = text.slice(53, 55)
  if (!isHex(flags)) return undefined
  const sampled = (Number.parseInt(flags, 16) & 1) === 1
  return context(text.slice(3, 35), text.slice(36, 52), sampled, carrier.get('tracestate') ?? '')
}

/** `traceid-spanid[-sampled[-parentspanid]]`, or the sampling state alone. */
function fromB3(text: string | undefined): TraceContext | undefined {
  if (text === undefined) return undefined
  const [traceId, spanId, state] = text.toLowerCase().split('-')
  if (!traceId || !spanId) return undefined
  return context(traceId.padStart(32, '0'), spanId, b3Sampled(state), '')
}

function fromB3Multi(carrier: Carrier): TraceContext | undefined {
  const traceId = carrier.get('x-b3-traceid')?.toLowerCase()
  const spanId = carrier.get('x-b3-spanid')?.toLowerCase()
  if (!traceId || !spanId) return undefined
  const state = carrier.get('x-b3-flags') === '1' ? 'd' : carrier.get('x-b3-sampled')
  return context(traceId.padStart(32, '0'), spanId, b3Sampled(state), '')
}

function b3Sampled(state: string | undefined): boolean | undefined {
  if (state === '1' || state === 'd' || state === 'true') return true
  if (state === '0' || state === 'false') return false
  return undefined
}

function context(
  traceId: string,
  spanId: string,
  sampled: boolean | undefined,
  traceState: string,
): TraceContext | undefined {
  const valid = traceId.length === 32 && spanId.length === 16 && isHex(traceId) && isHex(spanId)
  if (!valid || traceId === NO_TRACE || spanId === NO_SPAN) return undefined
  return { traceId, spanId, sampled, traceState }
}

/** Lower-case hex only: W3C forbids upper case, B3 is lowered before. */
function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 102))) return false
  }
  return true
}
