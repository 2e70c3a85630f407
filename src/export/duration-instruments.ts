// Durations of requests by the semantic conventions: which metric, and by which attributes.
// https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
// https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
// https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/

/** Seconds. */
const REQUEST_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const QUERY_BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

export interface Instrument {
  readonly name: string
  readonly description: string
  readonly bounds: readonly number[]
  /** Attributes of the span that tell its series apart, beside `error.type`. */
  readonly keys: readonly string[]
}

const SERVER = ['server.address', 'server.port']
const HTTP = ['http.request.method', 'http.response.status_code', 'network.protocol.version']
const RPC = ['rpc.system.name', 'rpc.method', 'rpc.status_code']

const HTTP_SERVER: Instrument = {
  name: 'http.server.request.duration',
  description: 'Duration of HTTP server requests',
  bounds: REQUEST_BOUNDS,
  keys: [...HTTP, 'url.scheme', 'http.route'],
}
const HTTP_CLIENT: Instrument = {
  name: 'http.client.request.duration',
  description: 'Duration of HTTP client requests',
  bounds: REQUEST_BOUNDS,
  keys: [...HTTP, ...SERVER],
}
const RPC_SERVER: Instrument = {
  name: 'rpc.server.call.duration',
  description: 'Duration of calls that came in',
  bounds: REQUEST_BOUNDS,
  keys: RPC,
}
const RPC_CLIENT: Instrument = {
  name: 'rpc.client.call.duration',
  description: 'Duration of calls that went out',
  bounds: REQUEST_BOUNDS,
  keys: [...RPC, ...SERVER],
}
const DB_CLIENT: Instrument = {
  name: 'db.client.operation.duration',
  description: 'Duration of database client operations',
  bounds: QUERY_BOUNDS,
  keys: [
    'db.system.name',
    'db.namespace',
    'db.collection.name',
    'db.operation.name',
    'db.query.summary',
    'db.stored_procedure.name',
    'db.response.status_code',
    ...SERVER,
  ],
}

export const INSTRUMENTS = [HTTP_SERVER, HTTP_CLIENT, RPC_SERVER, RPC_CLIENT, DB_CLIENT]

/** By what the description of the span says that it is; undefined: nothing that is measured. */
export function instrumentOf(
  role: 'client' | 'server',
  attributes: Readonly<Record<string, unknown>>,
): Instrument | undefined {
  const isServer = role === 'server'
  if (attributes['rpc.system.name'] !== undefined) return isServer ? RPC_SERVER : RPC_CLIENT
  if (attributes['http.request.method'] !== undefined) return isServer ? HTTP_SERVER : HTTP_CLIENT
  return attributes['db.system.name'] !== undefined && !isServer ? DB_CLIENT : undefined
}
