import { END_HEADERS, FrameType, frame, HEADER, looksLikeFrame, PADDED, PRIORITY } from './frame.ts'
import { type BlockKind, shapeOfBlock } from './hpack/block-shape.ts'

/** What was found in the chain looked at last. */
export const chain = {
  /** Whole frames. */
  frames: 0,
  /** The last of them ends where the bytes do. */
  isExact: false,
  /** A header block of the right shape was among them. */
  hasBlock: false,
  /** Stream of the first frame. */
  stream: 0,
}

/**
 * Looks at bytes[start, end) as frames, one behind the other: 'no' where they are none, `need-more` where a
 * header block goes on behind them; otherwise whose they are.
 */
export function lookAtChain(
  bytes: Uint8Array,
  start: number,
  end: number,
): BlockKind | 'need-more' {
  chain.frames = 0
  chain.isExact = false
  chain.hasBlock = false
  let kind: BlockKind = 'either'
  let at = start
  while (end - at >= HEADER) {
    if (!looksLikeFrame(bytes, at)) return 'no'
    if (at === start) chain.stream = frame.stream
    const next = at + HEADER + frame.length
    if (frame.type === FrameType.headers) {
      if (next > end) return kind === 'either' ? 'need-more' : kind
      const found = shapeOfHeaders(bytes, at + HEADER, next)
      if (found === 'no' || (found !== 'either' && kind !== 'either' && found !== kind)) return 'no'
      if (found !== 'either') kind = found
      chain.hasBlock = true
    }
    if (next > end) return kind
    chain.frames++
    at = next
  }
  chain.isExact = at === end
  return kind
}

/** Of the block behind padding and priority; one that goes on in other frames has no shape. */
function shapeOfHeaders(bytes: Uint8Array, start: number, end: number): BlockKind {
  const { flags } = frame
  let from = start
  let to = end
  if ((flags & PADDED) !== 0) to -= bytes[from++]!
  if ((flags & PRIORITY) !== 0) from += 5
  if (from >= to) return 'no'
  return (flags & END_HEADERS) === 0 ? 'either' : shapeOfBlock(bytes, from, to)
}
