import type {
  Attributes,
  HrTime,
  Link,
  SpanContext,
  SpanKind,
  SpanStatus,
} from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

const NO_EVENTS: ReadableSpan['events'] = []

/** What a span is made of. */
export interface SpanParts {
  readonly resource: ReadableSpan['resource']
  readonly scope: ReadableSpan['instrumentationScope']
  readonly name: string
  readonly kind: SpanKind
  readonly context: SpanContext
  readonly parent: SpanContext | undefined
  readonly start: HrTime
  readonly end: HrTime
  readonly attributes: Attributes
  readonly droppedAttributes: number
  readonly status: SpanStatus
  readonly links: Link[]
}

/** A finished span, as exporters read it: made at once, with ids and times from the kernel side. */
export class KernelSpan implements ReadableSpan {
  readonly ended = true
  readonly events = NO_EVENTS
  readonly droppedEventsCount = 0
  readonly droppedLinksCount = 0
  readonly resource: ReadableSpan['resource']
  readonly instrumentationScope: ReadableSpan['instrumentationScope']
  readonly name: string
  readonly kind: SpanKind
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly status: SpanStatus
  readonly links: Link[]
  readonly parentSpanContext?: SpanContext
  readonly #context: SpanContext

  constructor(parts: SpanParts) {
    this.resource = parts.resource
    this.instrumentationScope = parts.scope
    this.name = parts.name
    this.kind = parts.kind
    this.startTime = parts.start
    this.endTime = parts.end
    this.attributes = parts.attributes
    this.droppedAttributesCount = parts.droppedAttributes
    this.status = parts.status
    this.links = parts.links
    this.#context = parts.context
    if (parts.parent) this.parentSpanContext = parts.parent
  }

  spanContext(): SpanContext {
    return this.#context
  }

  get duration(): HrTime {
    const seconds = this.endTime[0] - this.startTime[0]
    const nanoseconds = this.endTime[1] - this.startTime[1]
    return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds]
  }
}
