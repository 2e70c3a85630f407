import { describe, expect, test } from 'vitest'
import { TerminalSink } from '../../src/export/terminal-sink.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { FakeTime } from './fake-time.ts'
import { type SpanOptions, span } from './spans.ts'
import { TextReader } from './text-reader.ts'

function start() {
  const time = new FakeTime()
  const reader = new TextReader()
  const counters = new Counters()
  const sink = new TerminalSink({
    target: reader,
    color: false,
    unicode: true,
    columns: () => 100,
    counters,
    log: new Log({ level: 'info', clock: time, write: () => {} }),
    clock: time,
    timers: time,
    onReaderGone: () => {},
  })
  let accepted = 0
  const give = (...spans: SpanOptions[]) => {
    for (const options of spans) sink.accept(span(options))
    accepted += spans.length
  }
  return { time, reader, sink, give, output: counters.output, total: () => accepted }
}

const ROOT: SpanOptions = { trace: 'a', id: '1', name: 'GET /root', start: 0, ms: 50 }
const CALL: SpanOptions = { trace: 'a', id: '2', parent: '1', kind: 'client', name: 'GET /call' }
const SERVE: SpanOptions = { trace: 'a', id: '3', parent: '2', name: 'GET /serve' }

describe('a trace', () => {
  test('is shown within 100 ms of its last span, in one piece', async () => {
    const { time, reader, give } = start()
    give(SERVE, ROOT)
    await time.advance(30)
    give(CALL)
    expect(reader.text).toBe('')
    await time.advance(100)
    expect(reader.writes).toBe(1)
    expect(reader.text.indexOf('GET /root')).toBeLessThan(reader.text.indexOf('GET /call'))
    expect(reader.text.indexOf('GET /call')).toBeLessThan(reader.text.indexOf('GET /serve'))
  })

  test('is shown 200 ms after its root even if spans keep coming', async () => {
    const { time, reader, give } = start()
    give(ROOT)
    for (let i = 0; i < 9; i++) {
      await time.advance(20)
      give({ ...CALL, id: `${10 + i}` })
    }
    expect(reader.text).toContain('GET /root')
  })

  test('waits for its root, which comes after its calls', async () => {
    const { time, reader, give } = start()
    give(CALL, SERVE)
    await time.advance(1500)
    expect(reader.text).toBe('')
    give(ROOT)
    await time.advance(100)
    expect(reader.lines[1]).toContain('3 spans')
  })

  test('that is still open shows its calls meanwhile, and itself when it ends', async () => {
    const { time, reader, give, output } = start()
    give(CALL, SERVE)
    await time.advance(2100)
    expect(reader.lines[1]).toContain('⋯ in a request that is still open · 2 spans')
    await time.advance(60_000)
    give(ROOT)
    await time.advance(300)
    expect(reader.text).toContain('⋯ later in GET /call of')
    expect(reader.text).toContain('GET /root')
    expect(output.get('shown')).toBe(3)
  })

  test('whose children come late gets them in a piece that says so', async () => {
    const { time, reader, give } = start()
    give(ROOT)
    await time.advance(100)
    give(CALL)
    await time.advance(300)
    expect(reader.lines.at(-2)).toMatch(/⋯ later in GET \/root of \d\d:\d\d:\d\d\.\d{3} · 1 span/)
    expect(reader.lines.at(-1)).toContain('GET /call')
  })
})

describe('more than a person can read', () => {
  test('is left out, said and counted, and each span is one or the other', async () => {
    const { time, reader, give, output, total } = start()
    for (let i = 0; i < 250; i++) {
      for (let j = 0; j < 20; j++) give({ trace: `${i * 20 + j + 1}`, id: '1', name: `GET /${i}` })
      await time.advance(20)
    }
    await time.advance(3000)
    const said = reader.lines.filter((line) => line.includes('not shown'))
    expect(said.length).toBeGreaterThanOrEqual(2)
    expect(said.length).toBeLessThanOrEqual(4)
    expect(said[0]).toMatch(/^⋯ [\d,]+ more traces \([\d,]+ spans\) not shown: too many to read$/)
    expect(reader.lines.length).toBeLessThan(300)
    expect(output.get('shown') + output.get('flood')).toBe(total())
    expect(output.get('flood')).toBeGreaterThan(1500)
  })

  test('leaves room for traces that failed', async () => {
    const { time, reader, give } = start()
    for (let i = 1; i <= 500; i++) give({ trace: `${i}`, id: '1' })
    await time.advance(100)
    give({ trace: 'abc', id: '1', name: 'GET /broken', error: '500' })
    await time.advance(100)
    expect(reader.text).toContain('GET /broken')
  })

  test('hides what comes late for a trace that was left out', async () => {
    const { time, reader, give, output } = start()
    for (let i = 1; i <= 500; i++) give({ trace: `${i}`, id: '1' })
    await time.advance(100)
    give({ trace: '500', id: '2', parent: '1', name: 'GET /late' })
    await time.advance(60_000)
    expect(reader.text).not.toContain('GET /late')
    expect(output.get('shown') + output.get('flood')).toBe(501)
  })

  test('is shown again once it is less', async () => {
    const { time, reader, give } = start()
    for (let i = 1; i <= 5000; i++) give({ trace: `${i}`, id: '1' })
    await time.advance(10_000)
    give({ trace: 'ffff1', id: '1', name: 'GET /calm' })
    await time.advance(200)
    expect(reader.text).toContain('GET /calm')
  })

  test('without roots is shown as it is before it fills the memory', async () => {
    const { time, give, output } = start()
    for (let i = 1; i <= 50_000; i++) give({ trace: `${i}`, id: '2', parent: '1' })
    await time.advance(40)
    expect(output.total()).toBeGreaterThanOrEqual(30_000)
  })
})

describe('the end', () => {
  test('shows what still waits', async () => {
    const { time, reader, give, sink, output, total } = start()
    give(ROOT, { trace: 'b', id: '9', parent: '8', name: 'GET /orphan' })
    await sink.shutdown(1000)
    give(CALL)
    expect(reader.text).toContain('GET /root')
    expect(reader.text).toContain('GET /orphan')
    expect(output.get('shown')).toBe(2)
    expect(output.total()).toBe(total())
    expect(time.pending).toBe(0)
  })

  test('does not wait for a terminal that is stopped', async () => {
    const { time, reader, give, sink, output } = start()
    reader.stopped = true
    give(ROOT)
    let ended = false
    void sink.shutdown(500).then(() => {
      ended = true
    })
    await time.advance(501)
    expect(ended).toBe(true)
    expect(output.get('shutdown')).toBe(1)
  })
})
