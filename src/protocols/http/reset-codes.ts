/** Error codes of HTTP/2 by number: RFC 9113, section 7. */
const NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const

export const CANCEL = NAMES.indexOf('CANCEL')
export const REFUSED_STREAM = NAMES.indexOf('REFUSED_STREAM')

/** Codes without a name are treated as INTERNAL_ERROR. */
export function nameOfReset(code: number): string {
  return NAMES[code] ?? 'INTERNAL_ERROR'
}
