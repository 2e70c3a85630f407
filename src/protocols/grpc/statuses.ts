/** https://grpc.io/docs/guides/status-codes/ by number. */
export const STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

export type Status = (typeof STATUSES)[number]

/** The other ones are the caller's errors: semantic conventions, gRPC, server span. */
const SERVER_ERRORS: ReadonlySet<string> = new Set<Status>([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
])

export function isError(status: string, role: 'client' | 'server'): boolean {
  return role === 'client' ? status !== 'OK' : SERVER_ERRORS.has(status)
}

/** Name of a grpc-status; a number without a name stays one, and '' is none at all. */
export function statusOf(text: string): string {
  if (!/^\d{1,10}$/.test(text)) return ''
  return STATUSES[Number(text)] ?? text
}

/** By number: RFC 9113, section 7, and "Errors" of the gRPC over HTTP/2 protocol. */
const BY_RESET: readonly Status[] = [
  'INTERNAL',
  'INTERNAL',
  'INTERNAL',
  'INTERNAL',
  'INTERNAL',
  'UNKNOWN',
  'INTERNAL',
  'UNAVAILABLE',
  'CANCELLED',
  'INTERNAL',
  'INTERNAL',
  'RESOURCE_EXHAUSTED',
  'PERMISSION_DENIED',
  'UNKNOWN',
]

export function statusOfReset(code: number): Status {
  return BY_RESET[code] ?? 'UNKNOWN'
}

/** What a client makes of an answer that is not gRPC's: "HTTP to gRPC Status Code Mapping". */
const BY_HTTP_STATUS = new Map<number, Status>([
  [400, 'INTERNAL'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'UNIMPLEMENTED'],
  [429, 'UNAVAILABLE'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'UNAVAILABLE'],
])

export function statusOfHttp(status: number): Status {
  return BY_HTTP_STATUS.get(status) ?? 'UNKNOWN'
}
