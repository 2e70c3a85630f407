import { GrpcMetricsClient } from '../export/metrics-client.ts'
import { MetricsSender } from '../export/metrics-sender.ts'
import { connectAtStart } from '../export/otlp-client.ts'
import type { RequestDurations } from '../export/request-durations.ts'
import { systemTimers } from '../export/timers.ts'
import { readHost } from '../processes/host.ts'
import { agentResource } from '../spans/agent-resource.ts'
import { metricsOf, type Readings } from './self-metrics.ts'
import type { SinkParts } from './sinks.ts'

/** Where the agent's metrics go, if the settings send them anywhere; still to be started. */
export function sendMetrics(
  { config, clock, counters, log, diag }: Omit<SinkParts, 'onReaderGone'>,
  readings: () => Readings,
  durations?: RequestDurations,
): MetricsSender | undefined {
  const { endpoint, intervalMs, timeoutMs } = config.metrics
  if (endpoint === '') return undefined
  diag.install()
  const resource = agentResource(readHost(), config)
  return new MetricsSender({
    endpoint,
    intervalMs,
    client: connectAtStart(() => new GrpcMetricsClient(endpoint, timeoutMs, diag)),
    read: () => [
      { resource, metrics: metricsOf(counters, readings()) },
      ...(durations?.read() ?? []),
    ],
    log,
    clock,
    timers: systemTimers,
  })
}
