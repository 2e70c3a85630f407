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
    if (type === 0) varint()
    found.push([tag >>> 3, message.subarray(at, at + length)])
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
