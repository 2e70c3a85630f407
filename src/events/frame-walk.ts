import { FrameKind, type Json, type RecordingEnd } from './recording-format.ts'

/** What a recording is made of. Places are bytes within the frames. */
export interface FrameTarget {
  event(at: number, size: number): void
  tick(horizon: number): void
  lost(bursts: number, time: number): void
  offset(offset: bigint, at: number): void
  fact(name: string, value: Json): void
  end(end: RecordingEnd): void
}

/** struct event_header */
const SMALLEST = 16
const NUMBER_FRAME = 24
const JSON_AT = 12

/** Reads the frames of one chunk. Returns what is wrong with them, if anything is. */
export function walkFrames(frames: DataView, target: FrameTarget): string | undefined {
  for (let at = 0; at < frames.byteLength; ) {
    const left = frames.byteLength - at
    const size = left >= SMALLEST ? frames.getUint32(at, true) : 0
    if (size < SMALLEST || size % 8 !== 0 || size > left) return 'a frame does not fit'
    const problem = walkFrame(frames, at, size, target)
    if (problem !== undefined) return problem
    at += size
  }
  return undefined
}

function walkFrame(
  frames: DataView,
  at: number,
  size: number,
  target: FrameTarget,
): string | undefined {
  const kind = frames.getUint8(at + 4)
  if (kind < FrameKind.tick) {
    target.event(at, size)
    return undefined
  }
  if (kind === FrameKind.fact || kind === FrameKind.end) {
    return walkJson(kind, parse(frames, at, size), target)
  }
  return size < NUMBER_FRAME ? 'a frame does not fit' : walkNumbers(frames, at, kind, target)
}

function walkNumbers(
  frames: DataView,
  at: number,
  kind: number,
  target: FrameTarget,
): string | undefined {
  const first = frames.getFloat64(at + 8, true)
  if (kind === FrameKind.tick) target.tick(first)
  else if (kind === FrameKind.lost) target.lost(frames.getUint32(at + 16, true), first)
  else if (kind === FrameKind.offset) target.offset(frames.getBigInt64(at + 16, true), first)
  else return `frames of kind ${kind} are unknown`
  return undefined
}

function walkJson(kind: number, value: Json | undefined, target: FrameTarget): string | undefined {
  if (kind === FrameKind.end) {
    if (!isEnd(value)) return 'the end mark cannot be read'
    target.end(value)
    return undefined
  }
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'string') {
    return 'a fact cannot be read'
  }
  target.fact(value[0], value[1])
  return undefined
}

function parse(frames: DataView, at: number, size: number): Json | undefined {
  const length = frames.getUint32(at + 8, true)
  if (length > size - JSON_AT) return undefined
  try {
    const text = new Uint8Array(frames.buffer, frames.byteOffset + at + JSON_AT, length)
    return JSON.parse(Buffer.from(text).toString())
  } catch {
    return undefined // the caller says what it was
  }
}

function isEnd(value: unknown): value is RecordingEnd {
  if (typeof value !== 'object' || value === null) return false
  const { reason, events } = value as { reason?: unknown; events?: unknown }
  return typeof reason === 'string' && typeof events === 'number'
}
