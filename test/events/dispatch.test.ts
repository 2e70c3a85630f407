import { describe, expect, test } from 'vitest'
import type { MonotonicNs } from '../../src/base/time.ts'
import { Dispatcher, type EventHandlers } from '../../src/events/dispatch.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Random } from '../support/random.ts'
import { encodeData, encodeEvent, memoryOf } from '../support/wire-events.ts'

class Log implements EventHandlers {
  readonly lines: string[] = []
  throws = false

  socket(event: { socketId: number; localPort: number }, time: number): void {
    this.lines.push(`socket ${event.socketId} ${event.localPort} @${time}`)
  }
  data(
    event: { socketId: number; payloadAt: number; captured: number },
    time: number,
    bytes: Uint8Array,
  ): void {
    if (this.throws) throw new Error('a mistake of ours')
    const payload = bytes.subarray(event.payloadAt, event.payloadAt + event.captured)
    this.lines.push(`data ${event.socketId} ${Buffer.from(payload)} @${time}`)
  }
  close(event: { socketId: number; state: number }, time: number): void {
    this.lines.push(`close ${event.socketId} ${event.state} @${time}`)
  }
  exec(event: { tgid: number; start: number }, time: number): void {
    this.lines.push(`exec ${event.tgid} ${event.start} @${time}`)
  }
  exit(event: { tgid: number }, time: number): void {
    this.lines.push(`exit ${event.tgid} @${time}`)
  }
  lost(bursts: number, time: number): void {
    this.lines.push(`lost ${bursts} @${time}`)
  }
  tick(horizon: number): void {
    this.lines.push(`tick ${horizon}`)
  }
}

function open(): { log: Log; counters: Counters; bugs: unknown[]; dispatcher: Dispatcher } {
  const log = new Log()
  const counters = new Counters()
  const bugs: unknown[] = []
  return { log, counters, bugs, dispatcher: new Dispatcher(log, counters, (bug) => bugs.push(bug)) }
}

const AT = 5 as MonotonicNs

describe('dispatching', () => {
  test('hands each kind to its handler, with the time since the start', () => {
    const { log, counters, dispatcher } = open()
    const events = [
      encodeEvent('exec', { tgid: 7, start: 2 ** 52 }),
      encodeEvent('socket', { socketId: 2 ** 44 + 1, localPort: 8080 }),
      encodeData({ time: 99, socketId: 3, position: 0 }, true, 'hello'),
      encodeEvent('close', { socketId: 3, state: 7 }),
      encodeEvent('exit', { tgid: 7 }),
    ]
    for (const event of events) dispatcher.event(memoryOf(event), 0, AT)
    dispatcher.lost(4, AT)
    dispatcher.drained(6 as MonotonicNs)
    expect(log.lines).toEqual([
      'exec 7 4503599627370496 @5',
      'socket 17592186044417 8080 @5',
      'data 3 hello @5',
      'close 3 7 @5',
      'exit 7 @5',
      'lost 4 @5',
      'tick 6',
    ])
    expect(counters.transport.entries().filter(([, n]) => n > 0)).toEqual([['burst-lost', 4]])
  })

  test('counts kinds that it does not know', () => {
    const { counters, dispatcher } = open()
    for (const kind of [0, 6, 255]) {
      const event = encodeEvent('exit', {})
      event[4] = kind
      dispatcher.event(memoryOf(event), 0, AT)
    }
    expect(counters.transport.get('event-unknown')).toBe(3)
  })

  test('counts events that say more than they hold', () => {
    const { log, counters, dispatcher } = open()
    const short = encodeEvent('socket', {}).slice(0, 48)
    new DataView(short.buffer).setUint32(0, 48, true)
    dispatcher.event(memoryOf(short), 0, AT)
    for (const fields of [
      { captured: 9, length: 9 },
      { captured: 0xffff_ffff, length: 0xffff_ffff },
      { captured: 8, length: 7 },
    ]) {
      dispatcher.event(memoryOf(encodeEvent('data', fields, new Uint8Array(8))), 0, AT)
    }
    expect(log.lines).toEqual([])
    expect(counters.transport.get('event-malformed')).toBe(4)
  })

  test('outlives a handler that throws', () => {
    const { log, counters, bugs, dispatcher } = open()
    const event = memoryOf(encodeData({ time: 0, socketId: 1, position: 0 }, false, 'a'))
    log.throws = true
    dispatcher.event(event, 0, AT)
    log.throws = false
    dispatcher.event(event, 0, AT)
    expect(log.lines).toEqual(['data 1 a @5'])
    expect(bugs).toEqual([new Error('a mistake of ours')])
    expect(counters.dropped.get('bug')).toBe(1)
  })

  test('never throws on random bytes of a right size', () => {
    const { bugs, dispatcher } = open()
    const random = new Random(5)
    for (let round = 0; round < 5000; round++) {
      const event = Uint8Array.from({ length: 16 + 8 * random.below(30) }, () => random.below(256))
      new DataView(event.buffer).setUint32(0, event.length, true)
      event[4] = random.below(7)
      dispatcher.event(memoryOf(event), 0, AT)
    }
    expect(bugs).toEqual([])
  })
})
