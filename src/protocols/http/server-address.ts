import type { DescribeFacts } from '../protocol.ts'
import { type Forwarded, type Origin, originOf, parseHost } from './forwarded.ts'
import type { HttpRequest } from './message.ts'

export type Attributes = Record<string, string | number | boolean>

export const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
])

/** Where a client's request was meant to go. */
export function originOfClient(request: HttpRequest, facts: DescribeFacts): Origin {
  const fallback = DEFAULT_PORTS.get(request.scheme || 'http') ?? 0
  // A proxy's port says nothing of the port in an absolute target.
  return request.absolute
    ? parseHost(request.host, fallback)
    : originOf(request.host, facts, fallback)
}

/** What the server was called by, which proxies before it may know better. */
export function originOfServer(
  request: HttpRequest,
  facts: DescribeFacts,
  forwarded: Forwarded,
  scheme: string,
): Origin {
  return forwarded.host
    ? parseHost(forwarded.host, DEFAULT_PORTS.get(scheme) ?? 0)
    : originOf(request.host, facts)
}

export function setServer(attributes: Attributes, origin: Origin): void {
  if (!origin.address) return
  attributes['server.address'] = origin.address
  if (origin.port > 0) attributes['server.port'] = origin.port
}
