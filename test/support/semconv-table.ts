import { UNPARENTED_REASONS } from '../../src/correlation/place.ts'

/** A span as far as the conventions look at it; a ReadableSpan is one. */
export interface CheckedSpan {
  readonly name: string
  /** 1 server, 2 client. */
  readonly kind: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code: number; readonly message?: string | undefined }
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> }
}

export type AttributeType = 'string' | 'int' | 'boolean' | 'string[]'

/** How much an attribute is asked for; a condition says when it must be there. */
export type Level = 'required' | 'recommended' | 'opt-in' | ((span: CheckedSpan) => boolean)

export interface Row {
  readonly type: AttributeType
  readonly level: Level
  /** All values that there are, where they are few. */
  readonly values?: readonly string[]
}

export interface Section {
  readonly link: string
  readonly rows: Readonly<Record<string, Row>>
}

const text = (level: Level, values?: readonly string[]): Row =>
  values ? { type: 'string', level, values } : { type: 'string', level }
const number = (level: Level): Row => ({ type: 'int', level })
const flag = (level: Level): Row => ({ type: 'boolean', level })

const failed = (span: CheckedSpan): boolean => span.status.code === 2
const unparented = (span: CheckedSpan): boolean => !('underspan.parent.model' in span.attributes)
const otherMethod = (span: CheckedSpan): boolean =>
  span.attributes['http.request.method'] === '_OTHER'
const headersKnown = (span: CheckedSpan): boolean =>
  span.attributes['underspan.headers.unknown'] !== true
const overIp = (span: CheckedSpan): boolean => span.attributes['network.transport'] === 'tcp'

const METHODS = [
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
  '_OTHER',
]

/** A tunnel is asked for by host and port alone. */
const pathKnown = (span: CheckedSpan): boolean =>
  headersKnown(span) && span.attributes['http.request.method'] !== 'CONNECT'

/** Of the connection: every span has these. */
export const NETWORK: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/registry/attributes/network/',
  rows: {
    'network.transport': text('required', ['tcp', 'unix', 'udp']),
    'network.type': text(overIp, ['ipv4', 'ipv6']),
    'network.peer.address': text(overIp),
    'network.peer.port': number(overIp),
    'network.local.address': text(overIp),
    'network.local.port': number(overIp),
    'network.protocol.name': text('recommended'),
    'network.protocol.version': text('recommended'),
    'error.type': text(failed),
  },
}

export const HTTP_SERVER: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server',
  rows: {
    'http.request.method': text(headersKnown, METHODS),
    'http.request.method_original': text(otherMethod),
    'url.path': text(pathKnown),
    'url.scheme': text('required'),
    'url.query': text('opt-in'),
    'http.route': text('recommended'),
    'http.response.status_code': number('recommended'),
    'client.address': text(overIp),
    'client.port': number('opt-in'),
    'server.address': text(overIp),
    'server.port': number('recommended'),
    'user_agent.original': text('recommended'),
  },
}

export const HTTP_CLIENT: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client',
  rows: {
    'http.request.method': text(headersKnown, METHODS),
    'http.request.method_original': text(otherMethod),
    'url.full': text(headersKnown),
    'url.template': text('opt-in'),
    'url.scheme': text('opt-in'),
    'server.address': text('required'),
    'server.port': number(overIp),
    'http.response.status_code': number('recommended'),
    'http.request.resend_count': number('recommended'),
    'user_agent.original': text('opt-in'),
  },
}

const RPC_ROWS: Section['rows'] = {
  'rpc.system.name': text('required', ['grpc']),
  'rpc.method': text('recommended'),
  'rpc.method_original': text((span) => span.attributes['rpc.method'] === '_OTHER'),
  'rpc.status_code': text('recommended'),
  'http.response.status_code': number('recommended'),
  'server.port': number('recommended'),
  'underspan.rpc.request.messages': number('recommended'),
  'underspan.rpc.response.messages': number('recommended'),
  'underspan.rpc.timeout_ms': number('recommended'),
}

