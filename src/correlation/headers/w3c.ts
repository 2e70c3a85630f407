import type { Carrier } from '../../protocols/protocol.ts'
import { isHex, type TraceContext, validContext } from '../trace-context.ts'

// W3C Trace Context: https://www.w3.org/TR/trace-context/

/** `version-traceid-parentid-flags`; versions above 00 may carry more fields behind, ff is invalid. */
export function fromTraceparent(carrier: Carrier): TraceContext | undefined {
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
  return validContext(
    text.slice(3, 35),
    text.slice(36, 52),
    sampled,
    carrier.get('tracestate') ?? '',
  )
}
