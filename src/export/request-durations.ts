import type { Attributes } from '@opentelemetry/api'
import { serviceResource } from '../spans/resource.ts'
import type { Counters } from '../telemetry/counters.ts'
import { INSTRUMENTS, type Instrument, instrumentOf } from './duration-instruments.ts'
import type { Durations, Metric, MetricGroup } from './metric.ts'
import type { ReadableSpan } from './sdk.ts'

/** 4000 series are about a megabyte a request, and 4 MB are what collectors take. */
const MAX_SERIES = 4000
/** For what does not fit: one series a service and metric. */
const MAX_OVERFLOW = 1000
const OVERFLOW: Attributes = { 'otel.metric.overflow': true }

type Resource = ReadableSpan['resource']
type Series = Durations['series'][number] & { sum: number; count: number; min: number; max: number }

/** One finished request. */
export interface Measurement {
  readonly role: 'client' | 'server'
  /** Those of its span. */
  readonly attributes: Attributes
  /** `error.type` */
  readonly error: string | undefined
  readonly seconds: number
}

interface Service {
  readonly resource: Resource
  readonly series: Map<Instrument, Map<string, Series>>
}

/** How many requests took how long, of each service on this host: all of them, whatever is sampled. */
export class RequestDurations {
  readonly #counter: Counters['durations']
  readonly #kept: ReadonlySet<string>
  readonly #maxSeries: number
  readonly #services = new Map<string, Service>()
  readonly #byResource = new WeakMap<Resource, Service>()
  #series = 0
  #overflows = 0

  /** `kept`: attributes that the settings add to every resource. */
  constructor(
    counter: Counters['durations'],
    kept: readonly string[] = [],
    maxSeries = MAX_SERIES,
  ) {
    this.#counter = counter
    this.#kept = new Set(kept)
    this.#maxSeries = maxSeries
  }

  /** `resource`: the process's own; all processes of a service are counted together. */
  add(resource: Resource, measurement: Measurement): void {
    const instrument = instrumentOf(measurement.role, measurement.attributes)
    if (!instrument) return
    const series = this.#seriesOf(resource, instrument, measurement)
    if (!series) {
      this.#counter.add('no-room')
      return
    }
    this.#counter.add(series.attributes === OVERFLOW ? 'overflow' : 'measured')
    record(series, instrument.bounds, measurement.seconds)
  }

  read(): MetricGroup[] {
    return [...this.#services.values()].map(({ resource, series }) => ({
      resource,
      metrics: INSTRUMENTS.flatMap((instrument) => metricOf(instrument, series.get(instrument))),
    }))
  }

  #seriesOf(resource: Resource, instrument: Instrument, measured: Measurement): Series | undefined {
    const service = this.#serviceOf(resource)
    if (!service) return undefined
    let all = service.series.get(instrument)
    if (!all) {
      all = new Map()
      service.series.set(instrument, all)
    }
    const key = keyOf(instrument, measured)
    const known = all.get(key)
    if (known) return known
    if (this.#series < this.#maxSeries) {
      this.#series++
      return newSeries(all, key, attributesOf(instrument, measured), instrument)
    }
    const overflow = all.get('')
    if (overflow || this.#overflows >= MAX_OVERFLOW) return overflow
    this.#overflows++
    return newSeries(all, '', OVERFLOW, instrument)
  }

  #serviceOf(resource: Resource): Service | undefined {
    const known = this.#byResource.get(resource)
    if (known) return known
    const own = serviceResource(resource.attributes, this.#kept)
    const key = `${own.attributes['service.namespace'] ?? ''}\0${own.attributes['service.name']}`
    let service = this.#services.get(key)
    if (!service) {
      if (this.#services.size >= this.#maxSeries) return undefined
      service = { resource: own, series: new Map() }
      this.#services.set(key, service)
    }
    this.#byResource.set(resource, service)
    return service
  }
}

/** Never empty: that is the key of the overflow. */
function keyOf({ keys }: Instrument, { attributes, error }: Measurement): string {
  let key = `${error ?? ''}`
  for (const name of keys) key += `\0${attributes[name] ?? ''}`
  return key
}

function attributesOf({ keys }: Instrument, { attributes, error }: Measurement): Attributes {
  const own: Attributes = {}
  for (const name of keys) {
    const value = attributes[name]
    if (value !== undefined) own[name] = value
  }
  if (error !== undefined) own['error.type'] = error
  return own
}

function newSeries(
  all: Map<string, Series>,
  key: string,
  attributes: Attributes,
  { bounds }: Instrument,
): Series {
  const counts = new Array<number>(bounds.length + 1).fill(0)
  const series = { attributes, counts, sum: 0, count: 0, min: Infinity, max: 0 }
  all.set(key, series)
  return series
}

/** A bound belongs to the bucket below it. */
function record(series: Series, bounds: readonly number[], seconds: number): void {
  let bucket = 0
  while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++
  series.counts[bucket] = series.counts[bucket]! + 1
  series.sum += seconds
  series.count++
  if (seconds < series.min) series.min = seconds
  if (seconds > series.max) series.max = seconds
}

function metricOf(instrument: Instrument, all: Map<string, Series> | undefined): Metric[] {
  if (!all) return []
  const { name, description, bounds } = instrument
  return [{ name, description, unit: 's', kind: 'durations', bounds, series: [...all.values()] }]
}
