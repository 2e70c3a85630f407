import { Metadata } from '@grpc/grpc-js'
import type { TraceState } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ReadableSpan } from '../../src/export/sdk.ts'
import { LiveSink, until } from './live-sink.ts'
import { OtlpServer } from './otlp-server.ts'
import { span } from './spans.ts'

let server: OtlpServer
let live: LiveSink

beforeEach(async () => {
  server = await new OtlpServer().listen('127.0.0.1:0')
})
afterEach(async () => {
  await live.sink.shutdown(10)
  server.stop()
})

function start(batch = {}): LiveSink {
  live = new LiveSink(`http://127.0.0.1:${server.port}`, batch)
  return live
}

function count(reason: 'exported' | 'refused' | 'shutdown'): number {
  return live.counters.spans.get(reason)
}

describe('a real server', () => {
  test('that is down from the start gets everything once it is up', async () => {
    server.stop()
    start().give(3000)
    await until(() => live.lines.length > 0)
    expect(live.lines[0]).toContain('ECONNREFUSED')
    await server.listen()
    await until(() => live.sink.held === 0)
    expect(count('exported')).toBe(3000)
    expect(new Set(server.spans.map((span) => span.spanId)).size).toBe(3000)
  })

  test('that is killed and restarted under load gets everything', async () => {
    start({ maxExportBatchSize: 100 })
    for (let i = 0; i < 60; i++) {
      live.give(50)
      if (i === 15) server.stop()
      if (i === 40) await server.listen()
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
    await until(() => live.sink.held === 0)
    expect(count('exported')).toBe(3000)
    expect(new Set(server.spans.map((span) => span.spanId)).size).toBe(3000)
  })

  test('that rejects a part of a batch is counted by its number', async () => {
    const message = Buffer.from('no such tenant')
    // ExportTraceServiceResponse { 1: partial_success { 1: rejected_spans, 2: error_message } }
    const partial = Buffer.concat([Buffer.from([0x08, 7, 0x12, message.length]), message])
    server.reply = () => Buffer.concat([Buffer.from([0x0a, partial.length]), partial])
    start().give(20)
    await until(() => live.sink.held === 0)
    expect(count('refused')).toBe(7)
    expect(count('exported')).toBe(13)
    expect(live.lines.join('')).toContain('no such tenant')
  })

  test('that refuses for good loses what it refused, and is not asked again', async () => {
    server.reply = () => ({ code: 16, details: 'bad token' })
    start().give(20)
    await until(() => live.sink.held === 0)
    expect(count('refused')).toBe(20)
    expect(server.requests.length).toBe(1)
    expect(live.lines.join('')).toContain('bad token')
  })

  test('that asks for time by RetryInfo gets it', async () => {
    const times: number[] = []
    server.reply = () => {
      times.push(performance.now())
      if (times.length > 1) return Buffer.alloc(0)
      return { code: 8, details: 'too busy', metadata: retryInfo(1, 200_000_000) }
    }
    start().give(20)
    await until(() => live.sink.held === 0)
    expect(count('exported')).toBe(20)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1190)
  })

  test('that is exhausted and does not say for how long has refused', async () => {
    server.reply = () => ({ code: 8, details: 'quota used up' })
    start().give(20)
    await until(() => live.sink.held === 0)
    expect(count('refused')).toBe(20)
  })

  test('that takes small messages only gets small messages', async () => {
    server.stop()
    await server.listen(undefined, undefined, { maxReceive: 100_000 })
    start().give(1500, { 'url.path': 'x'.repeat(300) })
    await until(() => live.sink.held === 0)
    expect(count('exported')).toBe(1500)
    expect(server.requests.length).toBeGreaterThan(4)
  })

  test('that hangs does not hold up the end', async () => {
    server.reply = () => 'hang'
    start().give(5000)
    await until(() => server.requests.length > 0)
    const before = performance.now()
    await live.sink.shutdown(300)
    expect(performance.now() - before).toBeLessThan(1500)
    expect(count('shutdown')).toBe(5000)
  })
})

test('a span that cannot be encoded costs no other', async () => {
  start()
  live.give(100)
  live.sink.accept(spanOfBrokenState())
  live.give(100)
  await until(() => live.sink.held === 0)
  expect(count('exported')).toBe(200)
  expect(count('refused')).toBe(1)
})

function spanOfBrokenState(): ReadableSpan {
  const state: TraceState = {
    get: () => undefined,
    set: () => state,
    unset: () => state,
    serialize: () => {
      throw new Error('broken trace state')
    },
  }
  const good = span({ id: 'bad' })
  return { ...good, spanContext: () => ({ ...good.spanContext(), traceState: state }) }
}

/** google.rpc.Status with one detail, RetryInfo. */
function retryInfo(seconds: number, nanos: number): Metadata {
  const duration = Buffer.from([0x08, seconds, 0x10, ...varint(nanos)])
  const info = message(1, duration)
  const any = Buffer.concat([
    message(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')),
    message(2, info),
  ])
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.concat([Buffer.from([0x08, 8]), message(3, any)]))
  return metadata
}

function message(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80)
  return [...bytes, value]
}
