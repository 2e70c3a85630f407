import { describeCall, isCall } from '../grpc/describe.ts'
import type { DescribeFacts, SpanFacts } from '../protocol.ts'
import { forwardedBy, type Origin } from './forwarded.ts'
import type { HttpRequest, HttpResponse } from './message.ts'
import { isKnownMethod } from './methods.ts'
import { outcomeError } from './outcome-error.ts'
import { nameOfReset } from './reset-codes.ts'
import {
  type Attributes,
  DEFAULT_PORTS,
  originOfClient,
  originOfServer,
  setServer,
} from './server-address.ts'

/** An exchange of any version of HTTP, as a call of gRPC if it is one. */
export function describe(
  request: HttpRequest,
  response: HttpResponse | undefined,
  facts: DescribeFacts,
): SpanFacts {
  return isCall(request, response)
    ? describeCall(request, response, facts)
    : describeHttp(request, response, facts)
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
function describeHttp(
  request: HttpRequest,
  response: HttpResponse | undefined,
  facts: DescribeFacts,
): SpanFacts {
  const attributes: Attributes = {}
  const method = setMethod(attributes, request, facts)
  const route = facts.role === 'server' ? serverSide(attributes, request, facts) : ''
  if (facts.role === 'client') clientSide(attributes, request, facts)
  const version =
    facts.role === 'client'
      ? response?.version || request.version
      : request.version || response?.version
  if (version) attributes['network.protocol.version'] = version
  if (response && response.status > 0) attributes['http.response.status_code'] = response.status
  if (request.incomplete || response?.incomplete) attributes['underspan.headers.unknown'] = true
  return {
    name: route ? `${method} ${route}` : method,
    error: errorOf(request, response, facts),
    attributes,
  }
}

/** Returns how the span's name begins. A method that is not known is not `_OTHER`: it is left out. */
function setMethod(attributes: Attributes, { method }: HttpRequest, facts: DescribeFacts): string {
  if (method === '') return 'HTTP'
  const known = isKnownMethod(method, facts.knownMethods)
  attributes['http.request.method'] = known ? method : '_OTHER'
  if (!known) attributes['http.request.method_original'] = method
  return known ? method : 'HTTP'
}

/** Returns the route. */
function serverSide(attributes: Attributes, request: HttpRequest, facts: DescribeFacts): string {
  const forwarded = forwardedBy(request)
  const scheme = forwarded.scheme || request.scheme || 'http'
  attributes['url.scheme'] = scheme
  if (request.path) attributes['url.path'] = request.path
  const query = request.query && facts.query(request.query)
  if (query) attributes['url.query'] = query
  const route = request.path.startsWith('/') ? facts.route(request.path) : ''
  if (route) attributes['http.route'] = route
  setServer(attributes, originOfServer(request, facts, forwarded, scheme))
  if (forwarded.client) attributes['client.address'] = forwarded.client
  if (request.userAgent) attributes['user_agent.original'] = request.userAgent
  return route
}

function clientSide(attributes: Attributes, request: HttpRequest, facts: DescribeFacts): void {
  const origin = originOfClient(request, facts)
  setServer(attributes, origin)
  const url = fullUrl(request, origin, facts)
  if (url) attributes['url.full'] = url
}

/** '' where the path could not be known. */
function fullUrl(request: HttpRequest, origin: Origin, facts: DescribeFacts): string {
  if (request.path === '') return request.target
  const scheme = request.scheme || 'http'
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

/** 4xx is the client's error, not the server's; so is a request that the client gave up. */
function errorOf(
  { reset }: HttpRequest,
  response: HttpResponse | undefined,
  { role, outcome }: DescribeFacts,
): string | undefined {
  if (response && response.status >= (role === 'client' ? 400 : 500)) return String(response.status)
  if (outcome === 'cancelled') return role === 'client' && !response ? 'CANCEL' : undefined
  if (outcome === 'reset' && reset) return nameOfReset(reset.code)
  return outcomeError(outcome)
}
