import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { MonotonicNs } from '../../src/base/time.ts'
import { HealthServer } from '../../src/export/health-server.ts'
import { JsonLines } from '../../src/export/json-lines.ts'
import { KeptTraces } from '../../src/export/kept-traces.ts'
import { RequestDurations } from '../../src/export/request-durations.ts'
import { TerminalSink } from '../../src/export/terminal-sink.ts'
import { FixedResource } from '../../src/spans/resource.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { FakeTime } from './fake-time.ts'
import { Harness } from './otlp-harness.ts'
import { retry } from './scripted-client.ts'
import { span } from './spans.ts'
import { TextReader } from './text-reader.ts'

const UNAVAILABLE = 14

/** A reader who takes nothing, and what is needed around him. */
function aStuckReader(isDiskFull = false) {
  const time = new FakeTime()
  const target = Object.assign(new TextReader(), { stopped: true, isDiskFull })
  const counters = new Counters()
  const log = new Log({ level: 'error', clock: time, write: () => {} })
  const parts = { target, counters, log, timers: time, clock: time, onReaderGone: () => {} }
  return { ...parts, time, reader: target, output: counters.output }
}

function aTerminal() {
  const stuck = aStuckReader()
  stuck.reader.stopped = false
  const look = { color: false, unicode: true, columns: () => 100 }
  return { ...stuck, sink: new TerminalSink({ ...stuck, ...look }) }
}

describe('at the limit of export', () => {
  test('spans for the collector (`--queue-size`): the oldest is dropped, and counted', () => {
    const harness = new Harness()
    harness.collector.answer = () => retry(UNAVAILABLE)
    harness.give(65_536)
    expect([harness.sink.held, harness.count('queue-full')]).toEqual([65_536, 0])
    harness.give(3)
    expect([harness.sink.held, harness.count('queue-full')]).toEqual([65_536, 3])
  })

  test('requests to the collector at one time: spans wait in the queue', async () => {
    const harness = new Harness()
    harness.collector.latencyMs = 60_000
    harness.give(20 * 512)
    await harness.time.advance(1000)
    expect(harness.collector.mostInFlight).toBe(8)
    expect(harness.sink.held).toBe(20 * 512)
  })

  test.each([
    ['characters of lines of JSON that wait: later spans are left out', false, 'slow-reader'],
    ['the same, on a full disk: later spans are left out', true, 'disk-full'],
  ] as const)('%s', (_, isDiskFull, reason) => {
    const { reader, output, ...parts } = aStuckReader(isDiskFull)
    const sink = new JsonLines(parts)
    for (let i = 0; i < 30_000; i++) sink.accept(span())
    const left = output.get(reason)
    reader.stopped = false
    reader.read()
    expect(reader.lines.length + left).toBe(30_000)
    const line = reader.text.length / reader.lines.length
    expect(Math.abs(reader.text.length - 8_388_608)).toBeLessThan(2 * line)
  })

  test('characters of trees that wait: later traces are left out', async () => {
    const { sink, reader, output, time } = aTerminal()
    reader.stopped = true
    for (let i = 1; i <= 500; i++) {
      const trace = `${i}`
      for (let id = 2; id < 40; id++)
        sink.accept(span({ trace, id: `${id}`, parent: '1', name: `GET /${'x'.repeat(200)}` }))
      sink.accept(span({ trace, id: '1', error: '500' }))
      await time.advance(5000)
    }
    const left = output.get('slow-reader')
    expect(left).toBeGreaterThan(0)
    reader.stopped = false
    reader.read()
    expect(reader.text.length).toBeLessThan(1_048_576 * 1.01)
  })

  test('spans that wait for the rest of their trace in the terminal: they are shown as they are', async () => {
    const { sink, output, time } = aTerminal()
    const child = (i: number) => span({ trace: `${i}`, id: '2', parent: '1' })
    for (let i = 1; i <= 20_000; i++) sink.accept(child(i))
    await time.advance(20)
    expect(output.total()).toBe(0)
    for (let i = 20_001; i <= 20_010; i++) sink.accept(child(i))
    await time.advance(20)
    expect(output.total()).toBe(10)
  })

  test('series of durations: the rest of a service is counted in one series', () => {
    const counters = new Counters()
    const durations = new RequestDurations(counters.durations)
    const shop = new FixedResource({ 'service.name': 'shop' })
    const attributes = { 'http.request.method': 'GET', 'url.scheme': 'http' }
    for (let i = 0; i < 4001; i++)
      durations.add(shop, {
        role: 'server',
        attributes: { ...attributes, 'http.route': `/${i}` },
        error: undefined,
        seconds: 1,
      })
    expect(counters.durations.get('measured')).toBe(4000)
    expect(counters.durations.get('overflow')).toBe(1)
  })

  test('services whose durations go into one series: later ones are not counted', () => {
    const counters = new Counters()
    const durations = new RequestDurations(counters.durations, [], 2000)
    const attributes = { 'http.request.method': 'GET', 'url.scheme': 'http' }
    const add = (service: number, route: string) =>
      durations.add(new FixedResource({ 'service.name': `s${service}` }), {
        role: 'server',
        attributes: { ...attributes, 'http.route': route },
        error: undefined,
        seconds: 1,
      })
    for (let i = 0; i < 2000; i++) add(i, '/')
    for (let i = 0; i < 1001; i++) add(i, '/another')
    expect(counters.durations.get('overflow')).toBe(1000)
    expect(counters.durations.get('no-room')).toBe(1)
  })

  test('changes of the share of traces: older traces are judged by the oldest', () => {
    const traces = new KeptTraces()
    const at = (time: number) => time as MonotonicNs
    const id = '0'.repeat(32)
    for (let i = 1; i <= 63; i++) traces.keep(i === 1 ? 0.5 : 1, at(i))
    expect(traces.stateOf(id, at(1), '')).toBeUndefined()
    traces.keep(1, at(64)) // the oldest but one, by which the first trace is judged from now on
    expect(traces.stateOf(id, at(0), '')).toBeUndefined()
    traces.keep(1, at(65))
    expect(traces.stateOf(id, at(1), '')).toBe('')
  })

  test('connections to the health endpoint: later ones are closed', async () => {
    const server = new HealthServer({ '/health': () => ({ good: true, reason: 'well' }) })
    const port = await server.listen(0)
    const opened = () =>
      new Promise<Socket>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket))
      })
    const sockets: Socket[] = []
    for (let i = 0; i < 32; i++) sockets.push(await opened())
    const late = await opened()
    await new Promise((resolve) => late.once('close', resolve))
    expect(sockets.filter(({ readyState }) => readyState === 'open')).toHaveLength(32)
    server.close()
  })
})
