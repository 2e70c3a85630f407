const NOTHING = Buffer.alloc(0)

/**
 * Borrowed bytes of one direction, read from front to back; never throws. Behind the bytes there may
 * be a gap of known length, over which can be skipped but from which nothing can be read.
 */
export class Cursor {
  bytes: Buffer
  /** Index of the next byte. Beyond `end` while it stands in the gap. */
  at: number
  end: number
  /** Position in its direction of the byte at index 0; may be negative. */
  origin: number
  /** Bytes behind `end` that are not there to be read. */
  gap: number
  /** What stands right behind `end` can never be read: a gap, known or unknown. */
  cut: boolean

  constructor() {
    this.bytes = NOTHING
    this.at = 0
    this.end = 0
    this.origin = 0
    this.gap = 0
    this.cut = false
  }

  /** Aims at bytes[at, end), the first of which stands at `position`. */
  aim(bytes: Buffer, at: number, end: number, position: number, gap: number, cut: boolean): this {
    this.bytes = bytes
    this.at = at
    this.end = end
    this.origin = position - at
    this.gap = gap
    this.cut = cut
    return this
  }

  /** Position of the next byte in its direction. */
  get position(): number {
    return this.origin + this.at
  }

  /** Bytes that can be read; negative in the gap. */
  get readable(): number {
    return this.end - this.at
  }

  /** Passes over up to `count` bytes, the gap included, and returns how many. */
  skipUpTo(count: number): number {
    const passed = Math.min(count, this.end + this.gap - this.at)
    this.at += passed
    return passed
  }
}
