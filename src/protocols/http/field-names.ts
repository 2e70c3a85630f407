/**
 * Names of header fields that anything here asks for, in lower case; the number of a name is its place
 * from 1. Trace context last.
 */
export const NAMES = [
  'host',
  'user-agent',
  'content-type',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  ':method',
  ':scheme',
  ':authority',
  ':path',
  ':status',
  ':protocol',
  'grpc-status',
  'grpc-message',
  'grpc-timeout',
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'sw8',
  'uber-trace-id',
] as const

export type FieldName = (typeof NAMES)[number]

/** Of a name that nobody asks for. */
export const NO_FIELD = 0

export function numberOf(name: FieldName): number {
  return NAMES.indexOf(name) + 1
}

const FIRST_OF_CONTEXT = numberOf('traceparent')

/** Whether the field carries a caller's trace context. */
export function isContext(field: number): boolean {
  return field >= FIRST_OF_CONTEXT
}

/** Characters kept of a value. */
const MAX_VALUE = 1024
/** W3C Trace Context asks for at least 512 of tracestate. */
const MAX_CONTEXT = 4096
/** Characters kept of a request target. */
export const MAX_TARGET = 8192
const PATH = numberOf(':path')

export function limitOf(field: number): number {
  if (field === PATH) return MAX_TARGET
  return isContext(field) ? MAX_CONTEXT : MAX_VALUE
}

const CODES = NAMES.map((name) => Uint8Array.from(name, (letter) => letter.charCodeAt(0)))
const BY_LENGTH: number[][] = []
for (const [index, { length }] of NAMES.entries()) {
  BY_LENGTH[length] ??= []
  BY_LENGTH[length].push(index + 1)
}

/** Number of the name that stands there, or NO_FIELD. */
export function fieldNumber(bytes: Uint8Array, start: number, length: number): number {
  const candidates = BY_LENGTH[length]
  if (candidates === undefined) return NO_FIELD
  for (let i = 0; i < candidates.length; i++) {
    const number = candidates[i]!
    if (isName(bytes, start, CODES[number - 1]!)) return number
  }
  return NO_FIELD
}

/** Upper and lower case are the same. */
function isName(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  // The last letter tells names of one length apart soonest.
  for (let i = name.length - 1; i >= 0; i--)
    if ((bytes[start + i]! | 0x20) !== name[i]) return false
  return true
}
