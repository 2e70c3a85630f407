/** The spans of an ExportTraceServiceRequest, as far as the tests look at them. */
export interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly name: string
  readonly service: string
}

type Field = readonly [number: number, bytes: Uint8Array]

export function spansOf(request: Uint8Array): WireSpan[] {
  return pick(request, 1).flatMap((resourceSpans) => {
    const service = serviceOf(pick(resourceSpans, 1)[0] ?? new Uint8Array())
    return pick(resourceSpans, 2)
      .flatMap((scopeSpans) => pick(scopeSpans, 2))
      .map((span) => ({
        traceId: hex(pick(span, 1)[0]),
        spanId: hex(pick(span, 2)[0]),
        name: text(pick(span, 5)[0]),
        service,
      }))
  })
}

/** A metric of an ExportMetricsServiceRequest; of a gauge, `cumulative` and `monotonic` are false. */
export interface WireMetric {
  readonly name: string
  readonly unit: string
  readonly service: string
  readonly cumulative: boolean
  readonly monotonic: boolean
  readonly points: readonly WirePoint[]
}

export interface WirePoint {
  /** `reason=built` */
  readonly attributes: readonly string[]
  readonly value: number
  readonly start: bigint
  readonly time: bigint
}

export function metricsIn(request: Uint8Array): WireMetric[] {
  return pick(request, 1).flatMap((resourceMetrics) => {
    const service = serviceOf(pick(resourceMetrics, 1)[0] ?? new Uint8Array())
    return pick(resourceMetrics, 2)
      .flatMap((scopeMetrics) => pick(scopeMetrics, 2))
      .map((metric) => metricOf(metric, service))
  })
}

function metricOf(metric: Uint8Array, service: string): WireMetric {
  const sum = pick(metric, 7)[0]
  const data = sum ?? pick(metric, 5)[0] ?? new Uint8Array()
  return {
    name: text(pick(metric, 1)[0]),
    unit: text(pick(metric, 3)[0]),
    service,
    cumulative: sum !== undefined && pick(sum, 2)[0]?.[0] === 2,
    monotonic: sum !== undefined && pick(sum, 3)[0]?.[0] === 1,
    points: pick(data, 1).map(pointOf),
  }
}

function pointOf(point: Uint8Array): WirePoint {
  const whole = pick(point, 6)[0]
  const fraction = pick(point, 4)[0]
  return {
    attributes: pick(point, 7).map(
      (pair) => `${text(pick(pair, 1)[0])}=${text(pick(pick(pair, 2)[0]!, 1)[0])}`,
    ),
    value: fraction ? Buffer.from(fraction).readDoubleLE() : Number(fixed64(whole)),
    start: fixed64(pick(point, 2)[0]),
    time: fixed64(pick(point, 3)[0]),
  }
}

function fixed64(bytes: Uint8Array | undefined): bigint {
  return bytes ? Buffer.from(bytes).readBigUInt64LE() : 0n
}

function serviceOf(resource: Uint8Array): string {
  for (const attribute of pick(resource, 1))
    if (text(pick(attribute, 1)[0]) === 'service.name')
      return text(pick(pick(attribute, 2)[0] ?? new Uint8Array(), 1)[0])
  return ''
}

function pick(message: Uint8Array, number: number): Uint8Array[] {
  return fields(message)
    .filter(([found]) => found === number)
    .map(([, bytes]) => bytes)
}

function fields(message: Uint8Array): Field[] {
  const found: Field[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const type = tag & 7
    const length = type === 2 ? varint() : type === 1 ? 8 : type === 5 ? 4 : 0
    const small = type === 0 ? Uint8Array.of(varint() & 0xff) : undefined
    found.push([tag >>> 3, small ?? message.subarray(at, at + length)])
    at += length
  }
  return found
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex')
}

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8')
}
