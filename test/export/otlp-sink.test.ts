import { describe, expect, test } from 'vitest'
import { Harness } from './otlp-harness.ts'
import { ACCEPTED, REFUSED, retry } from './scripted-client.ts'
import { span } from './spans.ts'

const UNAVAILABLE = retry(14)
const MINUTE = 60_000

describe('a collector that answers', () => {
  test('gets every span once, in order', async () => {
    const h = new Harness()
    h.give(5000)
    await h.time.advance(2000)
    expect(h.collector.taken).toEqual(Array.from({ length: 5000 }, (_, i) => hex(i + 1)))
    expect(h.count('exported')).toBe(5000)
    expect(h.sink.held).toBe(0)
  })

  test('gets full batches at once and the rest after the delay', async () => {
    const h = new Harness({ maxExportBatchSize: 512, scheduleDelayMs: 1000 })
    h.give(1030)
    await h.time.advance(100)
    expect(h.collector.sizes).toEqual([512, 512])
    await h.time.advance(1000)
    expect(h.collector.sizes).toEqual([512, 512, 6])
  })

  test('gets no more than 2,048 spans in one request, whatever is configured', async () => {
    const h = new Harness({ maxExportBatchSize: 8192 })
    h.give(10_000)
    await h.time.advance(2000)
    expect(Math.max(...h.collector.sizes)).toBe(2048)
    expect(h.count('exported')).toBe(10_000)
  })

  test('gets several requests at once when it is slow, at most eight', async () => {
    const h = new Harness()
    h.collector.latencyMs = 500
    h.give(20_000)
    await h.time.advance(100)
    expect(h.collector.mostInFlight).toBe(8)
    await h.time.advance(5000)
    expect(h.count('exported')).toBe(20_000)
  })

  test('gets a trickle in one batch per delay', async () => {
    const h = new Harness({ scheduleDelayMs: 1000 })
    for (let i = 0; i < 100; i++) {
      h.give(1)
      await h.time.advance(50)
    }
    await h.time.advance(1000)
    expect(h.collector.taken.length).toBe(100)
    expect(h.collector.attempts).toBeLessThanOrEqual(6)
  })
})

describe('a collector that is away', () => {
  test('from the start costs no span once it is there', async () => {
    const h = new Harness()
    h.collector.answer = () => UNAVAILABLE
    h.give(3000)
    await h.time.advance(MINUTE)
    expect(h.settled()).toBe(0)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(15_000)
    expect(new Set(h.collector.taken).size).toBe(3000)
    expect(h.count('exported')).toBe(3000)
  })

  test('for ten minutes costs nothing while the queue has room', async () => {
    const h = new Harness()
    h.collector.answer = () => UNAVAILABLE
    for (let second = 0; second < 600; second++) {
      h.give(109)
      await h.time.advance(1000)
    }
    expect(h.sink.held).toBe(65_400)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(15_000)
    expect(new Set(h.collector.taken).size).toBe(65_400)
    expect(h.count('exported')).toBe(h.accepted)
    expect(h.settled()).toBe(h.accepted)
  })

  test('is tried by one small step at a time, not by all batches', async () => {
    const h = new Harness()
    h.give(20_000)
    h.collector.answer = () => UNAVAILABLE
    await h.time.advance(10 * MINUTE)
    expect(h.collector.attempts).toBeLessThan(8 + 10 * 15)
    expect(h.collector.attempts).toBeGreaterThan(10 * 10)
  })

  test('is found again within ten seconds', async () => {
    const h = new Harness()
    h.collector.answer = () => UNAVAILABLE
    h.give(100)
    await h.time.advance(10 * MINUTE)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(10_000)
    expect(h.count('exported')).toBe(100)
  })

  test('is connected to again instead of waiting for the back-off of the client', async () => {
    const h = new Harness()
    h.collector.answer = () => UNAVAILABLE
    h.give(1)
    await h.time.advance(MINUTE)
    expect(h.collector.connections).toBeGreaterThan(5)
    expect(h.collector.closed).toBe(h.collector.connections - 1)
  })

  test('that restarts in the middle costs nothing', async () => {
    const h = new Harness()
    for (let second = 0; second < 30; second++) {
      h.collector.answer = second >= 10 && second < 18 ? () => UNAVAILABLE : () => ACCEPTED
      h.give(1000)
      await h.time.advance(1000)
    }
    await h.time.advance(15_000)
    expect(h.count('exported')).toBe(30_000)
    expect(new Set(h.collector.taken).size).toBe(30_000)
  })

  test('is complained of once a minute and welcomed back once', async () => {
    const h = new Harness()
    h.collector.answer = () => UNAVAILABLE
    h.give(10)
    await h.time.advance(3 * MINUTE - 1000)
    expect(h.logged('export-unavailable').length).toBe(3)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(10_000)
    expect(h.logged('export-recovered').length).toBe(1)
    expect(h.logged('export-recovered')[0]).toContain('after 1')
  })
})

