import type { Cursor } from '../cursor.ts'
import { ACK, frame, HEADER, readUint32 } from './frame.ts'
import type { Half } from './half.ts'

const HEADER_TABLE_SIZE = 1
const MAX_FRAME_SIZE = 5
/** There are not that many. */
const MAX_LENGTH = 1536

/** Reads a SETTINGS frame: what the other direction may send. RFC 9113, section 6.5. */
export function applySettings(cursor: Cursor, other: Half): 'need-more' | 'lost-sync' | undefined {
  const { bytes, at } = cursor
  const { length, flags } = frame
  if (length > MAX_LENGTH) return 'lost-sync'
  if (cursor.readable < HEADER + length) return 'need-more'
  cursor.at += HEADER + length
  if ((flags & ACK) !== 0) return undefined
  for (let i = at + HEADER; i < cursor.at; i += 6) {
    const id = (bytes[i]! << 8) | bytes[i + 1]!
    const value = readUint32(bytes, i + 2)
    if (id === MAX_FRAME_SIZE) other.maxFrame = Math.max(other.maxFrame, value)
    if (id === HEADER_TABLE_SIZE) other.hpack.allow(value)
  }
  return undefined
}
