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
import type { Counters } from '../telemetry/counters.ts'
import { limitAttributes } from './attribute-limits.ts'
import {
  addConnection,
  addOutcome,
  addPlace,
  hideInUrls,
  pathOf,
  SERVER_ADDRESS,
  SERVER_PORT,
} from './attributes.ts'
import { Description } from './description.ts'
import { ExcludedPaths } from './excluded-paths.ts'
import { KernelSpan } from './kernel-span.ts'
import { Redaction } from './redact.ts'
import { ResolvedNames } from './resolved-names.ts'
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
  'excludePaths' | 'routes' | 'urlQuery' | 'queryText' | 'showSecrets' | 'resource' | 'limits'
>

/** Makes spans of exchanges whose place in a trace is known. */
export class SpanBuilder {
  readonly names: ResolvedNames
  readonly #limits: Config['limits']
  readonly #counters: Counters
  readonly #resources: Resources
  readonly #excluded: ExcludedPaths
  readonly #description: Description
  readonly #offsets: TraceOffsets
  readonly #hide: (text: string) => string
  #traceState: TraceState | undefined = undefined
  #traceStateText = ''

  constructor(config: SpanConfig, host: Host, clock: Clock, counters: Counters) {
    this.#limits = config.limits
    this.#counters = counters
    const redaction = new Redaction(config)
    this.#hide = redaction.url.bind(redaction)
    this.#resources = new Resources(host, config, redaction)
    this.#excluded = new ExcludedPaths(config.excludePaths)
    this.names = new ResolvedNames()
    const routes = new Routes(config.routes)
    this.#description = new Description(routes, redaction, this.names, config.queryText)
    this.#offsets = new TraceOffsets(clock)
  }

  /** `traceState`: of the trace as it is exported. */
  build(
    exchange: Exchange,
    place: Place,
    process: Process,
    traceState = place.traceState,
    facts = this.describe(exchange, process),
  ): ReadableSpan {
    const error = errorOf(exchange, facts)
    const attributes = this.#attributes(exchange, place, facts, error)
    const { parent } = place
    const offset = this.#offsets.of(place.began)
    const start = exchange.opened.time
    const last = exchange.ended ?? exchange.answered ?? exchange.opened
    const droppedAttributes = limitAttributes(attributes, this.#limits)
    const context = this.#context(place.traceId, place.spanId, traceState, false)
    this.#counters.spans.add('built')
    return new KernelSpan({
      resource: this.#resources.of(process),
      scope: SCOPE,
      name: facts.name,
      kind: exchange.role === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
      context,
      parent: parent && this.#context(place.traceId, parent.spanId, traceState, parent.remote),
      start: wallTime(start, offset),
      end: wallTime(Math.max(start, last.time), offset),
      attributes,
      droppedAttributes,
      status: error === undefined ? UNSET : failed(facts.errorMessage),
      links: place.link ? [linkTo(place.link)] : NO_LINKS,
    })
  }

  describe(exchange: Exchange, process: Process): SpanFacts {
    return this.#description.of(exchange, process.serviceName)
  }

  resourceOf(process: Process): ReadableSpan['resource'] {
    return this.#resources.of(process)
  }

  /** Whether requests to this path make no spans (health checks). */
  isExcludedPath(path: string): boolean {
    return this.#excluded.has(path)
  }

  /** Whether this request makes no span, and so nothing below it a child. */
  isExcluded(exchange: Exchange): boolean {
    if (this.#excluded.empty || exchange.role !== 'server') return false
    return this.#excluded.has(pathOf(this.#description.of(exchange).attributes))
  }

  /** What calls of one kind have in common: the server and the name of the span. */
  kindOf(exchange: Exchange, process: Process): string {
    const facts = this.#description.of(exchange, process.serviceName)
    const server = facts.attributes[SERVER_ADDRESS] ?? exchange.socket.remoteAddress
    const port = facts.attributes[SERVER_PORT] ?? exchange.socket.remotePort
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
    hideInUrls(attributes, this.#hide)
    addOutcome(attributes, exchange.outcome, error)
    addConnection(attributes, exchange.socket, exchange.role, this.names.of(exchange.socket))
    addPlace(attributes, place)
    return attributes
  }

  #context(traceId: string, spanId: string, traceState: string, isRemote: boolean): SpanContext {
    const context: SpanContext = { traceId, spanId, traceFlags: TraceFlags.SAMPLED }
    if (isRemote) context.isRemote = true
    if (traceState !== '') context.traceState = this.#stateOf(traceState)
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

/** `error.type` */
export function errorOf(exchange: Exchange, facts: SpanFacts): string | undefined {
  return facts.error ?? (exchange.outcome && OUTCOME_ERRORS[exchange.outcome])
}

function failed(message: string | undefined): SpanStatus {
  return message === undefined ? ERROR : { code: SpanStatusCode.ERROR, message }
}

function linkTo({ traceId, spanId }: NonNullable<Place['link']>): Link {
  return { context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED } }
}
