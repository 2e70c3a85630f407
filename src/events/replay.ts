import { setImmediate } from 'node:timers/promises'
import { StartupError } from '../base/errors.ts'
import type { EventSink } from '../ring/event-sink.ts'
import { walkFrames } from './frame-walk.ts'
import { CheckPass, type Pass, Player } from './player.ts'
import type { Json, RecordingEnd } from './recording-format.ts'
import type { Damage, RecordingReader } from './recording-reader.ts'
import type { ReplayClock } from './replay-clock.ts'

export interface Replayed {
  readonly events: number
  /** undefined: the recording breaks off without an end mark. */
  readonly end: RecordingEnd | undefined
  /** Where it is damaged, if what lies before was replayed. */
  readonly damage: Damage | undefined
}

/**
 * Feeds a recording to whatever takes live events, as fast as that goes. Damage anywhere is found
 * before the first event is handed over, and thrown (StartupError); with `partial`, what lies before
 * it is replayed.
 */
export async function replay(
  reader: RecordingReader,
  sink: EventSink,
  clock: ReplayClock,
  onFact: (name: string, value: Json) => void,
  { partial = false } = {},
): Promise<Replayed> {
  const damage = await walk(reader, new CheckPass())
  if (damage !== undefined && !partial) throw badRecording(reader.path, damage)
  reader.rewind()
  const player = new Player(reader.start.start, sink, clock, onFact)
  await walk(reader, player)
  return { events: player.events, end: player.ended, damage }
}

/** Goes through all chunks, up to damage if there is any. */
async function walk(reader: RecordingReader, pass: Pass): Promise<Damage | undefined> {
  for (;;) {
    const read = await reader.next()
    if (read.kind === 'damage') return read.damage
    if (read.kind === 'end-of-file') {
      return pass.ended === undefined ? reader.damage('the file is cut off') : undefined
    }
    if (pass.ended !== undefined) return reader.damage('something follows the end mark')
    const problem = walkFrames(pass.load(read.frames), pass)
    if (problem !== undefined) return reader.damage(problem)
    await setImmediate() // exporters and terminals get their turn
  }
}

function badRecording(path: string, { at, chunk, what }: Damage): StartupError {
  return new StartupError(
    'BAD_RECORDING',
    `"${path}" is damaged at byte ${at} (chunk ${chunk}): ${what}`,
    'Replay what lies before the damage with --partial, or record again.',
  )
}
