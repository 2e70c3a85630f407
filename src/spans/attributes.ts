/**
 * Where an attribute gets its name: all that `spans/` adds to what a protocol describes.
 * OpenTelemetry semantic conventions 1.45; ours stand under `underspan.`.
 */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0'

// Of a span.
export const CLIENT_ADDRESS = 'client.address'
export const CLIENT_PORT = 'client.port'
export const SERVER_ADDRESS = 'server.address'
export const SERVER_PORT = 'server.port'
export const NETWORK_PEER_ADDRESS = 'network.peer.address'
export const NETWORK_PEER_PORT = 'network.peer.port'
export const NETWORK_LOCAL_ADDRESS = 'network.local.address'
export const NETWORK_LOCAL_PORT = 'network.local.port'
export const NETWORK_TRANSPORT = 'network.transport'
export const NETWORK_TYPE = 'network.type'
export const ERROR_TYPE = 'error.type'
/** Of what protocols describe: these two may hold secrets. */
export const URL_PATH = 'url.path'
export const URL_FULL = 'url.full'

// Ours, of a span.
/** Why it has no parent: src/correlation/place.ts. */
export const UNPARENTED_REASON = 'underspan.unparented.reason'
/** What its parent rests on. */
export const PARENT_MODEL = 'underspan.parent.model'
/** Names the other end of the connection, as the agent of another host computes it too. */
export const PEER_ID = 'underspan.peer.id'
/** There was an answer, but its events were lost. */
export const ANSWER_LOST = 'underspan.answer.lost'
/** The answer was still coming when the span was closed: its end is not the answer's. */
export const STILL_OPEN = 'underspan.still_open'

// Of a resource.
export const SERVICE_NAME = 'service.name'
export const SERVICE_NAMESPACE = 'service.namespace'
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
