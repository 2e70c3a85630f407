import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Pipeline } from '../../src/agent/pipeline.ts'
import { replayRecording } from '../../src/agent/replay-file.ts'
import type { MonotonicNs } from '../../src/base/time.ts'
import { MS, SECOND } from '../../src/base/time.ts'
import type { Config } from '../../src/config/config.ts'
import { readFlags } from '../../src/config/flags.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Dispatcher } from '../../src/events/dispatch.ts'
import { Direction, SocketRole } from '../../src/events/layout.ts'
import { type FactLog, Recorder } from '../../src/events/recorder.ts'
import { createRecording, RecordingFile } from '../../src/events/recording-file.ts'
import { recordingHeader } from '../../src/events/recording-header.ts'
import { RecordingReader } from '../../src/events/recording-reader.ts'
import { Redactor } from '../../src/events/redaction/redactor.ts'
import { ReplayClock } from '../../src/events/replay-clock.ts'
import { NO_VERDICTS } from '../../src/exchanges/verdicts.ts'
import type { SpanSink } from '../../src/export/exporter.ts'
import type { ReadableSpan } from '../../src/export/sdk.ts'
import { RecordingProcesses } from '../../src/processes/recorded-processes.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { aProcess } from '../support/a-process.ts'
import { A_HOST } from '../support/a-span-builder.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { Random } from '../support/random.ts'
import { encodeEvent, memoryOf } from '../support/wire-events.ts'

const AF_INET = 2
const TCP = 6
const TCP_CLOSE = 7
const SECRET = 'hunter2'

/** Keeps what is comparable of the spans. */
class KeptSpans implements SpanSink {
  readonly spans: unknown[] = []

  accept(span: ReadableSpan): void {
    const { name, kind, startTime, endTime, status, links, resource } = span
    const attributes = { ...span.attributes }
    // Behind a loss, the end of a body may be taken for the beginning of a method: it stays hidden.
    const method = attributes['http.request.method_original']
    if (typeof method === 'string') {
      attributes['http.request.method_original'] = method.replaceAll(/[a-z0-9]/g, 'x')
    }
    const context = span.spanContext()
    const parent = span.parentSpanContext?.spanId
    this.spans.push({ name, kind, startTime, endTime, attributes, status, links, context, parent })
    this.spans.push(resource.attributes)
  }
  async flush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

/** One connection of a server, whose operations are cut as told. */
class Traffic {
  readonly #recorder: Recorder
  readonly #clock: ManualClock
  readonly #positions = new Map<string, number>()
  #contexts = 0

  constructor(recorder: Recorder, clock: ManualClock) {
    this.#recorder = recorder
    this.#clock = clock
  }

  open(socketId: number, localPort: number): void {
    const owner = { tgid: 700, tid: 700 + socketId, processStart: 1000 }
    const ends = { localPort, remotePort: 40_000 + socketId, family: AF_INET, protocol: TCP }
    this.#emit(encodeEvent('socket', { socketId, role: SocketRole.server, ...owner, ...ends }))
  }

  /** `captured`: bytes of the text that were copied. */
  move(socketId: number, ingress: boolean, text: string, captured = text.length): void {
    const side = `${socketId} ${ingress}`
    const position = this.#positions.get(side) ?? 0
    this.#positions.set(side, position + text.length)
    if (ingress) this.#contexts++
    const fields = {
      socketId,
      position,
      contextId: this.#contexts,
      tgid: 700,
      tid: 700 + socketId,
      turn: 1,
      reads: this.#contexts,
      length: text.length,
      captured,
      direction: ingress ? Direction.ingress : Direction.egress,
      role: SocketRole.server,
    }
    this.#emit(encodeEvent('data', fields, Buffer.from(text.slice(0, captured), 'latin1')))
  }

  /** An operation whose event never came. */
  lose(socketId: number, ingress: boolean, length: number): void {
    const side = `${socketId} ${ingress}`
    this.#positions.set(side, (this.#positions.get(side) ?? 0) + length)
    if (ingress) this.#contexts++
  }

