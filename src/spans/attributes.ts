import type { Attributes } from '@opentelemetry/api'
import type { Place } from '../correlation/place.ts'
import type { Exchange, Outcome } from '../exchanges/exchange.ts'
import type { Socket } from '../sockets/socket.ts'

/**
 * Where an attribute gets its name: all that `spans/` adds to what a protocol describes.
 * OpenTelemetry semantic conventions 1.45; ours stand under `underspan.`.
 */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0'

// Of a span, for those who read them.
export const SERVER_ADDRESS = 'server.address'
export const SERVER_PORT = 'server.port'
export const NETWORK_PEER_ADDRESS = 'network.peer.address'
export const NETWORK_PEER_PORT = 'network.peer.port'
export const NETWORK_LOCAL_ADDRESS = 'network.local.address'
export const NETWORK_LOCAL_PORT = 'network.local.port'
export const ERROR_TYPE = 'error.type'
/** Why it has no parent: src/correlation/place.ts. */
export const UNPARENTED_REASON = 'underspan.unparented.reason'

// Of a resource.
export const SERVICE_NAME = 'service.name'
export const SERVICE_NAMESPACE = 'service.namespace'
export const SERVICE_VERSION = 'service.version'
export const SERVICE_INSTANCE_ID = 'service.instance.id'
export const PROCESS_PID = 'process.pid'
export const PROCESS_PARENT_PID = 'process.parent_pid'
export const PROCESS_EXECUTABLE_NAME = 'process.executable.name'
export const PROCESS_EXECUTABLE_PATH = 'process.executable.path'
export const PROCESS_COMMAND_ARGS = 'process.command_args'
export const PROCESS_OWNER = 'process.owner'
export const PROCESS_RUNTIME_NAME = 'process.runtime.name'
export const PROCESS_RUNTIME_VERSION = 'process.runtime.version'
export const HOST_NAME = 'host.name'
export const HOST_ARCH = 'host.arch'
export const HOST_ID = 'host.id'
export const OS_TYPE = 'os.type'
export const OS_NAME = 'os.name'
export const OS_VERSION = 'os.version'
export const CONTAINER_ID = 'container.id'
export const K8S_POD_UID = 'k8s.pod.uid'
export const TELEMETRY_SDK_LANGUAGE = 'telemetry.sdk.language'
export const TELEMETRY_SDK_NAME = 'telemetry.sdk.name'
export const TELEMETRY_SDK_VERSION = 'telemetry.sdk.version'
export const TELEMETRY_DISTRO_NAME = 'telemetry.distro.name'
export const TELEMETRY_DISTRO_VERSION = 'telemetry.distro.version'
// Ours, of a resource.
/** Where service.name comes from. */
export const SERVICE_NAME_FROM = 'underspan.service.name.from'
/** The unit that systemd started the process in. */
export const SYSTEMD_UNIT = 'underspan.systemd.unit'

// Names stand in the code below as they are: through a constant each costs 50 ns more (bench/spans).

/** Both ends of the socket; what the protocol said of client and server stays. `name`: the server's, '' none. */
export function addConnection(
  attributes: Attributes,
  socket: Socket,
  role: Exchange['role'],
  name: string,
): void {
  const { localAddress, localPort, remoteAddress, remotePort } = socket
  const isServer = role === 'server'
  if (attributes['server.address'] === undefined) {
    const address = isServer ? localAddress : name || remoteAddress
    const port = isServer ? localPort : remotePort
    if (address !== '') attributes['server.address'] = address
    if (port > 0) attributes['server.port'] = port
  }
  if (isServer && attributes['client.address'] === undefined && remoteAddress !== '') {
    attributes['client.address'] = remoteAddress
    if (remotePort > 0) attributes['client.port'] = remotePort
  }
  if (remoteAddress !== '') attributes['network.peer.address'] = remoteAddress
  if (remotePort > 0) attributes['network.peer.port'] = remotePort
  if (localAddress !== '') attributes['network.local.address'] = localAddress
  if (localPort > 0) attributes['network.local.port'] = localPort
  attributes['network.transport'] = socket.transport
  if (socket.family !== 'unix') attributes['network.type'] = socket.family
}

/** A lost answer is no error: nobody knows what it said. */
export function addOutcome(
  attributes: Attributes,
  outcome: Outcome | undefined,
  error: string | undefined,
): void {
  if (error !== undefined) attributes['error.type'] = error
  if (outcome === 'answer-lost') attributes['underspan.answer.lost'] = true
  if (outcome === 'streaming-limit') attributes['underspan.still_open'] = true
}

/** What the parent rests on, or why there is none; and the other end's name for other hosts. */
export function addPlace(attributes: Attributes, { parent, reason, peerId }: Place): void {
  if (parent) attributes['underspan.parent.model'] = parent.model
  else if (reason) attributes['underspan.unparented.reason'] = reason
  if (peerId) attributes['underspan.peer.id'] = peerId
}

/** The path and the URL, which may hold secrets, are replaced by what `hide` makes of them. */
export function hideInUrls(attributes: Attributes, hide: (text: string) => string): void {
  const path = attributes['url.path']
  if (typeof path === 'string') attributes['url.path'] = hide(path)
  const full = attributes['url.full']
  if (typeof full === 'string') attributes['url.full'] = hide(full)
}

/** Path of the request that was described; '' where it has none. */
export function pathOf(attributes: Attributes): string {
  const path = attributes['url.path']
  return typeof path === 'string' ? path : ''
}
