import type { Config } from '../config/config.ts'
import { GrpcMetricsClient } from '../export/metrics-client.ts'
import { MetricsSender } from '../export/metrics-sender.ts'
import { connectAtStart } from '../export/otlp-client.ts'
import { RequestDurations } from '../export/request-durations.ts'
import { systemTimers } from '../export/timers.ts'
import { readHost } from '../processes/host.ts'
import { agentResource } from '../spans/agent-resource.ts'
import type { Counters } from '../telemetry/counters.ts'
import { metricsOf, type Readings } from './self-metrics.ts'
import type { SinkParts } from './sinks.ts'

/** Done without an endpoint too: routes are learned by it, and a replay has none. */
export function measureRequests(config: Config, counters: Counters): RequestDurations | undefined {
  if (!config.requestMetrics) return undefined
  const names = config.resource.attributes.map(({ name }) => name)
  return new RequestDurations(counters.durations, names)
}

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
  const parts = {
    endpoint,
    intervalMs,
    connect: () => new GrpcMetricsClient(endpoint, timeoutMs, diag),
    read: () => [
      { resource, metrics: metricsOf(counters, readings()) },
      ...(durations?.read() ?? []),
    ],
    log,
    clock,
    timers: systemTimers,
  }
  return connectAtStart(() => new MetricsSender(parts))
}