describe('a queue that is full', () => {
  test('drops the oldest, one for one, and counts them', async () => {
    const h = new Harness({ maxQueueSize: 1000, maxExportBatchSize: 100 })
    h.collector.answer = () => UNAVAILABLE
    h.give(1000)
    await h.time.advance(5000)
    h.give(2345)
    expect(h.sink.held).toBe(1000)
    expect(h.count('queue-full')).toBe(2345)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(15_000)
    expect(new Set(h.collector.taken)).toEqual(
      new Set(Array.from({ length: 1000 }, (_, i) => hex(2346 + i))),
    )
    expect(h.count('exported') + h.count('queue-full')).toBe(h.accepted)
  })

  test('of which all is in flight drops the newcomers', async () => {
    const h = new Harness({ maxQueueSize: 100, maxExportBatchSize: 50 })
    h.collector.latencyMs = 10_000
    h.give(100)
    await h.time.advance(10)
    h.give(7)
    expect(h.count('queue-full')).toBe(7)
    await h.time.advance(20_000)
    expect(h.count('exported')).toBe(100)
    expect(h.settled()).toBe(107)
  })

  test('of one span works', async () => {
    const h = new Harness({ maxQueueSize: 1, maxExportBatchSize: 512 })
    h.give(3)
    await h.time.advance(2000)
    expect(h.count('exported')).toBe(1)
    expect(h.count('queue-full')).toBe(2)
  })

  test('is said once for each absence', async () => {
    const h = new Harness({ maxQueueSize: 10, maxExportBatchSize: 10 })
    for (let i = 0; i < 2; i++) {
      h.collector.answer = () => UNAVAILABLE
      h.give(100)
      await h.time.advance(2 * MINUTE)
      h.collector.answer = () => ACCEPTED
      await h.time.advance(10_000)
    }
    expect(h.logged('export-queue-full').length).toBe(2)
  })
})

