import { forwardedBy } from '../http/forwarded.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { outcomeError } from '../http/outcome-error.ts'
import {
  type Attributes,
  originOfClient,
  originOfServer,
  setServer,
} from '../http/server-address.ts'
import type { DescribeFacts, SpanFacts } from '../protocol.ts'
import { isCallType } from './content-type.ts'
import type { GrpcMessages } from './messages.ts'
import { statusMessage } from './status-message.ts'
import { isError, statusOf, statusOfHttp, statusOfReset } from './statuses.ts'
import { timeoutMs } from './timeout.ts'
import { webTrailer } from './web.ts'

/** Who attached late may not know what was asked, but see what was answered. */
export function isCall(request: HttpRequest, response: HttpResponse | undefined): boolean {
  if (isCallType(request.contentType)) return true
  return response !== undefined && (isCallType(response.contentType) || response.grpcStatus !== '')
}

/** https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ */
export function describeCall(
  request: HttpRequest,
  response: HttpResponse | undefined,
  facts: DescribeFacts,
): SpanFacts {
  const attributes: Attributes = { 'rpc.system.name': 'grpc' }
  const name = setMethod(attributes, request)
  const forwarded = forwardedBy(request)
  const origin =
    facts.role === 'client'
      ? originOfClient(request, facts)
      : originOfServer(request, facts, forwarded, forwarded.scheme || request.scheme || 'http')
  setServer(attributes, origin)
  if (facts.role === 'server' && forwarded.client) attributes['client.address'] = forwarded.client
  const version = request.version || response?.version
  if (version) attributes['network.protocol.version'] = version
  if (response && response.status > 0 && response.status !== 200)
    attributes['http.response.status_code'] = response.status
  setCounts(attributes, request, response)
  const status = callStatus(request, response, facts)
  if (status) attributes['rpc.status_code'] = status
  const error = status
    ? isError(status, facts.role)
      ? status
      : undefined
    : outcomeError(facts.outcome)
  const message = error ? statusMessage(messageOf(response), facts.queryText) : ''
  return { name, error, errorMessage: message || undefined, attributes }
}

/** The path is `/package.Service/Method`; returns the span's name. */
function setMethod(attributes: Attributes, { path }: HttpRequest): string {
  if (path === '') return 'grpc'
  if (/^\/[\w.-]{1,200}\/[\w.-]{1,200}$/.test(path)) {
    const method = path.slice(1)
    attributes['rpc.method'] = method
    return method
  }
  attributes['rpc.method'] = '_OTHER'
  attributes['rpc.method_original'] = path.slice(1) || path
  return 'grpc'
}

function setCounts(
  attributes: Attributes,
  request: HttpRequest,
  response: HttpResponse | undefined,
): void {
  setCount(attributes, 'underspan.rpc.request.messages', request.messages)
  setCount(attributes, 'underspan.rpc.response.messages', response?.messages)
  const timeout = request.timeout ? timeoutMs(request.timeout) : undefined
  if (timeout !== undefined) attributes['underspan.rpc.timeout_ms'] = Math.ceil(timeout)
  if (request.incomplete || response?.incomplete) attributes['underspan.headers.unknown'] = true
}

function setCount(attributes: Attributes, name: string, messages: GrpcMessages | undefined): void {
  if (!messages || messages.lost) return
  attributes[name] = messages.count
}

/** As the trailers say, or as a client concludes where there are none; '' not known. */
function callStatus(
  { reset, timeout }: HttpRequest,
  response: HttpResponse | undefined,
  { outcome, duration }: DescribeFacts,
): string {
  const sent = response ? statusOf(response.grpcStatus || webTrailer(response, 'grpc-status')) : ''
  if (sent) return sent
  if (reset) {
    const status = statusOfReset(reset.code)
    return status === 'CANCELLED' && isOverdue(timeout, duration) ? 'DEADLINE_EXCEEDED' : status
  }
  const foreign = response && response.status >= 300
  return foreign && outcome === 'answered' ? statusOfHttp(response.status) : ''
}

/** A client that gives up at its deadline says no more than that it does. Timeouts are rounded by 1 %. */
function isOverdue(timeout: string, duration: number | undefined): boolean {
  const limit = timeout ? timeoutMs(timeout) : undefined
  return limit !== undefined && duration !== undefined && duration >= limit * 0.98e6
}

function messageOf(response: HttpResponse | undefined): string {
  if (!response) return ''
  return response.grpcMessage || webTrailer(response, 'grpc-message')
}
