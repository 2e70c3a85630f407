import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MetricGroup } from '../../src/export/metric.ts'
import type { MetricsClient } from '../../src/export/metrics-client.ts'
import { MetricsSender } from '../../src/export/metrics-sender.ts'
import type { Answer } from '../../src/export/otlp-answer.ts'
import type { ResourceMetrics } from '../../src/export/sdk.ts'
import { FixedResource } from '../../src/spans/resource.ts'
import { Log } from '../../src/telemetry/log.ts'
import { FakeTime } from './fake-time.ts'

const ACCEPTED: Answer = { kind: 'accepted', rejected: 0, message: '' }
const AWAY: Answer = { kind: 'retry', code: 14, delayMs: undefined, message: '14 UNAVAILABLE' }

/** Answers at once, or never. */
class ScriptedMetricsClient implements MetricsClient {
  answer: Answer | undefined = ACCEPTED
  readonly sent: (readonly ResourceMetrics[])[] = []
  closed = false

  send(metrics: readonly ResourceMetrics[], done: (answer: Answer) => void): void {
    this.sent.push(metrics)
    if (this.answer) done(this.answer)
  }

  close(): void {
    this.closed = true
  }
}

let time: FakeTime
let client: ScriptedMetricsClient
let lines: string[]
let sender: MetricsSender
let count = 0
let connections = 0

const resource = new FixedResource({ 'service.name': 'underspan' })

function counted(): MetricGroup[] {
  const points = [{ attributes: { reason: 'built' }, value: ++count }]
  const spans = { name: 'underspan.spans', description: '', unit: '{span}', points }
  return [{ resource, metrics: [{ ...spans, kind: 'count' }] }]
}

beforeEach(() => {
  count = 0
  connections = 0
  time = new FakeTime()
  client = new ScriptedMetricsClient()
  lines = []
  sender = new MetricsSender({
    endpoint: 'http://collector:4317',
    intervalMs: 60_000,
    connect: () => {
      connections++
      return client
    },
    read: counted,
    log: new Log({ level: 'info', clock: time, write: (line) => lines.push(line) }),
    clock: time,
    timers: time,
  })
  sender.start()
})
afterEach(() => sender.stop(0))

function values(): unknown[] {
  return client.sent.map(
    ([group]) => group!.scopeMetrics[0]!.metrics[0]!.dataPoints[0]!.value as number,
  )
}

describe('readings', () => {
  test('are sent once an interval, and once more at the end', async () => {
    await time.advance(59_999)
    expect(client.sent).toHaveLength(0)
    await time.advance(120_001)
    expect(values()).toEqual([1, 2, 3])
    await sender.stop(1000)
    expect(values()).toEqual([1, 2, 3, 4])
    expect(client.closed).toBe(true)
    await time.advance(600_000)
    expect(client.sent).toHaveLength(4)
  })

  test('begin with the run and end when they were taken', async () => {
    await time.advance(60_000)
    const [point] = client.sent[0]![0]!.scopeMetrics[0]!.metrics[0]!.dataPoints
    expect(point!.startTime).toEqual([1_795_000_000, 0])
    expect(point!.endTime).toEqual([1_795_000_060, 0])
  })

  test('do not pile up behind an answer that does not come', async () => {
    client.answer = undefined
    await time.advance(600_000)
    expect(client.sent).toHaveLength(1)
    await sender.stop(1000)
    expect(client.sent).toHaveLength(1)
  })
})

describe('a collector that takes none', () => {
  test('is told of once, and once when it takes them again', async () => {
    client.answer = AWAY
    await time.advance(600_000)
    expect(client.sent).toHaveLength(10)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/ warn {2}metrics-not-taken: http:\/\/collector:4317 .*UNAVAILABLE/)
    client.answer = ACCEPTED
    await time.advance(120_000)
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain('metrics-taken')
  })

  test('is connected to anew each time, and kept once it answers', async () => {
    client.answer = AWAY
    await time.advance(180_000)
    expect(connections).toBe(3)
    expect(client.closed).toBe(true)
    client.answer = ACCEPTED
    await time.advance(180_000)
    expect(connections).toBe(4)
  })

  test('is not asked again at the end', async () => {
    client.answer = AWAY
    await time.advance(60_000)
    await sender.stop(1000)
    expect(client.sent).toHaveLength(1)
  })

  test('holds the end up for no longer than the deadline', async () => {
    client.answer = undefined
    let ended = false
    const stopping = sender.stop(1000).then(() => {
      ended = true
    })
    await time.advance(999)
    expect(ended).toBe(false)
    await time.advance(1)
    await stopping
    expect(ended).toBe(true)
  })

  test('is no reason for a warning when it is a store of traces alone', async () => {
    client.answer = { kind: 'refused', message: '12 UNIMPLEMENTED: unknown service' }
    await time.advance(120_000)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/ info {2}metrics-not-taken: /)
  })

  test('says what it refused of a request that it took', async () => {
    client.answer = { kind: 'accepted', rejected: 3, message: 'too many series' }
    await time.advance(60_000)
    expect(lines[0]).toContain('3 refused: too many series')
  })
})
