import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StartupError } from '../../src/base/errors.ts'
import type { MonotonicNs } from '../../src/base/time.ts'
import { Recorder } from '../../src/events/recorder.ts'
import {
  createRecording,
  describeStop,
  type RecordedAs,
  RecordingFile,
  type RecordingStop,
} from '../../src/events/recording-file.ts'
import type { RecordingStart } from '../../src/events/recording-format.ts'
import { recordingHeader } from '../../src/events/recording-header.ts'
import { RecordingReader } from '../../src/events/recording-reader.ts'
import { Redactor } from '../../src/events/redaction/redactor.ts'
import { type Replayed, replay } from '../../src/events/replay.ts'
import { ReplayClock } from '../../src/events/replay-clock.ts'
import { CollectingSink } from '../support/collecting-sink.ts'
import { Random } from '../support/random.ts'
import { encodeData, encodeEvent, memoryOf } from '../support/wire-events.ts'

const BOOT = (1n << 50n) + 7n
const START: RecordingStart = {
  start: BOOT,
  offset: 1_700_000_000_000_000_001n,
  seed: 42,
  agent: '0.1.0',
  hooks: 'socket',
  host: { name: 'box', kernel: '6.12' },
  options: { urlQuery: 'hide', limits: { attributeValueLength: Infinity } },
  secrets: 'hidden',
}

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recording-'))
  path = join(folder, 'a.usp')
})

afterEach(() => rm(folder, { recursive: true }))

interface Recording {
  readonly live: CollectingSink
  readonly recorder: Recorder
  readonly stops: RecordingStop[]
}

async function record(redactor?: Redactor): Promise<Recording> {
  const live = new CollectingSink()
  const stops: RecordingStop[] = []
  const disk = await createRecording(path)
  const file = new RecordingFile(disk, recordingHeader(START), (stop) => stops.push(stop))
  return { live, recorder: new Recorder(live, file, redactor), stops }
}

function event(time: number, size = 40): Uint8Array {
  const payload = Uint8Array.from({ length: size - 40 }, (_, i) => (time * 7 + i * 13) & 0xff)
  return encodeEvent('close', { headerTime: Number(BOOT) + time, socketId: time }, payload)
}

function feed(recorder: Recorder, bytes: Uint8Array, time: number): void {
  recorder.event(memoryOf(bytes), 0, time as MonotonicNs)
}

interface Playback extends Replayed {
  readonly sink: CollectingSink
  readonly facts: [string, unknown][]
  readonly clock: ReplayClock
  readonly start: RecordingStart
}

async function play(options?: { partial: boolean }): Promise<Playback> {
  const reader = await RecordingReader.open(path)
  try {
    const sink = new CollectingSink()
    const facts: [string, unknown][] = []
    const clock = new ReplayClock(reader.start.offset)
    const onFact = (name: string, value: unknown): number => facts.push([name, value])
    const replayed = await replay(reader, sink, clock, onFact, options)
    return { ...replayed, sink, facts, clock, start: reader.start }
  } finally {
    await reader.close()
  }
}

async function problem(options?: { partial: boolean }): Promise<StartupError> {
  const error: unknown = await play(options).catch((thrown: unknown) => thrown)
  if (!(error instanceof StartupError)) throw new Error('the recording was replayed')
  return error
}

