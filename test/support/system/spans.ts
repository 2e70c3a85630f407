/** A span as the tests see it, whichever way it came out of the agent. */
export interface SeenSpan {
  readonly traceId: string
  readonly spanId: string
  /** '' none. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: 'SERVER' | 'CLIENT' | 'other'
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
  /** Unix nanoseconds. */
  readonly start: bigint
  readonly end: bigint
}

/** Numbers of SpanKind in OTLP. */
const OTLP_SERVER = 2
const OTLP_CLIENT = 3

interface OtlpValue {
  readonly stringValue?: string
  readonly intValue?: string | number
  readonly doubleValue?: number
  readonly boolValue?: boolean
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] }
}
interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}
interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: readonly OtlpAttribute[]
}
interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] }
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[]
  }[]
}

/** One line of the collector's file exporter: OTLP in JSON. */
export function spansOfOtlpLine(line: string): SeenSpan[] {
  const traces = JSON.parse(line) as OtlpTraces
  return (traces.resourceSpans ?? []).flatMap((group) => {
    const resource = valuesOf(group.resource?.attributes)
    return (group.scopeSpans ?? [])
      .flatMap((scope) => scope.spans ?? [])
      .map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: kindOf(span.kind),
        attributes: valuesOf(span.attributes),
        resource,
        start: BigInt(span.startTimeUnixNano),
        end: BigInt(span.endTimeUnixNano),
      }))
  })
}

function kindOf(kind: number | string): SeenSpan['kind'] {
  if (kind === OTLP_SERVER || kind === 'SERVER' || kind === 'server') return 'SERVER'
  return kind === OTLP_CLIENT || kind === 'CLIENT' || kind === 'client' ? 'CLIENT' : 'other'
}

function valuesOf(attributes: readonly OtlpAttribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]))
}

function plainValue(value: OtlpValue): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plainValue)
  if (value.intValue !== undefined) return Number(value.intValue)
  return value.stringValue ?? value.boolValue ?? value.doubleValue
}

interface AgentLine {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
}

/** One line of `--output json`, as docs/json-lines.md says. */
export function spanOfAgentLine(line: string): SeenSpan {
  const span = JSON.parse(line) as AgentLine
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    name: span.name,
    kind: kindOf(span.kind),
    attributes: span.attributes,
    resource: span.resource,
    start: BigInt(span.startTimeUnixNano),
    end: BigInt(span.endTimeUnixNano),
  }
}
