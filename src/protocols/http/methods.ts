/** RFC 9110, PATCH (RFC 5789) and QUERY: the known ones of the OpenTelemetry conventions. */
const KNOWN: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
])

export function isKnownMethod(method: string, known: ReadonlySet<string> = KNOWN): boolean {
  return known.has(method)
}