describe('a collector that refuses', () => {
  test('loses just what it refused, counted', async () => {
    const h = new Harness({ maxExportBatchSize: 100 })
    let calls = 0
    h.collector.answer = () => (++calls % 3 === 0 ? REFUSED : ACCEPTED)
    h.give(900)
    await h.time.advance(2000)
    expect(h.count('refused')).toBe(300)
    expect(h.count('exported')).toBe(600)
    expect(h.logged('export-refused')[0]).toContain('INVALID_ARGUMENT')
  })

  test('some spans of a batch counts those and no more than there were', async () => {
    const h = new Harness({ maxExportBatchSize: 100 })
    h.collector.answer = () => ({ kind: 'accepted', rejected: 30, message: 'bad ids' })
    h.give(100)
    await h.time.advance(100)
    h.collector.answer = () => ({ kind: 'accepted', rejected: 1e9, message: '' })
    h.give(100)
    await h.time.advance(100)
    expect(h.count('refused')).toBe(130)
    expect(h.count('exported')).toBe(70)
  })

  test('a request for its size gets it in halves', async () => {
    const h = new Harness({ maxExportBatchSize: 512 })
    h.collector.answer = (spans) =>
      spans.length > 100 ? { kind: 'cut', message: 'larger than max' } : ACCEPTED
    h.give(512)
    await h.time.advance(1000)
    expect(h.count('exported')).toBe(512)
    expect(new Set(h.collector.taken).size).toBe(512)
  })

  test('one span that cannot be written loses that one only', async () => {
    const h = new Harness({ maxExportBatchSize: 512 })
    h.collector.answer = (spans) =>
      spans.some((one) => one.spanContext().spanId === hex(77))
        ? { kind: 'cut', message: 'cannot encode' }
        : ACCEPTED
    h.give(512)
    await h.time.advance(1000)
    expect(h.count('refused')).toBe(1)
    expect(h.count('exported')).toBe(511)
  })
})

describe('a collector under load', () => {
  test('is left alone for as long as it asks', async () => {
    const h = new Harness()
    h.collector.answer = () => retry(8, 30_000)
    h.give(512)
    await h.time.advance(1000)
    expect(h.collector.attempts).toBe(1)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(28_000)
    expect(h.collector.attempts).toBe(1)
    await h.time.advance(5000)
    expect(h.count('exported')).toBe(512)
  })

  test('that asks for a year is tried again after some minutes', async () => {
    const h = new Harness()
    h.collector.answer = () => retry(8, 365 * 86_400_000)
    h.give(512)
    await h.time.advance(1000)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(6 * MINUTE)
    expect(h.count('exported')).toBe(512)
  })

  test('that fails on one batch only goes on with the others, and gives that one up', async () => {
    const h = new Harness({ maxExportBatchSize: 100 })
    h.collector.answer = (spans) =>
      spans.some((one) => one.spanContext().spanId === hex(1)) ? retry(10) : ACCEPTED
    for (let second = 0; second < 120; second++) {
      h.give(100)
      await h.time.advance(1000)
    }
    expect(h.count('retries-exhausted')).toBe(100)
    expect(h.count('exported')).toBe(h.accepted - 100)
  })

  test('that aborts everything for ten minutes loses nothing', async () => {
    const h = new Harness({ maxExportBatchSize: 100 })
    h.collector.answer = () => retry(10)
    for (let second = 0; second < 600; second++) {
      h.give(10)
      await h.time.advance(1000)
    }
    expect(h.settled()).toBe(0)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(10_000)
    expect(h.count('exported')).toBe(6000)
  })
})

describe('a collector that hangs', () => {
  test('is given up on after the timeout, and the spans go to the next connection', async () => {
    const h = new Harness({ exportTimeoutMs: 10_000 })
    h.collector.answer = () => 'hang'
    h.give(1024)
    await h.time.advance(15_000)
    expect(h.settled()).toBe(0)
    expect(h.collector.connections).toBeGreaterThan(1)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(20_000)
    expect(h.count('exported')).toBe(1024)
  })

  test('never holds up who accepts spans', () => {
    const h = new Harness()
    h.collector.answer = () => 'hang'
    h.give(200_000)
    expect(h.collector.attempts).toBe(0)
    expect(h.sink.held).toBe(65_536)
    expect(h.count('queue-full')).toBe(200_000 - 65_536)
  })
})

