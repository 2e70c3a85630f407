import type { Carrier } from '../../protocols/protocol.ts'
import type { TraceContext } from '../trace-context.ts'
import { fromB3, fromB3Multi } from './b3.ts'
import { fromUberTraceId } from './jaeger.ts'
import { fromSw8 } from './skywalking.ts'
import { fromTraceparent } from './w3c.ts'

/**
 * Finds the trace context in a request's headers, the standard one first. Malformed values count as
 * absent.
 */
export function traceContextOf(carrier: Carrier | undefined): TraceContext | undefined {
  if (!carrier || carrier.size === 0) return undefined
  return (
    fromTraceparent(carrier) ??
    fromB3(carrier.get('b3')) ??
    fromB3Multi(carrier) ??
    fromUberTraceId(carrier.get('uber-trace-id')) ??
    fromSw8(carrier.get('sw8'))
  )
}
