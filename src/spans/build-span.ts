import {
  type Attributes,
  createTraceState,
  type Link,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  TraceFlags,
  type TraceState,
} from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { Clock } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import type { Place } from '../correlation/place.ts'
import type { Exchange, Outcome } from '../exchanges/exchange.ts'
import type { Host } from '../processes/host.ts'
import type { Process } from '../processes/process.ts'
import type { SpanFacts } from '../protocols/protocol.ts'
import type { Socket } from '../sockets/socket.ts'
import type { Counters } from '../telemetry/counters.ts'
import { limitAttributes } from './attribute-limits.ts'
import * as names from './attributes.ts'
import { Description } from './description.ts'
import { ExcludedPaths } from './excluded-paths.ts'
import { KernelSpan } from './kernel-span.ts'
import { Redaction } from './redact.ts'
import { Resources, SCOPE } from './resource.ts'
import { Routes } from './routes.ts'
import { TraceOffsets, wallTime } from './trace-offsets.ts'

const UNSET: SpanStatus = { code: SpanStatusCode.UNSET }
const ERROR: SpanStatus = { code: SpanStatusCode.ERROR }
const NO_LINKS: Link[] = []

/** `error.type` of an exchange whose protocol says nothing else. */
const OUTCOME_ERRORS: { readonly [O in Outcome]?: string } = {
  reset: 'connection_reset',
  timeout: 'timeout',
  closed: 'connection_closed',
}

export type SpanConfig = Pick<
  Config,
  'excludePaths' | 'routes' | 'urlQuery' | 'showSecrets' | 'resource' | 'limits'
>

/** Makes spans of exchanges whose place in a trace is known. */
export class SpanBuilder {
  readonly #limits: Config['limits']
  readonly #counters: Counters
  readonly #redaction: Redaction
  readonly #resources: Resources
  readonly #routes: Routes
  readonly #excluded: ExcludedPaths
  readonly #description: Description
  readonly #offsets: TraceOffsets
  #traceState: TraceState | undefined = undefined
  #traceStateText = ''

  constructor(config: SpanConfig, host: Host, clock: Clock, counters: Counters) {
    this.#limits = config.limits
    this.#counters = counters
    this.#redaction = new Redaction(config)
    this.#resources = new Resources(host, config, this.#redaction)
    this.#routes = new Routes(config.routes)
    this.#excluded = new ExcludedPaths(config.excludePaths)
    this.#description = new Description(this.#routes, this.#redaction)
    this.#offsets = new TraceOffsets(clock)
  }