describe('the end of a run', () => {
  test('sends what waits, without waiting for the delay', async () => {
    const h = new Harness({ scheduleDelayMs: 60_000 })
    h.give(1300)
    const done = settledBy(h.sink.shutdown(5000))
    await h.time.advance(100)
    expect(done()).toBe(true)
    expect(h.count('exported')).toBe(1300)
    expect(h.collector.closed).toBe(1)
    expect(h.time.pending).toBe(0)
  })

  test('sends a full queue through a healthy collector', async () => {
    const h = new Harness()
    h.give(65_536)
    const done = settledBy(h.sink.shutdown(5000))
    await h.time.advance(5000)
    expect(done()).toBe(true)
    expect(h.count('exported')).toBe(65_536)
  })

  test('waits for a collector that just restarts', async () => {
    const h = new Harness()
    h.collector.answer = () => UNAVAILABLE
    h.give(2000)
    await h.time.advance(1000)
    const done = settledBy(h.sink.shutdown(5000))
    await h.time.advance(3000)
    expect(done()).toBe(false)
    h.collector.answer = () => ACCEPTED
    await h.time.advance(1000)
    expect(done()).toBe(true)
    expect(h.count('exported')).toBe(2000)
  })

  test('tries once and leaves when the collector has long been away', async () => {
    const h = new Harness()
    h.collector.answer = () => UNAVAILABLE
    h.give(2000)
    await h.time.advance(MINUTE)
    const before = h.collector.attempts
    const done = settledBy(h.sink.shutdown(5000))
    await h.time.advance(50)
    expect(done()).toBe(true)
    expect(h.collector.attempts).toBe(before + 1)
    expect(h.count('shutdown')).toBe(2000)
    expect(h.logged('export-unfinished')[0]).toContain('2000 spans')
  })

  test('comes after the deadline when the collector hangs, with all counted', async () => {
    const h = new Harness()
    h.give(512)
    await h.time.advance(100)
    h.collector.answer = () => 'hang'
    h.give(10_000)
    await h.time.advance(100)
    const done = settledBy(h.sink.shutdown(3000))
    await h.time.advance(2999)
    expect(done()).toBe(false)
    await h.time.advance(2)
    expect(done()).toBe(true)
    expect(h.count('exported')).toBe(512)
    expect(h.count('shutdown')).toBe(10_000)
    h.sink.accept(span())
    expect(h.count('shutdown')).toBe(10_001)
  })

  test('counts no span twice when an answer comes after it', async () => {
    const h = new Harness()
    h.collector.latencyMs = 10_000
    h.give(512)
    await h.time.advance(10)
    const done = settledBy(h.sink.shutdown(1000))
    await h.time.advance(60_000)
    expect(done()).toBe(true)
    expect(h.settled()).toBe(512)
    expect(h.count('shutdown')).toBe(512)
  })
})

test('accepts to the unit what becomes exported or lost, through a long list of troubles', async () => {
  const h = new Harness({ maxQueueSize: 5000, maxExportBatchSize: 300 })
  const answers = [ACCEPTED, UNAVAILABLE, REFUSED, retry(8, 700), retry(4), retry(10), ACCEPTED]
  let turn = 0
  h.collector.answer = (spans) => {
    turn = (turn * 31 + 7) % 1009
    if (turn % 17 === 0) return 'hang'
    if (turn % 11 === 0) return { kind: 'accepted', rejected: turn % 40, message: 'some' }
    if (turn % 13 === 0 && spans.length > 1) return { kind: 'cut', message: 'larger than max' }
    return answers[turn % answers.length] ?? ACCEPTED
  }
  for (let i = 0; i < 2000; i++) {
    h.give(i % 230)
    await h.time.advance(i % 400)
    expect(h.settled() + h.sink.held).toBe(h.accepted)
    expect(h.sink.held).toBeLessThanOrEqual(5000)
  }
  const done = settledBy(h.sink.shutdown(5000))
  await h.time.advance(10_000)
  expect(done()).toBe(true)
  expect(h.settled()).toBe(h.accepted)
  expect(h.count('exported')).toBeGreaterThan(0)
  expect(h.count('queue-full')).toBeGreaterThan(0)
})

function hex(number: number): string {
  return number.toString(16).padStart(16, '0')
}

function settledBy(work: Promise<void>): () => boolean {
  let settled = false
  void work.then(() => {
    settled = true
  })
  return () => settled
}
