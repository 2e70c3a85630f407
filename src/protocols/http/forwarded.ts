import type { DescribeFacts } from '../protocol.ts'
import type { HttpRequest } from './message.ts'

export interface Origin {
  readonly address: string
  /** 0 unknown. */
  readonly port: number
}

/** What proxies on the way say about the original request; '' where they say nothing. */
export interface Forwarded {
  readonly client: string
  readonly host: string
  readonly scheme: string
}

const NOTHING: Forwarded = { client: '', host: '', scheme: '' }

/** Forwarded (RFC 7239) before the X-Forwarded fields; the first entry is the one nearest to the client. */
export function forwardedBy(request: HttpRequest): Forwarded {
  const { forwarded, forwardedFor, forwardedHost, forwardedProto } = request
  if (!forwarded && !forwardedFor && !forwardedHost && !forwardedProto) return NOTHING
  const entry = firstOf(forwarded)
  return {
    client: addressOf(parameter(entry, 'for') || firstOf(forwardedFor)),
    host: parameter(entry, 'host') || firstOf(forwardedHost),
    scheme: schemeOf(parameter(entry, 'proto') || firstOf(forwardedProto)),
  }
}

/** Address and port of the Host field, or else of the connection. */
export function originOf(host: string, facts: DescribeFacts, fallbackPort = 0): Origin {
  const port = facts.serverPort || fallbackPort
  return host ? parseHost(host, port) : { address: facts.serverAddress, port }
}

/** `name`, `name:port`, `[v6]`, `[v6]:port`, or a bare IPv6 address. */
export function parseHost(host: string, defaultPort: number): Origin {
  const bracket = host.startsWith('[') ? host.indexOf(']') : -1
  if (bracket > 0) return withPort(host.slice(1, bracket), host.slice(bracket + 1), defaultPort)
  const colon = host.indexOf(':')
  if (colon === -1 || colon !== host.lastIndexOf(':')) return { address: host, port: defaultPort }
  return withPort(host.slice(0, colon), host.slice(colon), defaultPort)
}

function withPort(address: string, rest: string, defaultPort: number): Origin {
  const port = /^:\d{1,5}$/.test(rest) ? Number(rest.slice(1)) : 0
  return { address, port: port > 0 && port < 65_536 ? port : defaultPort }
}

function firstOf(list: string): string {
  const comma = list.indexOf(',')
  return (comma === -1 ? list : list.slice(0, comma)).trim()
}

/** `name=value` or `name="value"` among parameters parted by semicolons. */
function parameter(entry: string, name: string): string {
  if (!entry) return ''
  for (const part of entry.split(';', 16)) {
    const equals = part.indexOf('=')
    if (equals === -1 || part.slice(0, equals).trim().toLowerCase() !== name) continue
    const value = part.slice(equals + 1).trim()
    return value.startsWith('"') ? value.slice(1, -1) : value
  }
  return ''
}

/** Without a port; '' for hidden and unknown ones. */
function addressOf(text: string): string {
  const { address } = parseHost(text, 0)
  return /^[\da-f.:]{2,45}$/i.test(address) ? address : ''
}

function schemeOf(text: string): string {
  const scheme = text.toLowerCase()
  return /^[a-z][a-z\d+.-]{0,15}$/.test(scheme) ? scheme : ''
}