describe('a recording', { timeout: 30_000 }, () => {
  test('gives back what was recorded, in its order and at its times', async () => {
    const { live, recorder, stops } = await record()
    const random = new Random(1)
    for (let time = 1; time <= 20_000; time++) {
      feed(recorder, event(time, 40 + 8 * random.below(60)), time)
      if (time % 1000 === 0) recorder.drained(time as MonotonicNs)
      if (time % 3000 === 0) recorder.lost(2, time as MonotonicNs)
    }
    await recorder.end()
    const { sink, events, end } = await play()
    expect(events).toBe(20_000)
    expect(end).toEqual({ reason: 'complete', events: 20_000 })
    expect(sink.times).toEqual(live.times)
    expect(sink.horizons).toEqual(live.horizons)
    expect(sink.losses).toEqual(live.losses)
    const bytes = (of: CollectingSink): Buffer => Buffer.concat(of.events.map((e) => e.bytes))
    expect(bytes(sink).equals(bytes(live))).toBe(true)
    expect(stops).toEqual([])
  })

  test('gives back what a replay must know first', async () => {
    const { recorder } = await record()
    await recorder.end()
    expect((await play()).start).toEqual(START)
  })

  test('is for its owner alone', async () => {
    const { recorder } = await record()
    await recorder.end()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('leaves out the sockets that are not traced', async () => {
    const live = new CollectingSink()
    const file = new RecordingFile(await createRecording(path), recordingHeader(START), () => {})
    const recorder = new Recorder(live, file, undefined, (socketId) =>
      socketId === 2 ** 40 + 7 ? 'nothing' : 'all',
    )
    for (const socketId of [3, 2 ** 40 + 7, 4]) {
      const bytes = encodeEvent('data', { socketId })
      recorder.event(memoryOf(bytes), 0, socketId as MonotonicNs)
    }
    await recorder.end()
    const reader = await RecordingReader.open(path)
    const kept: number[] = []
    const sink = {
      event: ({ view }: { view: DataView }, at: number) =>
        kept.push(Number(view.getBigUint64(at + 16, true))),
      lost: () => {},
      drained: () => {},
    }
    await replay(reader, sink, new ReplayClock(0n), () => {})
    await reader.close()
    expect(kept).toEqual([3, 4])
  })

  test('has the facts that an event needed before that event', async () => {
    const order: string[] = []
    const disk = await createRecording(path)
    const file = new RecordingFile(disk, recordingHeader(START), () => {})
    const recorder: Recorder = new Recorder(
      {
        event: (_memory, _at, time) => recorder.fact('process', { tgid: time }),
        lost: () => {},
        drained: () => recorder.fact('losses', [1, 2]),
      },
      file,
      undefined,
    )
    feed(recorder, event(3), 3)
    recorder.drained(4 as MonotonicNs)
    await recorder.end()
    const reader = await RecordingReader.open(path)
    await replay(
      reader,
      {
        event: (_memory, _at, time) => order.push(`event ${time}`),
        lost: () => {},
        drained: (horizon) => order.push(`tick ${horizon}`),
      },
      new ReplayClock(0n),
      (name, value) => order.push(`${name} ${JSON.stringify(value)}`),
    )
    await reader.close()
    expect(order).toEqual(['process {"tgid":3}', 'event 3', 'losses [1,2]', 'tick 4'])
  })

  test('has a clock that goes with its events, through steps of the wall clock', async () => {
    const { recorder } = await record()
    feed(recorder, event(1000), 1000)
    recorder.offset(START.offset + 5_000_000_000n, 1500 as MonotonicNs)
    recorder.drained(2000 as MonotonicNs)
    await recorder.end()
    const reader = await RecordingReader.open(path)
    const clock = new ReplayClock(reader.start.offset)
    const seen: [number, bigint][] = []
    const look = (): number => seen.push([clock.now(), clock.unix(10 as MonotonicNs)])
    await replay(reader, { event: look, lost: look, drained: look }, clock, () => {})
    await reader.close()
    expect(seen).toEqual([
      [1000, START.offset + 10n],
      [2000, START.offset + 5_000_000_010n],
    ])
  })

  test('keeps facts of any length and any characters', async () => {
    const { recorder } = await record()
    const long = { text: 'ä\u0000\ud83d\ude00"\\'.repeat(100_000) }
    recorder.fact('long', long)
    recorder.fact('none', null)
    await recorder.end()
    expect((await play()).facts).toEqual([
      ['long', long],
      ['none', null],
    ])
  })

  test('shows no secrets, and the lengths all the same', async () => {
    const { recorder } = await record(new Redactor({ keepBodies: false, keepQueries: false }))
    const head = 'POST /login?next=abc HTTP/1.1\r\nCookie: id=hunter2\r\nContent-Length: 16\r\n\r\n'
    feed(recorder, encodeData({ time: 1, socketId: 5, position: 0 }, true, head), 1)
    const body = 'password=hunter2'
    feed(recorder, encodeData({ time: 2, socketId: 5, position: head.length }, true, body), 2)
    await recorder.end()
    const file = (await readFile(path)).toString('latin1')
    const { sink } = await play()
    const played = Buffer.concat(sink.events.map((e) => e.bytes)).toString('latin1')
    expect(played).toContain('POST /login?next=xxx HTTP/1.1\r\nCookie: xxxxxxxxxx\r\n')
    expect(played).toContain('xxxxxxxx@xxxxxxx')
    for (const text of [file, played]) expect(text).not.toContain('hunter2')
  })

  test('shows everything where that was asked for', async () => {
    const { recorder, live } = await record()
    feed(recorder, encodeData({ time: 1, socketId: 5, position: 0 }, true, 'AUTH hunter2'), 1)
    await recorder.end()
    expect((await play()).sink.events[0]!.bytes).toEqual(live.events[0]!.bytes)
  })

  test('is on disk within a second, for those who end by force', async () => {
    const { recorder } = await record()
    feed(recorder, event(5), 5)
    recorder.drained(1_100_000_000 as MonotonicNs)
    feed(recorder, event(1_200_000_000), 1_200_000_000)
    const empty = recordingHeader(START).length
    for (let i = 0; i < 200 && (await stat(path)).size === empty; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(await problem()).toMatchObject({ code: 'BAD_RECORDING' })
    const { sink, end } = await play({ partial: true })
    expect(sink.times).toEqual([5])
    expect(end).toBeUndefined()
    await recorder.end()
  })
})

describe('a name for a recording', () => {
  test('may be that of an older recording, whatever its mode was', async () => {
    await (await record()).recorder.end()
    const { recorder } = await record()
    feed(recorder, event(9), 9)
    await recorder.end()
    expect((await play()).sink.times).toEqual([9])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('may not be that of another file, of a link or in no directory', async () => {
    await writeFile(path, 'something dear')
    await expect(createRecording(path)).rejects.toMatchObject({ code: 'FILE_UNUSABLE' })
    expect(await readFile(path, 'utf8')).toBe('something dear')
    const link = join(folder, 'link')
    await symlink(join(folder, 'elsewhere'), link)
    await expect(createRecording(link)).rejects.toMatchObject({ code: 'FILE_UNUSABLE' })
    const nowhere = createRecording(join(folder, 'no', 'where'))
    await expect(nowhere).rejects.toMatchObject({ code: 'FILE_UNUSABLE' })
  })
})

describe('a recording that is not whole', { timeout: 30_000 }, () => {
  let whole: Buffer

  beforeEach(async () => {
    const { recorder } = await record()
    for (let time = 1; time <= 3; time++) {
      feed(recorder, event(time, 64), time)
      recorder.drained((time * 1_000_000_000) as MonotonicNs)
    }
    await recorder.end()
    whole = await readFile(path)
  })

  test('is found at each length', async () => {
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      const error = await problem()
      expect(error.code).toBe('BAD_RECORDING')
      expect(error.message).toMatch(/cut off|is no recording|within its header/)
    }
  })

  test('is replayed up to the cut if asked for', async () => {
    let longest = 0
    for (let length = whole.length - 1; length > whole.length - 200; length -= 7) {
      await writeFile(path, whole.subarray(0, length))
      const { sink, damage } = await play({ partial: true })
      expect([1, 2, 3]).toEqual(expect.arrayContaining(sink.times))
      expect(damage?.what).toBe('the file is cut off')
      longest = Math.max(longest, sink.times.length)
    }
    expect(longest).toBe(3)
  })

  test('is found whatever bit was flipped', async () => {
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole)
      flipped[at]! ^= 1 << (at % 8)
      await writeFile(path, flipped)
      expect((await problem()).code).toBe('BAD_RECORDING')
    }
  })

  test('says where', async () => {
    const flipped = Buffer.from(whole)
    flipped[whole.length - 1]! ^= 1
    await writeFile(path, flipped)
    const { message, remedy } = await problem()
    expect(message).toMatch(/is damaged at byte \d+ \(chunk 3\): the checksum is wrong/)
    expect(remedy).toContain('--partial')
    const { damage } = await play({ partial: true })
    expect(damage?.chunk).toBe(3)
  })

  test('or has something behind its end, is found too', async () => {
    await writeFile(path, Buffer.concat([whole, Buffer.from('x')]))
    expect((await problem()).message).toContain('the file is cut off')
    const chunk = whole.indexOf('CHNK')
    await writeFile(path, Buffer.concat([whole, whole.subarray(chunk)]))
    expect((await problem()).message).toContain('no chunk begins here')
  })

  test('of another format version says which', async () => {
    whole.writeUInt32LE(9, 8)
    await writeFile(path, whole)
    const { message } = await problem()
    expect(message).toMatch(/has recording format 9; this version reads 1$/)
  })

  test('of another layout of events says who recorded it', async () => {
    const header = recordingHeader(START)
    const changed = header.toString('latin1').replace(/"layout":"[0-9a-f]+"/, '"layout":"other"')
    const json = changed.slice(16, -4)
    const { crc32 } = await import('node:zlib')
    const bytes = Buffer.concat([header.subarray(0, 16), Buffer.from(json), Buffer.alloc(4)])
    bytes.writeUInt32LE(json.length, 12)
    bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
    await writeFile(path, bytes)
    expect((await problem()).message).toContain('was recorded by version 0.1.0, whose events look')
  })

  test('or is no recording at all, or is not there, is refused', async () => {
    await writeFile(path, 'hello, this is a text file\n')
    expect((await problem()).message).toContain('is no recording')
    await rm(path)
    expect((await problem()).code).toBe('FILE_UNUSABLE')
  })
})

/** A disk in memory, with so much room, that may be made to wait. */
class SmallDisk {
  bytes = Buffer.alloc(0)
  room: number
  gate: Promise<void> = Promise.resolve()
  closed = 0

  constructor(room: number) {
    this.room = room
  }

  async write(
    bytes: Buffer,
    from: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }> {
    await this.gate
    const fits = Math.min(length, this.room - position, 10_000)
    if (fits <= 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
    const end = Math.max(this.bytes.length, position + fits)
    const grown = Buffer.alloc(end)
    this.bytes.copy(grown)
    bytes.copy(grown, position, from, from + fits)
    this.bytes = grown
    return { bytesWritten: fits }
  }

  async truncate(length: number): Promise<void> {
    this.bytes = this.bytes.subarray(0, length)
  }

  async close(): Promise<void> {
    this.closed++
  }
}

type Counted = Partial<Record<RecordedAs, number>>

function counting(counted: Counted) {
  return (what: RecordedAs, events: number) => {
    counted[what] = (counted[what] ?? 0) + events
  }
}

async function fill(
  disk: SmallDisk,
  events: number,
): Promise<Recording & { readonly counted: Counted }> {
  const live = new CollectingSink()
  const stops: RecordingStop[] = []
  const counted: Counted = {}
  const onStop = (stop: RecordingStop) => stops.push(stop)
  const file = new RecordingFile(disk, recordingHeader(START), onStop, counting(counted))
  const recorder = new Recorder(live, file, undefined)
  const random = new Random(9)
  for (let time = 1; time <= events; time++) {
    const noise = Uint8Array.from({ length: 960 }, () => random.below(256))
    feed(recorder, encodeEvent('close', { headerTime: Number(BOOT) + time }, noise), time)
    if (time % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await recorder.end()
  return { live, recorder, stops, counted }
}

describe('a disk that fails', { timeout: 30_000 }, () => {
  test('ends the recording with what fits, and nothing else', async () => {
    const disk = new SmallDisk(1_000_000)
    const { live, stops, counted } = await fill(disk, 3000)
    expect(live.events.length).toBe(3000)
    expect(disk.closed).toBe(1)
    expect(stops.length).toBe(1)
    expect(describeStop('/a.usp', stops[0]!)).toMatch(
      /^recording stopped: no space is left on the disk; "\/a.usp" holds the \d+ events before$/,
    )
    await writeFile(path, disk.bytes)
    const { events, end, sink } = await play()
    expect(events).toBeGreaterThan(500)
    expect(end).toEqual({ reason: 'disk-full', events })
    expect(counted).toEqual({ written: events, 'disk-full': 3000 - events })
    expect(sink.times).toEqual(live.times.slice(0, events))
  })

  test('from the first byte is told once', async () => {
    const disk = new SmallDisk(0)
    const { live, stops, counted } = await fill(disk, 1000)
    expect(live.events.length).toBe(1000)
    expect(counted).toEqual({ 'disk-full': 1000 })
    expect(stops.map((stop) => [stop.reason, stop.events])).toEqual([['disk-full', 0]])
    expect(disk.closed).toBe(1)
  })

  test('only at the end mark is told too', async () => {
    const whole = new SmallDisk(1e9)
    await fill(whole, 10)
    const disk = new SmallDisk(whole.bytes.length - 20)
    const { stops } = await fill(disk, 10)
    expect(stops.map((stop) => stop.reason)).toEqual(['disk-full'])
  })

  test('with too many bytes of a recording that wait for the disk ends it', async () => {
    const disk = new SmallDisk(1e9)
    let open = (): void => {}
    disk.gate = new Promise((resolve) => {
      open = resolve
    })
    const live = new CollectingSink()
    const stops: RecordingStop[] = []
    const counted: Counted = {}
    const onStop = (stop: RecordingStop) => stops.push(stop)
    const file = new RecordingFile(disk, recordingHeader(START), onStop, counting(counted))
    const recorder = new Recorder(live, file, undefined)
    const bytes = event(1, 1 << 15)
    for (let i = 0; i < 1500; i++) feed(recorder, bytes, 1)
    expect(file.stopped).toBe(true)
    open()
    await recorder.end()
    expect(stops.map((stop) => stop.reason)).toEqual(['too-slow'])
    await writeFile(path, disk.bytes)
    const { events, end } = await play()
    expect(end).toEqual({ reason: 'too-slow', events })
    expect(counted).toEqual({ written: events, 'too-slow': 1500 - events })
    expect(events).toBeGreaterThan(900)
    expect(live.events.length).toBe(1500)
  })

  test('by a fact that no chunk can hold', async () => {
    const { recorder, stops } = await record()
    feed(recorder, event(1), 1)
    recorder.fact('huge', 'x'.repeat((1 << 25) + 1))
    feed(recorder, event(2), 2)
    await recorder.end()
    expect(stops.map((stop) => stop.reason)).toEqual(['too-large'])
    expect((await play()).sink.times).toEqual([1])
  })
})