export const RPC_SERVER: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#server',
  rows: {
    ...RPC_ROWS,
    'server.address': text('recommended'),
    'client.address': text('recommended'),
    'client.port': number('recommended'),
  },
}

export const RPC_CLIENT: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#client',
  rows: { ...RPC_ROWS, 'server.address': text('required') },
}

const errorOfDatabase = (span: CheckedSpan): boolean =>
  'db.response.status_code' in span.attributes && failed(span)

/** Of the stores: `db.operation.name` is required where a page of their own says so. */
/** There is no convention of spans; the attributes are registered as far as they go. */
export const DNS: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/registry/attributes/dns/',
  rows: {
    'dns.question.name': text((span) => span.name !== 'DNS'),
    'dns.answers': { type: 'string[]', level: 'recommended' },
    'underspan.dns.question.type': text((span) => span.name !== 'DNS'),
    'underspan.dns.response.code': text('recommended'),
    'underspan.dns.truncated': flag('recommended'),
    'server.address': text('recommended'),
    'server.port': number('recommended'),
    'client.address': text('recommended'),
    'client.port': number('recommended'),
  },
}

export const DATABASE: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/db/database-spans/',
  rows: {
    'db.system.name': text('required'),
    'db.operation.name': text((span) => span.attributes['db.system.name'] === 'redis'),
    'db.namespace': text('recommended'),
    'db.collection.name': text('recommended'),
    'db.query.text': text('recommended'),
    'db.query.summary': text('recommended'),
    'db.stored_procedure.name': text('recommended'),
    'db.operation.batch.size': number('recommended'),
    'db.response.status_code': text(errorOfDatabase),
    'db.response.returned_rows': number('opt-in'),
    'server.address': text(overIp),
    'server.port': number('recommended'),
    // The store's own span, which the conventions do not know.
    'client.address': text('opt-in'),
    'client.port': number('opt-in'),
  },
}

/** docs/reasons.md of this project. */
export const UNDERSPAN: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/general/naming/#recommendations-for-application-developers',
  rows: {
    'underspan.unparented.reason': text(unparented, UNPARENTED_REASONS),
    'underspan.parent.model': text('recommended', [
      'thread',
      'segment',
      'identity',
      'connection',
      'header',
    ]),
    'underspan.peer.id': text('recommended'),
    'underspan.answer.lost': flag('recommended'),
    'underspan.still_open': flag('recommended'),
    'underspan.headers.unknown': flag('recommended'),
  },
}

export const RESOURCE: Section = {
  link: 'https://opentelemetry.io/docs/specs/semconv/resource/',
  rows: {
    'service.name': text('required'),
    'service.namespace': text('recommended'),
    'service.version': text('recommended'),
    'service.instance.id': text('required'),
    'telemetry.sdk.name': text('required'),
    'telemetry.sdk.language': text('required', [
      'cpp',
      'dotnet',
      'erlang',
      'go',
      'java',
      'nodejs',
      'php',
      'python',
      'ruby',
      'rust',
      'unknown',
    ]),
    'telemetry.sdk.version': text('required'),
    'telemetry.distro.name': text('recommended'),
    'telemetry.distro.version': text('recommended'),
    'process.pid': number('required'),
    'process.parent_pid': number('recommended'),
    'process.executable.name': text('recommended'),
    'process.executable.path': text('recommended'),
    'process.command_args': { type: 'string[]', level: 'recommended' },
    'process.owner': text('recommended'),
    'process.runtime.name': text('recommended'),
    'process.runtime.version': text('recommended'),
    'host.name': text('required'),
    'host.arch': text('recommended', ['amd64', 'arm32', 'arm64', 'ppc64', 's390x', 'x86']),
    'host.id': text('recommended'),
    'os.type': text('required', ['linux']),
    'os.name': text('recommended'),
    'os.version': text('recommended'),
    'container.id': text('recommended'),
    'k8s.pod.uid': text('recommended'),
    'underspan.service.name.from': text('required', [
      'environment',
      'container',
      'systemd',
      'script',
      'executable',
      'comm',
    ]),
    'underspan.systemd.unit': text('recommended'),
  },
}
