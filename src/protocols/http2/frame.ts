/** Types and flags of frames: RFC 9113, section 6. */
export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const END_STREAM = 0x01
export const ACK = 0x01
export const END_HEADERS = 0x04
export const PADDED = 0x08
export const PRIORITY = 0x20

/** Length, type, flags, stream: section 4.1. */
export const HEADER = 9
/** SETTINGS_MAX_FRAME_SIZE: as it begins, and as large as it may be. */
export const MIN_MAX_FRAME = 16_384
export const LARGEST_FRAME = 0xff_ff_ff

/** The header that was read last. */
export const frame = { length: 0, type: 0, flags: 0, stream: 0 }

/** Reads the header at `at`, where HEADER bytes must stand. */
export function readHeader(bytes: Uint8Array, at: number): void {
  frame.length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
  frame.type = bytes[at + 3]!
  frame.flags = bytes[at + 4]!
  frame.stream = readUint31(bytes, at + 5)
}

/** The reserved bit above is ignored, as receivers must. */
export function readUint31(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) & 0x7f_ff_ff_ff
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  )
}

/** Whether the header read last is one that a peer may send: lengths and streams of its type. */
export function isValidFrame(maxFrame: number): boolean {
  const { length, type, stream } = frame
  if (length > maxFrame) return false
  switch (type) {
    case FrameType.data:
      return stream !== 0
    case FrameType.headers:
    case FrameType.continuation:
      return stream !== 0
    case FrameType.priority:
      return stream !== 0 && length === 5
    case FrameType.rstStream:
      return stream !== 0 && length === 4
    case FrameType.settings:
      return stream === 0 && length % 6 === 0
    case FrameType.pushPromise:
      return stream !== 0 && length >= 4
    case FrameType.ping:
      return stream === 0 && length === 8
    case FrameType.goaway:
      return stream === 0 && length >= 8
    case FrameType.windowUpdate:
      return length === 4
    default:
      return true
  }
}

/** Flags that each type has. */
const FLAGS = [
  END_STREAM | PADDED,
  END_STREAM | END_HEADERS | PADDED | PRIORITY,
  0,
  0,
  ACK,
  END_HEADERS | PADDED,
  ACK,
  0,
  0,
  END_HEADERS,
]

/**
 * Stricter: whether these bytes look like a frame even where nothing says that one begins here. Clients
 * open the odd streams, and answers come on the same.
 */
export function looksLikeFrame(bytes: Uint8Array, at: number): boolean {
  readHeader(bytes, at)
  const { length, type, flags, stream } = frame
  if (type > FrameType.continuation || (flags & ~FLAGS[type]!) !== 0) return false
  if ((bytes[at + 5]! & 0x80) !== 0) return false
  if (type === FrameType.settings && flags === ACK && length !== 0) return false
  if (type === FrameType.headers && length === 0) return false
  const mayBeEven = type === FrameType.pushPromise || stream === 0
  const limit = type === FrameType.data ? LOOSE_LIMIT : MIN_MAX_FRAME
  return isValidFrame(limit) && (mayBeEven || stream % 2 === 1)
}

/** What peers that agreed on more use. */
const LOOSE_LIMIT = 1 << 20
