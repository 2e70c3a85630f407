import { join } from 'node:path'
import { walkFrames } from '../../src/events/frame-walk.ts'
import { CheckPass } from '../../src/events/player.ts'
import { RecordingReader } from '../../src/events/recording-reader.ts'
import { MAIN, startAgent } from '../../test/support/system/agent.ts'
import { eventually, finish } from '../../test/support/system/program.ts'
import { type Fault, sum, text, unreadRequests } from './fault.ts'
import { SmallDisk } from './small-disk.ts'
import { Load, seconds, spansInLines, startServer } from './traffic.ts'

const RATE = 1000
const FULL_MS = 20_000

/** Kilobytes; 8 MB of lines wait for room. */
const LINES = {
  long: { phase: 15, disk: 40_000, filler: 36_000 },
  short: { phase: 0.5, disk: 2000, filler: 1960 },
}

export const DISK_FULL_LINES: Fault = {
  name: 'disk-full-lines',
  what: 'the disk is full to which the spans go as lines of JSON, and has room again later',
  run: async (stage, size) => {
    const { phase, disk: kilobytes, filler } = LINES[size]
    const disk = await SmallDisk.mount(stage, kilobytes)
    try {
      disk.fill(filler)
      const server = await startServer(stage)
      const file = disk.path('spans.jsonl')
      const agent = await startAgent(stage, { ports: [server.port], stdoutFile: file })
      const load = new Load(stage, server, RATE * phase * 2, RATE)
      await seconds(phase)
      if (!(await eventually(() => disk.isFull, FULL_MS, 50)))
        throw new Error('the disk is not full')
      disk.makeRoom()
      const happened = await load.answered()
      const counts = await agent.stop()
      const found = await spansInLines(file)
      const { shown = 0, ...left } = counts['underspan.output'] ?? {}
      return {
        ...{ happened, unit: 'requests', found: found.count, where: 'whole lines in the file' },
        counted: { ...left, ...unreadRequests(counts) },
        notes: [said(agent.program.stderr, 'output-full')],
        wrong: shown === found.count ? [] : [`${text(shown)} are counted as shown`],
      }
    } finally {
      await disk.unmount()
    }
  },
}

function said(stderr: string, code: string): string {
  return stderr.includes(` ${code}: `) ? `the log says ${code}` : `the log does not say ${code}`
}

const RECORDING = { long: { seconds: 20, disk: 2000 }, short: { seconds: 0.8, disk: 16 } }

export const DISK_FULL_RECORDING: Fault = {
  name: 'disk-full-recording',
  what: 'the disk is full to which the agent records',
  run: async (stage, size) => {
    const { seconds: length, disk: kilobytes } = RECORDING[size]
    const disk = await SmallDisk.mount(stage, kilobytes)
    try {
      const server = await startServer(stage)
      const lines = join(stage.folder(), 'spans.jsonl')
      const file = disk.path('full.usp')
      const agent = await startAgent(stage, {
        ...{ ports: [server.port], stdoutFile: lines },
        command: ['record', file],
      })
      const happened = await new Load(stage, server, RATE * length, RATE).answered()
      const counts = await agent.stop()
      const live = await spansInLines(lines)
      const { written = 0, ...missed } = counts['underspan.recording'] ?? {}
      const held = await eventsIn(file)
      const replayed = join(stage.folder(), 'replayed.jsonl')
      await finish(
        ['sh', '-c', 'exec "$0" "$@" > "$OUT"', process.execPath, MAIN, ...REPLAY, file],
        {
          env: { OUT: replayed },
        },
      )
      const again = await spansInLines(replayed)
      const strange = [...again.ids].filter((id) => !live.ids.has(id)).length
      return {
        ...{ happened, unit: 'requests', found: live.count, where: 'in the output' },
        counted: unreadRequests(counts),
        notes: [
          `the recording holds ${text(held)} of ${text(written + sum(missed))} events`,
          `without ${missedText(missed)}`,
          `its replay shows ${text(again.count)} requests`,
        ],
        wrong: [
          ...(held === written ? [] : [`${text(written)} events are counted as written`]),
          ...(sum(missed) > 0 ? [] : ['the disk was not full']),
          ...(strange === 0 ? [] : [`${strange} spans of the replay were never there`]),
        ],
      }
    } finally {
      await disk.unmount()
    }
  },
}

const REPLAY = ['replay', '--partial', '--output', 'json']

function missedText(missed: Readonly<Record<string, number>>): string {
  return Object.entries(missed)
    .map(([reason, count]) => `${text(count)} ${reason}`)
    .join(', ')
}

/** Counted here, not by the agent. */
async function eventsIn(path: string): Promise<number> {
  const reader = await RecordingReader.open(path)
  const pass = new CheckPass()
  for (let read = await reader.next(); read.kind === 'chunk'; read = await reader.next())
    walkFrames(pass.load(read.frames), pass)
  await reader.close()
  return pass.events
}
