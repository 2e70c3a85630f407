import type { Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api'
import { type ReadableSpan, SpanKind, SpanStatusCode } from '../../src/export/sdk.ts'

type Resource = ReadableSpan['resource']

export const START_SECONDS = 1_795_000_000

const resources = new Map<string, Resource>()

export function resourceOf(service: string): Resource {
  let resource = resources.get(service)
  if (!resource) {
    const attributes = { 'service.name': service }
    resource = {
      attributes,
      getRawAttributes: () => Object.entries(attributes),
      merge: () => resourceOf(service),
    }
    resources.set(service, resource)
  }
  return resource
}

const SCOPE = { name: 'underspan', version: '0.1.0' }

export interface SpanOptions {
  readonly id?: string
  readonly trace?: string
  readonly parent?: string
  /** The parent was named by a header. */
  readonly remote?: boolean
  readonly remoteSampled?: boolean
  readonly kind?: 'server' | 'client'
  readonly service?: string
  readonly name?: string
  /** Milliseconds after START_SECONDS. */
  readonly start?: number
  readonly ms?: number
  readonly error?: string
  readonly attributes?: Attributes
  readonly reason?: string
  readonly links?: Link[]
}

let counter = 0

/** A finished span, as `spans/` makes them. */
export function span(options: SpanOptions = {}): ReadableSpan & { remoteSampled?: boolean } {
  counter++
  const traceId = options.trace?.padStart(32, '0') ?? counter.toString(16).padStart(32, '0')
  const context: SpanContext = {
    traceId,
    spanId: options.id?.padStart(16, '0') ?? counter.toString(16).padStart(16, '0'),
    traceFlags: 1,
  }
  const startMs = options.start ?? 0
  const ms = options.ms ?? 10
  return {
    name: options.name ?? 'GET /',
    kind: options.kind === 'client' ? SpanKind.CLIENT : SpanKind.SERVER,
    spanContext: () => context,
    ...parentOf(options, traceId),
    startTime: hrTime(startMs),
    endTime: hrTime(startMs + ms),
    duration: hrDuration(ms),
    status: options.error ? { code: SpanStatusCode.ERROR } : { code: SpanStatusCode.UNSET },
    attributes: attributesOf(options),
    links: options.links ?? [],
    events: [],
    ended: true,
    resource: resourceOf(options.service ?? 'shop'),
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...(options.remoteSampled === undefined ? {} : { remoteSampled: options.remoteSampled }),
  }
}

function parentOf(options: SpanOptions, traceId: string): { parentSpanContext?: SpanContext } {
  if (options.parent === undefined) return {}
  const spanId = options.parent.padStart(16, '0')
  const traceFlags = options.remoteSampled === false ? 0 : 1
  return { parentSpanContext: { traceId, spanId, traceFlags, isRemote: options.remote === true } }
}

function attributesOf(options: SpanOptions): Attributes {
  return {
    ...(options.attributes ?? {}),
    ...(options.error ? { 'error.type': options.error } : {}),
    ...(options.reason ? { 'underspan.unparented.reason': options.reason } : {}),
  }
}

function hrTime(ms: number): HrTime {
  const whole = Math.floor(ms / 1000)
  return [START_SECONDS + whole, Math.round((ms - whole * 1000) * 1e6)]
}

function hrDuration(ms: number): HrTime {
  const whole = Math.floor(ms / 1000)
  return [whole, Math.round((ms - whole * 1000) * 1e6)]
}
