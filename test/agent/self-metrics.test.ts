import {
  ATTR_CPU_MODE,
  METRIC_PROCESS_CPU_TIME,
  METRIC_PROCESS_MEMORY_USAGE,
} from '@opentelemetry/semantic-conventions/incubating'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { levelsOf } from '../../src/agent/levels.ts'
import { metricsOf, type Readings } from '../../src/agent/self-metrics.ts'
import { SystemClock } from '../../src/base/system-clock.ts'
import { DiagBridge } from '../../src/export/diag-bridge.ts'
import { GrpcMetricsClient } from '../../src/export/metrics-client.ts'
import { MetricsSender } from '../../src/export/metrics-sender.ts'
import { systemTimers } from '../../src/export/timers.ts'
import { FixedResource } from '../../src/spans/resource.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { countersOf, renderStats } from '../../src/telemetry/stats.ts'
import { LiveSink } from '../export/live-sink.ts'
import { OtlpServer } from '../export/otlp-server.ts'

const READINGS: Readings = {
  cpu: { user: 1_500_000, system: 250_000 },
  memory: 120_000_000,
  openExchanges: 7,
  waitingSpans: 12,
  tracesKept: 0.25,
  connectionsRead: 1,
  readBytes: 5_000_000,
  maps: [{ name: 'ignored_processes', entries: 3, limit: 16_384 }],
  programs: [{ name: 'sees_all', id: 1, verified: 12_345, missed: 0 }],
}

const untouched = { ...process.env }
const counters = new Counters()
const lines: string[] = []
const clock = new SystemClock()
const log = new Log({ level: 'info', clock, write: (line) => lines.push(line) })
const diag = new DiagBridge(log)
let server: OtlpServer

beforeEach(() => {
  server = new OtlpServer()
  lines.length = 0
  diag.install()
})
afterEach(() => {
  server.stop()
  for (const name of Object.keys(process.env))
    if (name.startsWith('OTEL_') && !(name in untouched)) delete process.env[name]
})

const resource = new FixedResource({ 'service.name': 'underspan' })

function sender(timeoutMs = 30_000): MetricsSender {
  const endpoint = `http://127.0.0.1:${server.port}`
  return new MetricsSender({
    endpoint,
    intervalMs: 60_000,
    connect: () => new GrpcMetricsClient(endpoint, timeoutMs, diag),
    read: () => [{ resource, metrics: metricsOf(counters, READINGS) }],
    log,
    clock,
    timers: systemTimers,
  })
}

describe('metrics sent to a real gRPC server', () => {
  test('are every counter as a cumulative sum by reason, zeros too', async () => {
    await server.listen(undefined, undefined, { takesMetrics: true })
    counters.spans.set('built', 5_000_000_000)
    await sender().stop(2000)
    expect(lines).toEqual([])
    const [metrics = []] = server.metrics
    for (const counter of countersOf(counters)) {
      const metric = metrics.find(({ name }) => name === counter.name)
      expect(metric, counter.name).toMatchObject({ cumulative: true, monotonic: true })
      expect(metric!.points.map(({ attributes, value }) => [attributes, value])).toEqual(
        counter.entries().map(([reason, value]) => [[`reason=${reason}`], value]),
      )
      expect(metric!.unit, counter.name).toMatch(/^\{[a-z]+\}$/)
      for (const { start, time } of metric!.points) expect(time).toBeGreaterThanOrEqual(start)
    }
  })

  test('are what was read of the agent itself', async () => {
    await server.listen(undefined, undefined, { takesMetrics: true })
    await sender().stop(2000)
    const [metrics = []] = server.metrics
    const read = metrics
      .filter(
        ({ points }) => !points.some(({ attributes }) => /^reason=/.test(attributes[0] ?? '')),
      )
      .flatMap(({ name, unit, monotonic, cumulative, points }) =>
        points.map(({ attributes, value }) => [
          name,
          unit,
          monotonic,
          cumulative,
          attributes,
          value,
        ]),
      )
    expect(read).toEqual([
      [METRIC_PROCESS_CPU_TIME, 's', true, true, [`${ATTR_CPU_MODE}=user`], 1.5],
      [METRIC_PROCESS_CPU_TIME, 's', true, true, [`${ATTR_CPU_MODE}=system`], 0.25],
      [METRIC_PROCESS_MEMORY_USAGE, 'By', false, true, [], 120_000_000],
      ['underspan.open.exchanges', '{exchange}', false, true, [], 7],
      ['underspan.waiting.spans', '{span}', false, true, [], 12],
      ['underspan.kept.traces', '1', false, false, [], 0.25],
      ['underspan.read.connections', '1', false, false, [], 1],
      ['underspan.read.bytes', 'By', true, true, [], 5_000_000],
      ['underspan.map.entries', '{entry}', false, true, ['map=ignored_processes'], 3],
      ['underspan.map.limit', '{entry}', false, true, ['map=ignored_processes'], 16_384],
      ['underspan.program.verified', '{instruction}', false, true, ['program=sees_all'], 12_345],
    ])
    expect(new Set(metrics.map(({ service }) => service))).toEqual(new Set(['underspan']))
  })

  test('have the headers that are for metrics', async () => {
    process.env.OTEL_EXPORTER_OTLP_HEADERS = 'x-tenant=general'
    process.env.OTEL_EXPORTER_OTLP_METRICS_HEADERS = 'x-tenant=metrics'
    await server.listen(undefined, undefined, { takesMetrics: true })
    await sender().stop(2000)
    expect(server.requests[0]?.get('x-tenant')).toEqual(['metrics'])
  })

  test('end with their timeout when no answer comes', async () => {
    await server.listen(undefined, undefined, { takesMetrics: true })
    server.metricsReply = () => 'hang'
    await sender(100).stop(5000)
    expect(lines.join('')).toMatch(/metrics-not-taken: .*DEADLINE_EXCEEDED/)
  })
})

test('the readings stand below the counters in the table of --stats', () => {
  const table = renderStats(new Counters(), { levels: levelsOf(READINGS) })
  expect(table).toMatch(/^underspan\.now\n {2}cpu-ms +1,750\n {2}memory-mb +114\n {2}read-mb +5$/m)
  expect(table).toMatch(/^ {2}waiting-spans +12\n {2}traces-kept +25 %$/m)
  expect(table).toMatch(/^underspan\.map\.entries\n {2}ignored_processes +3 of 16,384$/m)
  expect(table).toMatch(/^underspan\.program\.verified\n {2}sees_all +12,345$/m)
})

test('a store of traces alone says that it knows no metrics, and gets its spans', async () => {
  await server.listen()
  const live = new LiveSink(`http://127.0.0.1:${server.port}`)
  live.give(3)
  await sender().stop(2000)
  await live.sink.shutdown(2000)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/ info {2}metrics-not-taken: .*UNIMPLEMENTED/)
  expect(live.counters.spans.get('exported')).toBe(3)
})

test('data points that were refused are not taken for spans', async () => {
  await server.listen(undefined, undefined, { takesMetrics: true })
  // ExportMetricsServiceResponse: partial_success { rejected_data_points: 2, error_message: "no" }
  server.metricsReply = () => Buffer.from([0x0a, 6, 0x08, 2, 0x12, 2, 0x6e, 0x6f])
  await sender().stop(2000)
  expect(lines.join('')).toContain('2 refused: no')
  expect(diag.takePartialSuccess()).toEqual({ rejected: 0, message: '' })
})
