import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { loadTransport } from '../../src/export/load-transport.ts'
import { LiveSink, until } from './live-sink.ts'
import { OtlpServer } from './otlp-server.ts'

const SPANS = 10

test('after the start nothing is loaded to send spans: its file may be another by then', async () => {
  const { cache } = createRequire(import.meta.url)
  const server = await new OtlpServer().listen('127.0.0.1:0')
  loadTransport()
  const loaded = Object.keys(cache)
  expect(loaded.some((path) => path.endsWith('create-service-client-constructor.js'))).toBe(true)
  const { sink, counters } = liveSink(server.port)
  await until(() => sink.held === 0)
  expect(counters.spans.get('exported')).toBe(SPANS)
  expect(Object.keys(cache)).toEqual(loaded)
  await sink.shutdown(10)
  server.stop()
})

function liveSink(port: number): LiveSink {
  const live = new LiveSink(`http://127.0.0.1:${port}`, { scheduleDelayMs: 1 })
  live.give(SPANS)
  return live
}
