import { crc32 } from 'node:zlib'

/**
 * A recording: a header, then chunks, each with its own checksum, up to the end.
 *
 *     magic                    8 bytes; the line ends show a file that went through a text mode
 *     version, length          u32 each; bytes of the JSON that follows
 *     JSON                     RecordingStart, and how events lie in memory
 *     checksum                 u32, CRC-32 of all before
 *
 *     chunk: mark, sequence, stored, raw, flags, checksum     u32 each
 *            frames            `stored` bytes, `raw` when unpacked
 *
 * All numbers little-endian. Frames lie one behind the other, each a multiple of 8 bytes long; an
 * event is a frame as it is on the wire, the others have the same first five bytes. The last frame
 * is an `end`.
 */
export const MAGIC = Buffer.from('\x89USP\r\n\x1a\n', 'latin1')
export const FORMAT_VERSION = 1

export const PREAMBLE = 16
export const MAX_HEADER = 1 << 24

export const CHUNK_MARK = 0x4b_4e_48_43 // 'CHNK'
export const CHUNK_HEADER = 24
export const CHUNK_PACKED = 1
export const MAX_CHUNK = 1 << 26

/** Kinds of frames that are not events; above every enum event_kind. */
export const FrameKind = {
  /** f64 horizon */
  tick: 0xe1,
  /** f64 time, u32 bursts */
  lost: 0xe2,
  /** f64 moment, i64 offset: from then on Unix time is so much more than the agent's */
  offset: 0xe3,
  /** u32 bytes of JSON, JSON: [name, value] */
  fact: 0xe4,
  /** u32 bytes of JSON, JSON: RecordingEnd */
  end: 0xef,
} as const

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json }

/** What a replay must know before the first event. */
export interface RecordingStart {
  /** CLOCK_MONOTONIC at the agent's start, ns. */
  readonly start: bigint
  /** Unix time at the agent's start, ns: the offset until the first one that is recorded. */
  readonly offset: bigint
  /** Of the run: ids of spans come from it. */
  readonly seed: number
  /** Version of the agent. */
  readonly agent: string
  readonly hooks: string
  readonly host: unknown
  /** Options that shape spans. */
  readonly options: unknown
  readonly secrets: 'hidden' | 'shown'
}

/** How a recording came to its end. `complete`: the agent ended it. */
export type EndReason = 'complete' | 'disk-full' | 'write-failed' | 'too-slow' | 'too-large'

export interface RecordingEnd {
  readonly reason: EndReason
  readonly events: number
}

/** `raw`: bytes of the frames before they were packed. */
export function encodeChunkHeader(
  sequence: number,
  raw: number,
  stored: Buffer,
  packed: boolean,
): Buffer {
  const header = Buffer.alloc(CHUNK_HEADER)
  header.writeUInt32LE(CHUNK_MARK, 0)
  header.writeUInt32LE(sequence, 4)
  header.writeUInt32LE(stored.length, 8)
  header.writeUInt32LE(raw, 12)
  header.writeUInt32LE(packed ? CHUNK_PACKED : 0, 16)
  header.writeUInt32LE(chunkChecksum(header, stored), 20)
  return header
}

/** Of the chunk's header but its last field, and of what is stored. */
export function chunkChecksum(header: Buffer, stored: Buffer): number {
  return crc32(stored, crc32(header.subarray(0, 20)))
}
