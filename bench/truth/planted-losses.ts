import { join } from 'node:path'
import { EventKind } from '../../src/events/layout.ts'
import { createRecording, RecordingFile } from '../../src/events/recording-file.ts'
import { FrameKind } from '../../src/events/recording-format.ts'
import { recordingHeader } from '../../src/events/recording-header.ts'
import { RecordingReader } from '../../src/events/recording-reader.ts'
import { Random } from '../../test/support/random.ts'
import { MAIN } from '../../test/support/system/agent.ts'
import type { Stage } from '../../test/support/system/apps.ts'
import type { Hop, Verdict } from './judge.ts'
import { judge } from './judge.ts'
import { SpansFile } from './spans-file.ts'

/** Events of one CPU that are lost together, as where the ring has no room for a burst. */
const TOGETHER = [1, 16, 400]
const MILLION = 1_000_000
const LOST_FRAME = 24

/** What the agent makes of a recording of which this share of the data events is missing. */
export interface Loss {
  readonly share: number
  readonly together: number
  readonly lost: number
  readonly verdict: Verdict
}

/** Plays the recording again without some of its events, each time others. */
export async function withLosses(
  stage: Stage,
  recording: string,
  share: number,
  hops: readonly Hop[],
  isCounted: (tag: string) => boolean,
): Promise<Loss[]> {
  const losses: Loss[] = []
  for (const together of TOGETHER) {
    const folder = stage.folder()
    const path = join(folder, 'events')
    const lost = await leaveOut(recording, path, { share, together, seed: together })
    const file = new SpansFile(join(folder, 'spans'))
    const words = ['replay', path, '--output', 'json']
    const program = stage.program([process.execPath, MAIN, ...words], { stdoutFile: file.path })
    if ((await program.ended) !== 0) throw new Error(program.describe())
    losses.push({ share, together, lost, verdict: judge(file.spans(), hops, isCounted) })
  }
  return losses
}

interface Manner {
  readonly share: number
  readonly together: number
  readonly seed: number
}

/** @returns how many events are missing in the copy */
async function leaveOut(from: string, to: string, manner: Manner): Promise<number> {
  const reader = await RecordingReader.open(from)
  const disk = await createRecording(to)
  const file = new RecordingFile(disk, recordingHeader(reader.start), () => {})
  const chunks = new Thinner(manner)
  for (let read = await reader.next(); read.kind === 'chunk'; read = await reader.next()) {
    file.chunk(chunks.thinned(read.frames), 0)
    await new Promise(setImmediate)
  }
  await file.end()
  await reader.close()
  return chunks.lost
}

/** Leaves data events out, some of one CPU together; it comes to light at the next tick. */
class Thinner {
  lost = 0
  readonly #chance: number
  readonly #together: number
  readonly #random: Random
  readonly #left = new Map<number, number>()
  #bursts = 0

  constructor({ share, together, seed }: Manner) {
    this.#chance = (share / together) * MILLION
    this.#together = together
    this.#random = new Random(seed * 7919)
  }

  thinned(frames: Buffer): Buffer {
    const kept: Buffer[] = []
    for (let at = 0; at < frames.length; ) {
      const frame = frames.subarray(at, at + frames.readUInt32LE(at))
      at += frame.length
      const kind = frame[4]!
      if (kind === EventKind.data && this.#isLost(frame.readUInt16LE(6))) continue
      if (kind !== FrameKind.end) kept.push(frame)
      if (kind === FrameKind.tick && this.#bursts > 0) kept.push(this.#told(frame))
    }
    return Buffer.concat(kept)
  }

  #isLost(cpu: number): boolean {
    let left = this.#left.get(cpu) ?? 0
    if (left === 0 && this.#random.below(MILLION) < this.#chance) {
      left = this.#together
      this.#bursts++
    }
    if (left === 0) return false
    this.#left.set(cpu, left - 1)
    this.lost++
    return true
  }

  #told(tick: Buffer): Buffer {
    const frame = Buffer.alloc(LOST_FRAME)
    frame.writeUInt32LE(LOST_FRAME, 0)
    frame[4] = FrameKind.lost
    frame.writeDoubleLE(tick.readDoubleLE(8), 8)
    frame.writeUInt32LE(this.#bursts, 16)
    this.#bursts = 0
    return frame
  }
}