  close(socketId: number): void {
    this.#emit(encodeEvent('close', { socketId, state: TCP_CLOSE }))
  }

  tick(): void {
    this.#recorder.drained(this.#clock.time as MonotonicNs)
  }

  #emit(event: Uint8Array): void {
    this.#clock.time += MS
    const view = new DataView(event.buffer)
    view.setBigUint64(8, BigInt(this.#clock.time), true)
    this.#recorder.event(memoryOf(event), 0, this.#clock.time as MonotonicNs)
  }
}

/** Messages that a recording must not change the meaning of. */
const REQUESTS = [
  `GET /cart/7?token=${SECRET}&page=2 HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer ${SECRET}\r\n\r\n`,
  `POST /login HTTP/1.1\r\nHost: shop\r\nContent-Length: 16\r\n\r\npassword=${SECRET}`,
  `POST /upload HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nx${SECRET}\r\n0\r\n\r\n`,
  'HEAD /big HTTP/1.1\r\nHost: shop\r\n\r\n',
  `GET http://ann:${SECRET}@shop/ HTTP/1.1\r\nHost: shop\r\nUser-Agent: curl/8\r\n\r\n`,
  'GET /traced HTTP/1.1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n',
  'GET /gone HTTP/1.1\r\nHost: shop\r\n\r\n',
]
const ANSWERS = [
  `HTTP/1.1 200 OK\r\nSet-Cookie: id=${SECRET}\r\nContent-Length: 9\r\n\r\nHTTP/1.1 `,
  `HTTP/1.1 302 Found\r\nLocation: /?code=${SECRET}\r\nContent-Length: 0\r\n\r\n`,
  `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n7;a=b\r\n${SECRET}\r\n0\r\nX-Token: ${SECRET}\r\n\r\n`,
  'HTTP/1.1 200 OK\r\nContent-Length: 123456\r\n\r\n',
  'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno',
  'HTTP/1.1 204 No Content\r\n\r\n',
  `HTTP/1.1 500 Oops\r\n\r\n${SECRET}`,
]

function run(traffic: Traffic): void {
  let socket = 0
  for (const size of [1, 7, 64, 1 << 20]) {
    traffic.open(++socket, 8080)
    for (let i = 0; i < REQUESTS.length; i++) {
      for (const [text, ingress] of [
        [REQUESTS[i]!, true],
        [ANSWERS[i]!, false],
      ] as const) {
        // A host that operations cut may turn out to be a password: it is masked.
        const step = text.includes('http://') ? text.length : size
        for (let at = 0; at < text.length; at += step) {
          traffic.move(socket, ingress, text.slice(at, at + step))
        }
      }
      traffic.tick()
    }
    traffic.close(socket)
  }
  traffic.open(++socket, 8081) // bodies longer than what is copied, and pipelining
  const post = 'POST /big HTTP/1.1\r\nHost: shop\r\nContent-Length: 5000\r\n\r\n'
  traffic.move(socket, true, post + 'b'.repeat(5000), 1024)
  traffic.move(socket, false, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  traffic.move(socket, true, REQUESTS[0]! + REQUESTS[3]! + REQUESTS[0]!)
  traffic.move(socket, false, ANSWERS[0]! + ANSWERS[3]! + ANSWERS[0]!)
  traffic.close(socket)
  traffic.open(++socket, 143) // something else
  traffic.move(socket, true, `a1 LOGIN ann ${SECRET}\r\n`)
  traffic.move(socket, false, 'a1 OK done\r\n')
  traffic.tick()
}

function runAtRandom(traffic: Traffic, random: Random): void {
  for (let socket = 1; socket <= 6; socket++) {
    traffic.open(socket, 8080)
    for (let n = 0; n < 30; n++) {
      const i = random.below(REQUESTS.length - 1) // the last one ends the connection
      moveAtRandom(traffic, random, socket, true, REQUESTS[i]!)
      moveAtRandom(traffic, random, socket, false, ANSWERS[i]!)
      traffic.tick()
    }
    traffic.close(socket)
  }
}

function moveAtRandom(
  traffic: Traffic,
  random: Random,
  socket: number,
  ingress: boolean,
  text: string,
): void {
  const whole = text.includes('http://') || random.below(3) > 0
  for (let at = 0; at < text.length; ) {
    const size = whole ? text.length : 1 + random.below(60)
    const piece = text.slice(at, at + size)
    const cut = !text.includes('http://') && random.below(10) === 0
    const captured = cut ? random.below(piece.length + 1) : piece.length
    if (random.below(40) === 0) traffic.lose(socket, ingress, piece.length)
    else traffic.move(socket, ingress, piece, captured)
    at += size
  }
}

describe('a recording without secrets', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'replay-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const config: Config = loadConfig(readFlags([]), {}).config
  const silent = new Log({ level: 'error', clock: new ManualClock(), write: () => {} })

  /** Records what `run` makes of a pipeline, replays it, and compares. */
  async function compare(run: (traffic: Traffic) => void): Promise<number> {
    const path = join(folder, 'a.usp')
    const live = new KeptSpans()
    const clock = new ManualClock(SECOND)
    const counters = new Counters()
    const file = new RecordingFile(
      await createRecording(path),
      recordingHeader({
        start: 0n,
        offset: clock.offset,
        seed: 77,
        agent: '0',
        hooks: 'socket',
        host: A_HOST,
        options: config,
        secrets: 'hidden',
      }),
      () => {},
    )
    const facts: FactLog = { fact: (name, value) => recorder.fact(name, value) }
    const pipeline = new Pipeline({
      config,
      clock,
      host: A_HOST,
      processes: new RecordingProcesses({ of: () => A_PROCESS, forget: () => {} }, facts, true),
      counters,
      sink: live,
      seed: 77,
      verdicts: NO_VERDICTS,
      onTraced: () => {},
      onLeftOut: () => {},
      onGone: () => {},
      onStarted: () => {},
    })
    const bugs: unknown[] = []
    const dispatcher = new Dispatcher(pipeline, counters, (bug) => bugs.push(bug))
    const recorder = new Recorder(dispatcher, file, new Redactor())
    const traffic = new Traffic(recorder, clock)
    run(traffic)
    clock.time += 30 * SECOND
    traffic.tick()
    pipeline.finish()
    await recorder.end()
    expect(bugs).toEqual([])

    const replayed = await play(path)
    expect(replayed.sink.spans).toEqual(live.spans)
    expect(replayed.counters.dropped.entries()).toEqual(counters.dropped.entries())
    expect(replayed.counters.exchanges.entries()).toEqual(counters.exchanges.entries())
    expect((await readFile(path)).includes(SECRET)).toBe(false)
    return live.spans.length / 2
  }

  async function play(path: string): Promise<{ sink: KeptSpans; counters: Counters }> {
    const reader = await RecordingReader.open(path)
    const sink = new KeptSpans()
    const counters = new Counters()
    await replayRecording(reader, {
      config: { ...config, ...(reader.start.options as Config) },
      counters,
      log: silent,
      sink,
      clock: new ReplayClock(reader.start.offset),
    })
    await reader.close()
    return { sink, counters }
  }

  test('gives the same spans as the traffic did, ids included', async () => {
    expect(await compare(run)).toBeGreaterThanOrEqual(4 * REQUESTS.length)
  })

  for (let seed = 1; seed <= 20; seed++) {
    test(`gives the same spans when operations are cut and lost at random (${seed})`, async () => {
      const random = new Random(seed * 7919)
      await compare((traffic) => runAtRandom(traffic, random))
    })
  }
})

const A_PROCESS = aProcess({ tgid: 700 })
