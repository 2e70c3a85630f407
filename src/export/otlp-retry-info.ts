// How long a server asks to be left alone: google.rpc.Status in the trailer
// `grpc-status-details-bin`, field 3: Any { 1: type_url, 2: RetryInfo { 1: Duration { 1: s, 2: ns } } }
// https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

type Field = { readonly number: number; readonly bytes: Uint8Array; readonly value: number }

/** Milliseconds, or undefined when the server said nothing. Malformed bytes count as nothing. */
export function retryDelayMs(status: Uint8Array): number | undefined {
  for (const detail of fieldsOf(status)) {
    if (detail.number !== 3) continue
    const any = fieldsOf(detail.bytes)
    const type = any.find((field) => field.number === 1)
    const value = any.find((field) => field.number === 2)
    if (!type || !Buffer.from(type.bytes).toString('latin1').endsWith('/google.rpc.RetryInfo'))
      continue
    return value ? durationMs(fieldsOf(value.bytes).find((field) => field.number === 1)) : 0
  }
  return undefined
}

function durationMs(duration: Field | undefined): number {
  if (!duration) return 0
  const parts = fieldsOf(duration.bytes)
  const seconds = parts.find((field) => field.number === 1)?.value ?? 0
  const nanos = parts.find((field) => field.number === 2)?.value ?? 0
  return seconds * 1000 + nanos / 1e6
}

/** The fields of one message, up to the first byte that cannot be read. */
function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  while (at < message.length) {
    const [tag, afterTag] = varint(message, at)
    if (afterTag < 0) break
    const wireType = tag & 7
    const [value, afterValue] =
      wireType === VARINT || wireType === BYTES ? varint(message, afterTag) : [0, afterTag]
    if (afterValue < 0) break
    const length = lengthOf(wireType, value)
    if (length < 0 || afterValue + length > message.length) break
    fields.push({
      number: tag >>> 3,
      value,
      bytes: message.subarray(afterValue, afterValue + length),
    })
    at = afterValue + length
  }
  return fields
}

/** Bytes behind the tag (and the length); -1: groups, which nobody sends. */
function lengthOf(wireType: number, value: number): number {
  if (wireType === BYTES) return value
  if (wireType === VARINT) return 0
  if (wireType === FIXED64) return 8
  return wireType === FIXED32 ? 4 : -1
}

/** Value and the place behind it, -1 when cut. Precise below 2^53. */
function varint(bytes: Uint8Array, start: number): [number, number] {
  let value = 0
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i]
    if (byte === undefined) return [0, -1]
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return [value, start + i + 1]
  }
  return [0, -1]
}
