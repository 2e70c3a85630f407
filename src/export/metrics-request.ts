import type { UnixNs } from '../base/time.ts'
import { SCOPE } from '../spans/resource.ts'
import type { Durations, Metric, MetricGroup, Numbers } from './metric.ts'
import {
  AggregationTemporality,
  DataPointType,
  type HrTime,
  type MetricData,
  type ResourceMetrics,
  ValueType,
} from './sdk.ts'

const SECOND = 1_000_000_000n
/** Units whose values are fractions; all others count whole things. */
const FRACTIONS: ReadonlySet<string> = new Set(['s', '1'])

/** From when on, and when it was read. */
export interface Period {
  readonly start: UnixNs
  readonly end: UnixNs
}

/** What the exporter's encoder takes. Sums are cumulative: one that is lost costs nothing. */
export function metricsRequest(
  { metrics, resource }: MetricGroup,
  { start, end }: Period,
): ResourceMetrics {
  const startTime = hrTime(start)
  const endTime = hrTime(end)
  return {
    resource,
    scopeMetrics: [
      { scope: SCOPE, metrics: metrics.map((metric) => dataOf(metric, startTime, endTime)) },
    ],
  }
}

function dataOf(metric: Metric, startTime: HrTime, endTime: HrTime): MetricData {
  return metric.kind === 'durations'
    ? histogramOf(metric, startTime, endTime)
    : numbersOf(metric, startTime, endTime)
}

function histogramOf(metric: Durations, startTime: HrTime, endTime: HrTime): MetricData {
  const { name, description, unit, bounds, series } = metric
  const boundaries = [...bounds]
  return {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: series.map(({ attributes, counts, ...totals }) => ({
      attributes,
      startTime,
      endTime,
      value: { buckets: { boundaries, counts: [...counts] }, ...totals },
    })),
  }
}

function numbersOf(metric: Numbers, startTime: HrTime, endTime: HrTime): MetricData {
  const { name, description, unit, kind, points } = metric
  const valueType = FRACTIONS.has(unit) ? ValueType.DOUBLE : ValueType.INT
  const data = {
    descriptor: { name, description, unit, valueType },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: points.map((point) => ({ ...point, startTime, endTime })),
  }
  if (kind === 'share') return { ...data, dataPointType: DataPointType.GAUGE }
  return { ...data, dataPointType: DataPointType.SUM, isMonotonic: kind === 'count' }
}

function hrTime(unix: UnixNs): HrTime {
  return [Number(unix / SECOND), Number(unix % SECOND)]
}
