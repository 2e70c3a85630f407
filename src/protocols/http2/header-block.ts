import type { Cursor } from '../cursor.ts'
import type { Fields } from '../http/fields.ts'
import {
  END_HEADERS,
  FrameType,
  frame,
  HEADER,
  isValidFrame,
  PADDED,
  PRIORITY,
  readHeader,
} from './frame.ts'
import type { Half } from './half.ts'

/** The largest block that is waited for and read. Servers take 8 to 64 KB. */
const MAX_BLOCK = 65_536
/** More frames than this make no block: each could be empty. */
const MAX_FRAMES = 32

/** Blocks that come in several frames are put together here. */
const scratch = Buffer.alloc(MAX_BLOCK)

/** The block that was read last. */
export const block = {
  /** Bytes of its frames, which may end behind what is there. */
  taken: 0,
  /** Its last frame was not among them. */
  continues: false,
  /** The rest of it is lost, and with it the table. */
  isPartial: false,
}

/** A HEADERS or PUSH_PROMISE frame and the CONTINUATION frames behind it: RFC 9113, section 6.10. */
export function readBlock(
  cursor: Cursor,
  half: Half,
  fields: Fields,
): 'read' | 'need-more' | 'lost-sync' {
  const { bytes, at, end } = cursor
  readHeader(bytes, at)
  const { length, flags, type, stream } = frame
  let bodyEnd = at + HEADER + length
  let from = at + HEADER
  let to = bodyEnd
  if ((flags & PADDED) !== 0) to -= from < end ? bytes[from++]! : 0
  if (type === FrameType.headers && (flags & PRIORITY) !== 0) from += 5
  if (type === FrameType.pushPromise) from += 4
  if (from > to) return 'lost-sync'
  fields.clear()
  block.continues = (flags & END_HEADERS) === 0
  if (!block.continues && bodyEnd <= end) {
    block.isPartial = false
    return decode(bytes, from, to, at, bodyEnd, half, fields)
  }
  let gathered = bodyEnd <= end && block.continues ? gather(bytes, from, to, 0) : 0
  let frames = 1
  while (block.continues && bodyEnd + HEADER <= end && frames++ < MAX_FRAMES) {
    readHeader(bytes, bodyEnd)
    if (frame.type !== FrameType.continuation || frame.stream !== stream) return 'lost-sync'
    if (!isValidFrame(half.maxFrame)) return 'lost-sync'
    const next = bodyEnd + HEADER + frame.length
    if (next > end) break
    gathered = gather(bytes, bodyEnd + HEADER, next, gathered)
    block.continues = (frame.flags & END_HEADERS) === 0
    bodyEnd = next
  }
  const isWhole = !block.continues && bodyEnd <= end
  if (!isWhole && !cursor.cut && end - at < MAX_BLOCK && frames < MAX_FRAMES) return 'need-more'
  block.isPartial = !isWhole || gathered > MAX_BLOCK
  if (bodyEnd > end)
    return decode(bytes, Math.min(from, end), Math.min(to, end), at, bodyEnd, half, fields)
  return decode(scratch, 0, Math.min(gathered, MAX_BLOCK), at, bodyEnd, half, fields)
}

/** Returns how long the block has become; what does not fit is not kept. */
function gather(bytes: Buffer, from: number, to: number, length: number): number {
  if (length < MAX_BLOCK) bytes.copy(scratch, length, from, to)
  return length + to - from
}

function decode(
  bytes: Buffer,
  from: number,
  to: number,
  at: number,
  bodyEnd: number,
  half: Half,
  fields: Fields,
): 'read' | 'lost-sync' {
  const decoded = half.hpack.decode(bytes, from, to, fields)
  if (decoded === 'malformed' || (decoded === 'cut' && !block.isPartial)) return 'lost-sync'
  if (block.isPartial) half.hpack.table.forget()
  block.taken = bodyEnd - at
  return 'read'
}
