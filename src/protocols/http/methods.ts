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

/** The others that IANA has registered, and usual ones: caches, UPnP. */
const REGISTERED: ReadonlySet<string> = new Set(
  `ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY LABEL LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR
  MKCOL MKREDIRECTREF MKWORKSPACE MOVE NOTIFY ORDERPATCH PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH
  SUBSCRIBE UNBIND UNCHECKOUT UNLINK UNLOCK UNSUBSCRIBE UPDATE UPDATEREDIRECTREF VERSION-CONTROL`.split(
    /\s+/,
  ),
)

/** Anything else may be the end of a body, with a method behind it: `unter2GET`. */
export function isRegisteredMethod(method: string): boolean {
  return KNOWN.has(method) || REGISTERED.has(method)
}

export function isKnownMethod(method: string, known: ReadonlySet<string> = KNOWN): boolean {
  return known.has(method)
}
