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

/** Undefined where an id is none. */
export function validContext(
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
export function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 102))) return false
  }
  return true
}
