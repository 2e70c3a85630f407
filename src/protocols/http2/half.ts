import type { Cursor } from '../cursor.ts'
import type { Direction } from '../protocol.ts'
import { chain, lookAtChain } from './chain.ts'
import { isFirstOfServer, lookAtPreface, PREFACE } from './detect.ts'
import { HEADER, LARGEST_FRAME, MIN_MAX_FRAME } from './frame.ts'
import { HpackDecoder } from './hpack/decoder.ts'
import type { Stream, Streams } from './streams.ts'

/** Bytes of a header block that are waited for. */
const MAX_START = 16_384

/** How far one direction of a connection has been read. */
export class Half {
  readonly direction: Direction
  readonly hpack = new HpackDecoder()
  /** The beginning of the connection was read or missed. */
  started = false
  /** The next bytes begin a frame only if they look like it. */
  seeking = false
  /** Bytes of a frame still to be passed over, whoever they belong to. */
  skip = 0
  /** Header block of which the rest comes in frames that nobody reads. */
  continues = false
  /** In a DATA frame: bytes of it still to come, the padding behind them, whether the stream ends there. */
  inData = false
  dataLeft = 0
  padding = 0
  dataEnds = false
  /** Stream of the DATA frame, if it is open. */
  data: Stream | undefined = undefined
  /** A message that has ended with its head. */
  ended: Stream | undefined = undefined
  /** Where the next frame begins cannot be told. */
  lost = false
  /** Bytes were lost since the last head was read. */
  hasGap = false
  /** Largest frame that the other end takes. */
  maxFrame = MIN_MAX_FRAME

  /** `late`: the connection is older than what is read of it. */
  constructor(direction: Direction, late: boolean) {
    this.direction = direction
    if (late) this.forget()
  }

  /** Bytes were lost. */
  forget(): void {
    this.hpack.forget()
    this.started = true
    this.seeking = true
    this.skip = 0
    this.continues = false
    this.leaveData()
    this.ended = undefined
    this.lost = false
    this.hasGap = true
    this.maxFrame = LARGEST_FRAME
  }

  leaveData(): void {
    this.inData = false
    this.dataLeft = 0
    this.padding = 0
    this.data = undefined
  }

  /** Finds the first frame; `ready` when the cursor stands on it. */
  begin(cursor: Cursor, streams: Streams): 'ready' | 'need-more' | 'lost-sync' {
    if (this.started && !this.seeking) return 'ready'
    if (this.direction === 'request') {
      const found = lookAtPreface(cursor.bytes, cursor.at, cursor.end)
      if (found === 'need-more' && !cursor.cut) return 'need-more'
      if (found === 'yes') return this.#passPreface(cursor)
    } else if (!this.started) {
      if (cursor.readable < HEADER && !cursor.cut) return 'need-more'
      if (cursor.readable >= HEADER && isFirstOfServer(cursor.bytes, cursor.at)) {
        this.started = true
        return 'ready'
      }
    }
    if (!this.started) this.forget()
    return this.#seek(cursor, streams)
  }

  #passPreface(cursor: Cursor): 'ready' {
    cursor.at += PREFACE.length
    this.hpack.reset()
    this.started = true
    this.seeking = false
    this.hasGap = false
    return 'ready'
  }

  #seek(cursor: Cursor, streams: Streams): 'ready' | 'need-more' | 'lost-sync' {
    const { bytes, at, end } = cursor
    if (end - at < HEADER) return cursor.cut ? 'lost-sync' : 'need-more'
    const kind = lookAtChain(bytes, at, end)
    if (kind === 'need-more' && !cursor.cut && end - at < MAX_START) return 'need-more'
    if (kind !== this.direction && kind !== 'either') return 'lost-sync'
    const isKnown = chain.stream !== 0 && streams.get(chain.stream) !== undefined
    if (!chain.hasBlock && !isKnown && !(chain.isExact && chain.frames > 0)) return 'lost-sync'
    this.seeking = false
    return 'ready'
  }
}
