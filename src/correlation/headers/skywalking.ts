import { isHex, type TraceContext, validContext } from '../trace-context.ts'

// SkyWalking: https://skywalking.apache.org/docs/main/latest/en/api/x-process-propagation-headers-v3/
// Its ids are no OpenTelemetry ids. They become what the collector's SkyWalking receiver makes of them
// (opentelemetry-collector-contrib, pkg/translator/skywalking), so that both ends of a trace meet there.

const FIELDS = 8
const UUID_DIGITS = 32
/** `uuid.thread.sequence`, as the Java agent makes them. */
const MADE_OF_THREE = /^([0-9a-f]{32})\.(\d{1,10})\.(\d{1,19})$/

/** `sampled-trace-segment-span-service-instance-endpoint-address`, texts in base 64. */
export function fromSw8(text: string | undefined): TraceContext | undefined {
  const fields = text?.split('-')
  if (fields?.length !== FIELDS) return undefined
  const [sampled, trace, segment, span] = fields
  if ((sampled !== '0' && sampled !== '1') || !/^\d{1,10}$/.test(span!)) return undefined
  const traceId = idOf(decoded(trace!), 0)
  const spanId = idOf(decoded(segment!), Number(span))
  if (!traceId || !spanId) return undefined
  return validContext(traceId.toString('hex'), halved(spanId).toString('hex'), sampled === '1', '')
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1').toLowerCase()
}

/** 16 bytes: the UUID, with the other numbers folded in, least byte first. */
function idOf(id: string, spanIndex: number): Buffer | undefined {
  const plain = id.replaceAll('-', '')
  const [, uuid = plain, thread = '0', sequence = '0'] = MADE_OF_THREE.exec(id) ?? []
  if (uuid.length !== UUID_DIGITS || !isHex(uuid)) return undefined
  const bytes = Buffer.from(uuid, 'hex')
  const folded = Buffer.alloc(16)
  folded.writeUInt32LE(spanIndex >>> 0, 0)
  folded.writeUInt32LE(Number(thread) >>> 0, 4)
  folded.writeBigUInt64LE(BigInt.asUintN(64, BigInt(sequence)), 8)
  for (let i = 0; i < bytes.length; i++) bytes[i]! ^= folded[i]!
  return bytes
}

/** A span id of 8 bytes: the two halves over each other. */
function halved(id: Buffer): Buffer {
  const half = Buffer.from(id.subarray(0, 8))
  for (let i = 0; i < half.length; i++) half[i]! ^= id[8 + i]!
  return half
}
