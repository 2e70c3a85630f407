import type { DescribeFacts, SpanFacts } from '../protocol.ts'
import { forwardedBy, type Origin, originOf, parseHost } from './forwarded.ts'
import type { HttpRequest, HttpResponse } from './message.ts'
import { isKnownMethod } from './methods.ts'

type Attributes = Record<string, string | number | boolean>

const DEFAULT_PORTS = new Map([
  ['http', 80],
  ['https', 443],
])

/** `error.type` where no status code tells. */
const ERRORS = new Map<DescribeFacts['outcome'], string>([
  ['reset', 'connection_reset'],
  ['timeout', 'timeout'],
  ['closed', 'connection_closed'],
])

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export function describe(
  request: HttpRequest,
  response: HttpResponse | undefined,
  facts: DescribeFacts,
): SpanFacts {
  const known = isKnownMethod(request.method, facts.knownMethods)
  const attributes: Attributes = { 'http.request.method': known ? request.method : '_OTHER' }
  if (!known) attributes['http.request.method_original'] = request.method
  const method = known ? request.method : 'HTTP'
  const route = facts.role === 'server' ? serverSide(attributes, request, facts) : ''
  if (facts.role === 'client') clientSide(attributes, request, facts)
  const version =
    facts.role === 'client'
      ? response?.version || request.version
      : request.version || response?.version
  if (version) attributes['network.protocol.version'] = version
  if (response) attributes['http.response.status_code'] = response.status
  return {
    name: route ? `${method} ${route}` : method,
    error: errorOf(response, facts),
    attributes,
  }
}

/** Returns the route. */
function serverSide(attributes: Attributes, request: HttpRequest, facts: DescribeFacts): string {
  const forwarded = forwardedBy(request)
  const scheme = forwarded.scheme || request.scheme || 'http'
  attributes['url.scheme'] = scheme
  attributes['url.path'] = request.path
  const query = request.query && facts.query(request.query)
  if (query) attributes['url.query'] = query
  const route = request.path.startsWith('/') ? facts.route(request.path) : ''
  if (route) attributes['http.route'] = route
  const origin = forwarded.host
    ? parseHost(forwarded.host, DEFAULT_PORTS.get(scheme) ?? 0)
    : originOf(request.host, facts)
  setServer(attributes, origin)
  if (forwarded.client) attributes['client.address'] = forwarded.client
  if (request.userAgent) attributes['user_agent.original'] = request.userAgent
  return route
}

function clientSide(attributes: Attributes, request: HttpRequest, facts: DescribeFacts): void {
  const scheme = request.scheme || 'http'
  const fallback = DEFAULT_PORTS.get(scheme) ?? 0
  // A proxy's port says nothing of the port in an absolute target.
  const origin = request.scheme
    ? parseHost(request.host, fallback)
    : originOf(request.host, facts, fallback)
  setServer(attributes, origin)
  attributes['url.full'] = fullUrl(request, scheme, origin, facts)
}

function setServer(attributes: Attributes, origin: Origin): void {
  if (!origin.address) return
  attributes['server.address'] = origin.address
  if (origin.port > 0) attributes['server.port'] = origin.port
}

function fullUrl(
  request: HttpRequest,
  scheme: string,
  origin: Origin,
  facts: DescribeFacts,
): string {
  if (request.method === 'CONNECT') return request.target
  const host = request.host || hostOf(origin, scheme)
  const credentials = request.credentials ? 'REDACTED:REDACTED@' : ''
  const path = request.path === '*' ? '' : request.path
  const query = request.query && facts.query(request.query)
  return `${scheme}://${credentials}${host}${path}${query && `?${query}`}`
}

function hostOf({ address, port }: Origin, scheme: string): string {
  const host = address.includes(':') ? `[${address}]` : address
  return port > 0 && port !== DEFAULT_PORTS.get(scheme) ? `${host}:${port}` : host
}

/** 4xx is the client's error, not the server's. */
function errorOf(
  response: HttpResponse | undefined,
  { role, outcome }: DescribeFacts,
): string | undefined {
  if (response && response.status >= (role === 'client' ? 400 : 500)) return String(response.status)
  return ERRORS.get(outcome)
}
