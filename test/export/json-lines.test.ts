import { execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  type writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { JsonLines } from '../../src/export/json-lines.ts'
import {
  FileTarget,
  NonBlockingTarget,
  StreamTarget,
  type TextTarget,
  type WriteError,
} from '../../src/export/text-target.ts'
import { systemTimers, type Timers } from '../../src/export/timers.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { FakeTime } from './fake-time.ts'
import { until } from './live-sink.ts'
import { resourceOf, span } from './spans.ts'
import { TextReader } from './text-reader.ts'

function start(target: TextTarget, timers: Timers = new FakeTime()) {
  const counters = new Counters()
  const logged: string[] = []
  const gone: number[] = []
  const log = new Log({ level: 'info', clock: new FakeTime(), write: (line) => logged.push(line) })
  const onReaderGone = () => void gone.push(1)
  const sink = new JsonLines({ target, counters, log, timers, onReaderGone })
  return { sink, output: counters.output, logged, gone }
}

describe('a line of JSON', () => {
  test('has the documented fields, in their order, and nothing else', () => {
    const reader = new TextReader()
    const { sink } = start(reader)
    sink.accept(
      span({
        trace: 'a1',
        id: 'b2',
        parent: 'c3',
        kind: 'client',
        name: 'GET /cart/{id}',
        start: 1500,
        ms: 12.345678,
        error: 'timeout',
        attributes: { 'server.port': 80, list: ['x', 'y'], yes: true },
        links: [{ context: { traceId: 'd'.repeat(32), spanId: 'e'.repeat(16), traceFlags: 1 } }],
      }),
    )
    const line: Record<string, unknown> = JSON.parse(reader.text)
    expect(line).toEqual({
      traceId: '000000000000000000000000000000a1',
      spanId: '00000000000000b2',
      parentSpanId: '00000000000000c3',
      traceState: null,
      name: 'GET /cart/{id}',
      kind: 'client',
      startTimeUnixNano: '1795000001500000000',
      endTimeUnixNano: '1795000001512345678',
      durationMs: 12.345678,
      status: 'error',
      statusMessage: null,
      reason: null,
      attributes: { 'server.port': 80, list: ['x', 'y'], yes: true, 'error.type': 'timeout' },
      links: [{ traceId: 'd'.repeat(32), spanId: 'e'.repeat(16) }],
      resource: { 'service.name': 'shop' },
    })
    expect(Object.keys(line)[0]).toBe('traceId')
  })

  test('of a span without a parent says null and the reason', () => {
    const reader = new TextReader()
    start(reader).sink.accept(span({ reason: 'entry' }))
    expect(JSON.parse(reader.text)).toMatchObject({
      parentSpanId: null,
      traceState: null,
      reason: 'entry',
      kind: 'server',
      status: 'unset',
      statusMessage: null,
    })
  })

  test('is one line, whatever a name holds', () => {
    const reader = new TextReader()
    start(reader).sink.accept(span({ name: 'GET /\n\u0000\u2028\ud800"', service: 'a\nb' }))
    expect(reader.lines.length).toBe(1)
    expect(JSON.parse(reader.text).resource).toEqual({ 'service.name': 'a\nb' })
  })

  test('is written even if an attribute is of no type that JSON has', () => {
    const reader = new TextReader()
    const odd = span()
    start(reader).sink.accept({ ...odd, attributes: { big: (2n ** 64n) as unknown as number } })
    expect(JSON.parse(reader.text).attributes).toEqual({ big: '18446744073709551616' })
  })

  test('carries the resource of its own span', () => {
    const reader = new TextReader()
    const { sink } = start(reader)
    sink.accept(span({ service: 'one' }))
    sink.accept({ ...span({ service: 'one' }), resource: { ...resourceOf('two') } })
    expect(reader.lines.map((line) => JSON.parse(line).resource['service.name'])).toEqual([
      'one',
      'two',
    ])
  })
})

/** At once, and says so when the tick is over. */
class BusyFile extends TextReader {
  override readonly isSynchronous = true
  readonly #later: (() => void)[] = []

  override write(text: string, done: (error: WriteError | undefined) => void): void {
    this.text += text
    this.#later.push(() => done(undefined))
  }

  override read(): void {
    for (let next = this.#later.shift(); next; next = this.#later.shift()) next()
  }
}

describe('a file', () => {
  test('takes more in one burst than is held for a reader', () => {
    const file = new BusyFile()
    const { sink, output } = start(file)
    for (let i = 0; i < 50_000; i++) sink.accept(span({ service: `s${i}` }))
    file.read()
    expect(output.get('slow-reader')).toBe(0)
    expect(output.get('shown')).toBe(50_000)
    const names = file.lines.map((line) => JSON.parse(line).resource['service.name'])
    expect(names).toEqual(Array.from({ length: 50_000 }, (_, i) => `s${i}`))
  })
})

/** A disk of so many bytes, which says how many of a write it took. */
class Disk {
  text = ''
  room: number

  constructor(room: number) {
    this.room = room
  }

  readonly write = ((_: number, bytes: Buffer, from: number) => {
    if (this.room === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    const taken = Math.min(this.room, bytes.length - from)
    this.text += bytes.toString('utf8', from, from + taken)
    this.room -= taken
    return taken
  }) as typeof writeSync

  /** Lines that are whole. */
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}

describe('a disk that is full', () => {
  const LINE = 700

  async function fill(room: number, spans: number) {
    const disk = new Disk(room)
    const time = new FakeTime()
    const started = start(new FileTarget(1, time, disk.write), time)
    for (let i = 0; i < spans; i++) {
      started.sink.accept(span({ id: (i + 1).toString(16) }))
      if (i % 10 === 0) await time.advance(1)
    }
    await time.advance(1)
    return { ...started, disk, time }
  }

  test('ends nothing, is said once, and gets the rest when there is room again', async () => {
    const { sink, output, gone, logged, disk, time } = await fill(10.5 * LINE, 100)
    expect(gone).toEqual([])
    expect(logged.filter((line) => line.includes('output-full'))).toHaveLength(1)
    expect(output.get('shown')).toBeLessThanOrEqual(disk.lines.length)
    disk.room = 1_000_000
    await time.advance(1000)
    await sink.shutdown(1000)
    const ids = disk.lines.map((line) => Number(`0x${JSON.parse(line).spanId}`))
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    expect(output.get('shown')).toBe(100)
    expect(output.total()).toBe(100)
  })

  test('for longer than lines are held leaves out the later ones, counted', async () => {
    const spans = 30_000
    const { sink, output, disk, time } = await fill(LINE, spans)
    expect(output.get('disk-full')).toBeGreaterThan(1000)
    disk.room = 100_000_000
    await time.advance(1000)
    await sink.shutdown(1000)
    expect(output.get('shown')).toBe(disk.lines.length)
    expect(output.get('disk-full') + output.get('shown')).toBe(spans)
  })

  test('at the end holds as many whole lines as are counted', async () => {
    const { sink, output, disk, time } = await fill(10.5 * LINE, 100)
    const ending = sink.shutdown(1000)
    await time.advance(2000)
    await ending
    expect(disk.lines.length).toBeGreaterThan(5)
    expect(output.get('shown')).toBe(disk.lines.length)
    expect(output.get('shown') + output.get('shutdown')).toBe(100)
  })
})

describe('a reader who is slow', () => {
  test('gets what fits, the rest is counted, and each span is one or the other', () => {
    const reader = new TextReader()
    reader.stopped = true
    const { sink, output, logged } = start(reader)
    for (let i = 0; i < 50_000; i++) sink.accept(span())
    const left = output.get('slow-reader')
    expect(left).toBeGreaterThan(20_000)
    expect(logged.length).toBe(1)
    reader.stopped = false
    reader.read()
    expect(reader.lines.length).toBe(50_000 - left)
    expect(output.get('shown')).toBe(50_000 - left)
  })

  test('is waited for at the end, up to the deadline, and the rest is counted', async () => {
    const reader = new TextReader()
    reader.stopped = true
    const time = new FakeTime()
    const { sink, output } = start(reader, time)
    for (let i = 0; i < 10; i++) sink.accept(span())
    let ended = false
    void sink.shutdown(1000).then(() => {
      ended = true
    })
    await time.advance(999)
    expect(ended).toBe(false)
    await time.advance(2)
    expect(ended).toBe(true)
    sink.accept(span())
    expect(output.get('shutdown')).toBe(11)
    expect(reader.closed).toBe(true)
  })
})

describe('a reader who leaves', () => {
  test('is said once, quietly, and what he did not read is counted', () => {
    const reader = new TextReader()
    reader.stopped = true
    const { sink, output, gone, logged } = start(reader)
    for (let i = 0; i < 10; i++) sink.accept(span())
    reader.leave()
    for (let i = 0; i < 5; i++) sink.accept(span())
    expect(output.get('reader-gone')).toBe(15)
    expect(gone.length).toBe(1)
    expect(logged).toEqual([])
  })

  test('by a disk that fails is said in the log', () => {
    const reader = new TextReader()
    reader.stopped = true
    const { sink, logged } = start(reader)
    sink.accept(span())
    reader.leave('EIO')
    expect(logged[0]).toContain('output-gone: the output cannot be written: write EIO')
  })

  test('as head does after its lines ends the output, not the process', async () => {
    const head = spawn('head', ['-n', '3'], { stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    head.stdout.on('data', (chunk) => {
      text += chunk
    })
    const { sink, output, gone } = start(new StreamTarget(head.stdin), systemTimers)
    for (let i = 0; i < 500 && gone.length === 0; i++) {
      sink.accept(span())
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await until(() => text.split('\n').length === 4)
    expect(text.split('\n').length).toBe(4)
    expect(gone.length).toBe(1)
    expect(output.get('reader-gone')).toBeGreaterThan(0)
  })
})

describe('a terminal that is stopped', () => {
  test('stops nobody who writes, and gets all once it goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'underspan-terminal-'))
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { sink, output } = start(new NonBlockingTarget(path, systemTimers), systemTimers)
    const before = performance.now()
    for (let i = 0; i < 2000; i++) sink.accept(span({ id: i.toString(16) }))
    expect(performance.now() - before).toBeLessThan(1000)
    expect(output.get('shown')).toBeLessThan(2000)

    let text = ''
    const chunk = Buffer.alloc(65_536)
    await until(() => {
      text += readSome(reading, chunk)
      return output.get('shown') === 2000
    })
    text += readSome(reading, chunk)
    const ids = text
      .trim()
      .split('\n')
      .map((line) => Number.parseInt(JSON.parse(line).spanId, 16))
    expect(ids).toEqual(Array.from({ length: 2000 }, (_, i) => i))
    await sink.shutdown(100)
    closeSync(reading)
    rmSync(folder, { recursive: true })
  })
})

function readSome(fd: number, chunk: Buffer): string {
  try {
    return chunk.toString('utf8', 0, readSync(fd, chunk))
  } catch {
    return '' // nothing there yet
  }
}
