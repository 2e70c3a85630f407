import { UNPARENTED_REASON } from '../spans/attributes.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Log } from '../telemetry/log.ts'
import { withDeadline } from './deadline.ts'
import type { SpanSink } from './exporter.ts'
import { LineWriter } from './line-writer.ts'
import { type HrTime, type ReadableSpan, SpanKind, SpanStatusCode } from './sdk.ts'
import type { TextTarget } from './text-target.ts'
import type { Timers } from './timers.ts'

/** Characters kept for a reader who is slower than the spans; about 10,000 spans. */
const BACKLOG = 8 * 1024 * 1024

export interface JsonLinesParts {
  readonly target: TextTarget
  readonly counters: Counters
  readonly log: Log
  readonly timers: Timers
  /** Once, when nobody reads any more. */
  readonly onReaderGone: () => void
}

/** One finished span a line, as JSON. The fields are documented in docs/json-lines.md. */
export class JsonLines implements SpanSink {
  readonly #writer: LineWriter
  readonly #timers: Timers
  readonly #counters: Counters
  readonly #resources = new WeakMap<ReadableSpan['resource'], string>()
  #closed = false

  constructor(parts: JsonLinesParts) {
    this.#timers = parts.timers
    this.#counters = parts.counters
    this.#writer = new LineWriter({ ...parts, limit: BACKLOG })
  }

  accept(span: ReadableSpan): void {
    if (this.#closed) this.#counters.output.add('shutdown')
    else this.#writer.offer(this.#line(span), 1)
  }

  flush(deadlineMs: number): Promise<void> {
    return withDeadline(this.#timers, deadlineMs, (done) => this.#writer.whenDrained(done))
  }

  async shutdown(deadlineMs: number): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.flush(deadlineMs)
    this.#writer.abandon()
  }

  #line(span: ReadableSpan): string {
    const head = stringify(fieldsOf(span))
    return `${head.slice(0, -1)},"resource":${this.#resourceOf(span)}}\n`
  }

  /** Thousands of spans share a resource. */
  #resourceOf(span: ReadableSpan): string {
    let text = this.#resources.get(span.resource)
    if (text === undefined) {
      text = stringify(span.resource.attributes)
      this.#resources.set(span.resource, text)
    }
    return text
  }
}

const KINDS: Record<SpanKind, string> = {
  [SpanKind.INTERNAL]: 'internal',
  [SpanKind.SERVER]: 'server',
  [SpanKind.CLIENT]: 'client',
  [SpanKind.PRODUCER]: 'producer',
  [SpanKind.CONSUMER]: 'consumer',
}

function fieldsOf(span: ReadableSpan) {
  const { traceId, spanId, traceState } = span.spanContext()
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? null,
    traceState: traceState?.serialize() ?? null,
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: unixNano(span.startTime),
    endTimeUnixNano: unixNano(span.endTime),
    durationMs: span.duration[0] * 1000 + span.duration[1] / 1e6,
    status: statusOf(span),
    statusMessage: span.status.message ?? null,
    reason: span.attributes[UNPARENTED_REASON] ?? null,
    attributes: span.attributes,
    links: span.links.map((link) => ({
      traceId: link.context.traceId,
      spanId: link.context.spanId,
    })),
  }
}

function statusOf({ status }: ReadableSpan): string {
  if (status.code === SpanStatusCode.ERROR) return 'error'
  return status.code === SpanStatusCode.OK ? 'ok' : 'unset'
}

/** A string, because a double cannot hold it. */
function unixNano([seconds, nanos]: HrTime): string {
  return `${seconds}${String(nanos).padStart(9, '0')}`
}

/** Attributes hold no bigint by their type; should one come all the same, it is shown, not thrown at. */
function stringify(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    return JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'bigint' ? part.toString() : part,
    )
  }
}
