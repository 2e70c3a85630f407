import { expect, test } from 'vitest'
import { Pipeline } from '../../src/agent/pipeline.ts'
import type { MonotonicNs } from '../../src/base/time.ts'
import { MS, SECOND } from '../../src/base/time.ts'
import { readFlags } from '../../src/config/flags.ts'
import { loadConfig } from '../../src/config/load.ts'
import {
  CloseEvent,
  DataEvent,
  Direction,
  SocketEvent,
  SocketRole,
} from '../../src/events/layout.ts'
import { NO_VERDICTS } from '../../src/exchanges/verdicts.ts'
import type { ReadableSpan } from '../../src/export/sdk.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { aProcess } from '../support/a-process.ts'
import { A_HOST } from '../support/a-span-builder.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { encodeEvent } from '../support/wire-events.ts'

const REDIS = { tgid: 700, tid: 700, processStart: 1000 }
const REMOTE = { family: 2, protocol: 6, remotePort: 40_000 }
const QUERY = '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'

/** Spans of a Redis that answers a query, and asks the same of another. */
function spansOfRedis(...flags: string[]): { spans: string[]; counters: Counters } {
  const counters = new Counters()
  const spans: string[] = []
  const clock = new ManualClock(SECOND)
  const pipeline = new Pipeline({
    config: loadConfig(readFlags(flags), {}).config,
    clock,
    host: A_HOST,
    processes: {
      of: () => aProcess({ tgid: 700, executable: '/usr/bin/redis-server' }),
      forget: () => {},
    },
    counters,
    sink: {
      accept: ({ kind, name }: ReadableSpan) => void spans.push(`${kind} ${name}`),
      flush: async () => {},
      shutdown: async () => {},
    },
    seed: 7,
    verdicts: NO_VERDICTS,
    onTraced: () => {},
    onLeftOut: () => {},
    onGone: () => {},
    onStarted: () => {},
  })
  let time = SECOND
  const after = (ns: number) => {
    time += ns
    return time as MonotonicNs
  }
  const open = (socketId: number, role: number, ports: object) => {
    const event = encodeEvent('socket', { socketId, role, ...REDIS, ...REMOTE, ...ports })
    pipeline.socket(new SocketEvent(new DataView(event.buffer, event.byteOffset), 0), after(MS))
  }
  const move = (socketId: number, role: number, ingress: boolean, text: string) => {
    const { length } = text
    const direction = ingress ? Direction.ingress : Direction.egress
    const moved = { socketId, role, direction, length, captured: length, tgid: 700, tid: 700 }
    const event = encodeEvent('data', moved, Buffer.from(text))
    pipeline.data(new DataEvent(new DataView(event.buffer, event.byteOffset), 0), after(MS), event)
  }
  open(1, SocketRole.server, { localPort: 6379 })
  move(1, SocketRole.server, true, QUERY)
  move(1, SocketRole.server, false, '$1\r\nv\r\n')
  open(2, SocketRole.client, { localPort: 40_001, remotePort: 6380 })
  move(2, SocketRole.client, false, QUERY)
  move(2, SocketRole.client, true, '$1\r\nv\r\n')
  for (const socketId of [1, 2]) {
    const event = encodeEvent('close', { socketId, state: 7 })
    pipeline.close(new CloseEvent(new DataView(event.buffer, event.byteOffset), 0), after(MS))
  }
  for (let i = 0; i < 40; i++) pipeline.tick(after(SECOND))
  pipeline.finish()
  return { spans, counters }
}

const CLIENT = '2 GET'
const SERVER = '1 GET'

test('a database leaves what it answers to its clients where everything is traced', () => {
  const { spans, counters } = spansOfRedis()
  expect(spans).toEqual([CLIENT])
  expect(counters.spans.get('store-server')).toBe(1)
})

test.each([
  ['--executable', 'redis-server'],
  ['--pid', '700'],
  ['--port', '6379,6380'],
])('a database that %s names makes spans of what it answers', (flag, value) => {
  const { spans, counters } = spansOfRedis(flag, value)
  expect(spans.sort()).toEqual([SERVER, CLIENT])
  expect(counters.spans.get('store-server')).toBe(0)
})