  build(exchange: Exchange, place: Place, process: Process): ReadableSpan {
    const facts = this.#description.of(exchange, process.serviceName)
    const error = facts.error ?? (exchange.outcome && OUTCOME_ERRORS[exchange.outcome])
    const attributes = this.#attributes(exchange, place, facts, error)
    const offset = this.#offsets.of(place.traceId)
    const start = exchange.opened.time
    const last = exchange.ended ?? exchange.answered ?? exchange.opened
    const droppedAttributes = limitAttributes(attributes, this.#limits)
    const context = this.#context(place, place.spanId, false)
    this.#counters.spans.add('built')
    return new KernelSpan({
      resource: this.#resources.of(process),
      scope: SCOPE,
      name: facts.name,
      kind: exchange.role === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
      context,
      parent: place.parent && this.#context(place, place.parent.spanId, place.parent.remote),
      start: wallTime(start, offset),
      end: wallTime(Math.max(start, last.time), offset),
      attributes,
      droppedAttributes,
      status: error === undefined ? UNSET : ERROR,
      links: place.link ? [linkTo(place.link)] : NO_LINKS,
    })
  }

  /** Whether requests to this path make no spans (health checks). */
  isExcludedPath(path: string): boolean {
    return this.#excluded.has(path)
  }

  /** Whether this request makes no span, and so nothing below it a child. */
  isExcluded(exchange: Exchange): boolean {
    if (this.#excluded.empty || exchange.role !== 'server') return false
    const path = this.#description.of(exchange).attributes[names.URL_PATH]
    return typeof path === 'string' && this.#excluded.has(path)
  }

  /** What calls of one kind have in common: the server and the name of the span. */
  kindOf(exchange: Exchange, process: Process): string {
    const facts = this.#description.of(exchange, process.serviceName)
    const server = facts.attributes[names.SERVER_ADDRESS] ?? exchange.socket.remoteAddress
    const port = facts.attributes[names.SERVER_PORT] ?? exchange.socket.remotePort
    return `${server}:${port} ${facts.name}`
  }

  /** The protocol's own come first: where limits cut, they cut ours. */
  #attributes(
    exchange: Exchange,
    place: Place,
    facts: SpanFacts,
    error: string | undefined,
  ): Attributes {
    const { attributes } = facts
    this.#hideSecrets(attributes)
    if (error !== undefined) attributes[names.ERROR_TYPE] = error
    addConnection(attributes, exchange.socket, exchange.role)
    if (exchange.outcome === 'answer-lost') attributes[names.ANSWER_LOST] = true
    if (exchange.outcome === 'streaming-limit') attributes[names.STILL_OPEN] = true
    if (place.parent) attributes[names.PARENT_MODEL] = place.parent.model
    else if (place.reason) attributes[names.UNPARENTED_REASON] = place.reason
    if (place.peerId) attributes[names.PEER_ID] = place.peerId
    return attributes
  }

  #hideSecrets(attributes: Attributes): void {
    const path = attributes[names.URL_PATH]
    if (typeof path === 'string') attributes[names.URL_PATH] = this.#redaction.url(path)
    const full = attributes[names.URL_FULL]
    if (typeof full === 'string') attributes[names.URL_FULL] = this.#redaction.url(full)
  }

  #context(place: Place, spanId: string, isRemote: boolean): SpanContext {
    const context: SpanContext = { traceId: place.traceId, spanId, traceFlags: TraceFlags.SAMPLED }
    if (isRemote) context.isRemote = true
    if (place.traceState !== '') context.traceState = this.#stateOf(place.traceState)
    return context
  }

  /** Spans of one trace come close together and carry the same one. */
  #stateOf(text: string): TraceState {
    if (this.#traceStateText !== text || !this.#traceState) {
      this.#traceState = createTraceState(text)
      this.#traceStateText = text
    }
    return this.#traceState
  }
}

function linkTo({ traceId, spanId }: NonNullable<Place['link']>): Link {
  return { context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED } }
}

/** Both ends of the socket; what the protocol said of client and server stays. */
function addConnection(attributes: Attributes, socket: Socket, role: Exchange['role']): void {
  const { localAddress, localPort, remoteAddress, remotePort } = socket
  const isServer = role === 'server'
  if (!(names.SERVER_ADDRESS in attributes)) {
    const address = isServer ? localAddress : remoteAddress
    const port = isServer ? localPort : remotePort
    if (address !== '') attributes[names.SERVER_ADDRESS] = address
    if (port > 0) attributes[names.SERVER_PORT] = port
  }
  if (isServer && !(names.CLIENT_ADDRESS in attributes) && remoteAddress !== '') {
    attributes[names.CLIENT_ADDRESS] = remoteAddress
    if (remotePort > 0) attributes[names.CLIENT_PORT] = remotePort
  }
  if (remoteAddress !== '') attributes[names.NETWORK_PEER_ADDRESS] = remoteAddress
  if (remotePort > 0) attributes[names.NETWORK_PEER_PORT] = remotePort
  if (localAddress !== '') attributes[names.NETWORK_LOCAL_ADDRESS] = localAddress
  if (localPort > 0) attributes[names.NETWORK_LOCAL_PORT] = localPort
  attributes[names.NETWORK_TRANSPORT] = socket.transport
  if (socket.family !== 'unix') attributes[names.NETWORK_TYPE] = socket.family
}
