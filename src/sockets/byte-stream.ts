import { empty } from '../base/empty.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { BytePool } from './byte-pool.ts'
import type { Moment } from './moment.ts'
import { Reordering } from './reordering.ts'
import type { Stretch, StretchKind } from './stretch.ts'

/** Pieces not yet read, at most; then what comes is not kept. */
const MAX_STRETCHES = 4096
/** Pieces read that are kept in the list before it is moved up. */
const MAX_PASSED = 64
const NOTHING = Buffer.alloc(0)

/**
 * One direction of a socket: bytes by position, and what is missing between them. Whatever comes is put
 * in order, and what cannot be had becomes a gap, so that the pieces tile; a reader takes all of it from
 * front to back.
 *
 * From the place of reading on there are always `readable` bytes; behind them `gap` bytes of known number
 * that cannot be read; and behind these nothing, readable bytes again, or an unknown gap.
 */
export class ByteStream {
  readonly #pool: BytePool
  readonly #counters: Counters
  readonly #reordering: Reordering
  /** #stretches[#first…] are not wholly read; each begins where the one before ends. */
  #stretches: Stretch[]
  #first: number
  /** Unknown gaps among them. */
  #unknowns: number
  #memory: Buffer
  /** Bytes captured and not yet read: #memory[#from, #to). */
  #from: number
  #to: number
  #position: number
  #readableEnd: number
  #gapEnd: number
  /** Position of the next byte to come; -1 before anything came. */
  #end: number
  /** Bytes were moved of which nobody knows how many or where. */
  #unplaced: boolean
  /** What was found lost last, or was there before: what comes late for it is no conflict. */
  #lostFrom: number
  #lostTo: number
  #finished: Moment | undefined

  /** `start`: position of the first byte to come; -1: wherever the first operation is. */
  constructor(pool: BytePool, counters: Counters, start: number) {
    this.#pool = pool
    this.#counters = counters
    this.#reordering = new Reordering()
    this.#stretches = []
    this.#first = 0
    this.#unknowns = 0
    this.#memory = NOTHING
    this.#from = 0
    this.#to = 0
    this.#position = start
    this.#readableEnd = start
    this.#gapEnd = start
    this.#end = start
    this.#unplaced = false
    this.#lostFrom = 0
    this.#lostTo = 0
    this.#finished = undefined
  }

  /** Position of the next byte to be read; -1 before anything came. */
  get position(): number {
    return this.#position
  }

  get readable(): number {
    return this.#readableEnd - this.#position
  }

  get gap(): number {
    return this.#gapEnd - this.#readableEnd
  }

  /** A gap, known or unknown, stands right behind the readable bytes. */
  get cut(): boolean {
    return this.#gapEnd > this.#readableEnd || this.#unknowns > 0
  }

  /** The readable bytes are memory[from, from + readable). Borrowed until the stream changes. */
  get memory(): Buffer {
    return this.#memory
  }

  get from(): number {
    return this.#from
  }

  /** How the stream ended, once it has. */
  get finished(): Moment | undefined {
    return this.#finished
  }

  /** The first operation that waits for one before it, which is missing so far. */
  get waiting(): Moment | undefined {
    return this.#reordering.first?.moment
  }

  /** The pieces from the place of reading on; of the first, some may have been read. */
  stretch(index: number): Stretch | undefined {
    return this.#stretches[this.#first + index]
  }

  /** The operation that carried the byte at this position, if it was seen and not yet passed. */
  momentAt(position: number): Moment | undefined {
    for (let i = this.#first; i < this.#stretches.length; i++) {
      const stretch = this.#stretches[i]!
      if (position < stretch.position + stretch.length) return stretch.moment
    }
    return undefined
  }

  /** The bytes of the operation added last, if others stand before them. Borrowed. */
  get newest(): Buffer | undefined {
    const stretch = this.#newestStretch
    return stretch && this.#memory.subarray(this.#to - stretch.length, this.#to)
  }

  /** Passes over all that stands before the operation added last. */
  skipToNewest(): void {
    const stretch = this.#newestStretch
    if (stretch) this.#passTo(stretch.position)
  }

  /**
   * An operation moved `length` bytes, of which `captured` (borrowed) are the first. `position` -1: nobody
   * knows which.
   */
  push(position: number, length: number, captured: Uint8Array, moment: Moment): void {
    if (length === 0) return
    // A damaged recording may say anything.
    const bytes = captured.length > length ? captured.subarray(0, length) : captured
    if (position < 0) {
      this.#pushUnplaced(moment)
      return
    }
    if (this.#end < 0) this.#joinAt(position)
    this.#reordering.sawThread(moment.tid)
    if (position < this.#end) {
      this.#conflict(position, length, moment)
    } else if (this.#unplaced || position === this.#end) {
      if (this.#unplaced) this.#closeUnplaced(position)
      this.#append(length, bytes, moment)
    } else if (!this.#reordering.add(position, length, bytes, moment)) {
      this.#counters.dropped.add('position-conflict')
    }
    if (this.#reordering.size > 0) this.settle(moment.time, false)
  }

  /** Gives up on what is missing when it was waited for long enough, or this is the last chance. */
  settle(now: number, lastChance: boolean): void {
    const reordering = this.#reordering
    for (let next = reordering.first; next !== undefined; next = reordering.first) {
      if (this.#unplaced && next.position >= this.#end) this.#closeUnplaced(next.position)
      if (next.position > this.#end) {
        if (!lastChance && !reordering.isHopeless(now)) return
        this.#appendLost(next.position)
      }
      reordering.shift()
      if (next.position < this.#end) this.#conflict(next.position, next.length, next.moment)
      else if (next.conflict) this.#appendUnknown(next.length, next.moment)
      else this.#append(next.length, next.bytes, next.moment)
    }
  }

  /** Nothing more will come. `position`: bytes there were in all; -1 unknown. */
  finish(moment: Moment, position: number): void {
    this.settle(moment.time, true)
    // It may be wrong by one: the end of a TCP stream takes a number of its own.
    if (this.#end >= 0 && position > this.#end + 1) this.#appendLost(position)
    this.#finished ??= moment
  }

  /** Passes over bytes, readable ones or such of the known gap behind them. */
  advance(count: number): void {
    this.#passTo(this.#position + count)
  }

  /** Passes over a known or unknown gap at the place of reading; returns the worst that was in it. */
  skipGap(): StretchKind {
    let worst: StretchKind = 'not-captured'
    for (;;) {
      const stretch = this.#stretches[this.#first]
      if (stretch === undefined || stretch.kind === 'bytes') break
      worst = worstOf(worst, stretch.kind)
      this.#passStretch(stretch)
    }
    this.#renewEnds()
    return worst
  }

  /** Passes over what is left of the bytes and gap of the operation at the place of reading. */
  skipOperation(): void {
    let stretch = this.#stretches[this.#first]
    if (stretch === undefined) return
    do {
      this.#passStretch(stretch)
      stretch = this.#stretches[this.#first]
    } while (stretch?.begins === false)
    this.#renewEnds()
  }

  /** Forgets all that was not read. */
  clear(): void {
    this.#reordering.clear()
    this.#stretches.length = 0
    this.#first = 0
    this.#unknowns = 0
    this.#from = 0
    this.#to = 0
    this.#release()
    this.#position = this.#end
    this.#readableEnd = this.#end
    this.#gapEnd = this.#end
  }

  /** All positions turn out to be other by so much. */
  shift(by: number): void {
    if (this.#end < 0) return
    for (let i = this.#first; i < this.#stretches.length; i++) this.#stretches[i]!.position += by
    this.#reordering.shiftPositions(by)
    this.#position += by
    this.#readableEnd += by
    this.#gapEnd += by
    this.#end += by
    this.#lostFrom += by
    this.#lostTo += by
  }

  get #newestStretch(): Stretch | undefined {
    const last = this.#stretches.at(-1)
    const stretch = last?.begins === false ? this.#stretches.at(-2) : last
    return stretch?.kind === 'bytes' && stretch.position > this.#position ? stretch : undefined
  }

  #joinAt(position: number): void {
    this.#position = position
    this.#readableEnd = position
    this.#gapEnd = position
    this.#end = position
    this.#lostTo = position
  }

  #append(length: number, bytes: Uint8Array, moment: Moment): void {
    let captured = bytes.length
    if (captured > 0 && !this.#keep(bytes)) {
      this.#counters.dropped.add('stream-too-long')
      captured = 0
    }
    if (captured > 0) this.#add('bytes', captured, moment, true)
    if (captured === length) return
    this.#counters.gaps.add('not-captured')
    this.#add('not-captured', length - captured, moment, captured === 0)
  }

  #appendLost(upTo: number): void {
    this.#counters.gaps.add('events-lost')
    this.#lostFrom = this.#end
    this.#lostTo = upTo
    this.#add('events-lost', upTo - this.#end, undefined, true)
  }

  #appendUnknown(length: number, moment: Moment): void {
    const last = this.#stretches.at(-1)
    if (last?.kind === 'unknown') {
      last.length += length
      this.#end += length
      return
    }
    this.#counters.gaps.add('unknown')
    this.#add('unknown', length, moment, true)
  }

  #add(kind: StretchKind, length: number, moment: Moment | undefined, begins: boolean): void {
    const stretches = this.#stretches
    const last = stretches.at(-1)
    if (kind !== 'bytes' && last && last.kind !== 'bytes' && this.#full) {
      if (kind === 'unknown' && last.kind !== 'unknown') this.#unknowns++
      last.kind = worstOf(last.kind, kind)
      last.length += length
      this.#end += length
      this.#walk()
      return
    }
    const stretch = { kind, position: this.#end, length, moment, begins }
    // Most are alone: a list that grows by one from nothing makes room for sixteen.
    if (stretches.length === 0) this.#stretches = [stretch]
    else stretches.push(stretch)
    if (kind === 'unknown') this.#unknowns++
    else if (this.#gapEnd === this.#end && this.#unknowns === 0) this.#extend(kind, length)
    this.#end += length
  }

  get #full(): boolean {
    return this.#stretches.length - this.#first >= MAX_STRETCHES
  }

  /** The new piece stands right behind the readable bytes and the gap. */
  #extend(kind: StretchKind, length: number): void {
    if (kind !== 'bytes') this.#gapEnd += length
    else if (this.#readableEnd === this.#gapEnd) {
      this.#readableEnd += length
      this.#gapEnd += length
    }
  }

  #pushUnplaced(moment: Moment): void {
    if (this.#end < 0) this.#joinAt(0)
    this.#unplaced = true
    this.#appendUnknown(0, moment)
  }

  /** The next operation whose place is known bounds what came before it. */
  #closeUnplaced(position: number): void {
    this.#unplaced = false
    const last = this.#stretches.at(-1)
    if (last === undefined) {
      // The unknown gap was read already.
      this.#joinAt(position)
      return
    }
    last.length += position - this.#end
    this.#end = position
  }

  /** It claims a place that another operation has: both become unknown. */
  #conflict(position: number, length: number, moment: Moment): void {
    if (position >= this.#lostFrom && position + length <= this.#lostTo) return
    this.#counters.dropped.add('position-conflict')
    const stretches = this.#stretches
    let index = this.#first
    while (
      index < stretches.length &&
      stretches[index]!.position + stretches[index]!.length <= position
    )
      index++
    while (index > this.#first && stretches[index]?.begins === false) index--
    const from = Math.max(this.#position, stretches[index]?.position ?? this.#end)
    const end = Math.max(this.#end, position + length)
    this.#cutAt(index)
    this.#end = from
    this.#appendUnknown(end - from, moment)
    this.#walk()
  }

  /** Forgets the pieces from this one on. */
  #cutAt(index: number): void {
    for (let i = index; i < this.#stretches.length; i++) {
      const { kind, position, length } = this.#stretches[i]!
      if (kind === 'bytes') this.#to -= position + length - Math.max(position, this.#position)
      if (kind === 'unknown') this.#unknowns--
    }
    this.#stretches.length = index
    if (index > this.#first) return
    this.#stretches.length = 0
    this.#first = 0
  }

  #passTo(position: number): void {
    for (;;) {
      const stretch = this.#stretches[this.#first]
      if (stretch === undefined || !isBefore(stretch, position)) {
        if (stretch?.kind === 'bytes') this.#from += position - this.#position
        this.#position = position
        break
      }
      this.#passStretch(stretch)
    }
    this.#renewEnds()
  }

  /** Passes over what is left of the first piece. */
  #passStretch(stretch: Stretch): void {
    const end = stretch.position + stretch.length
    if (stretch.kind === 'bytes') this.#from += end - this.#position
    else if (stretch.kind === 'unknown') this.#unknowns--
    this.#position = end
    this.#first++
    if (this.#first === this.#stretches.length) {
      empty(this.#stretches)
      this.#first = 0
    } else if (this.#first > MAX_PASSED && this.#first * 2 > this.#stretches.length) {
      this.#stretches.splice(0, this.#first)
      this.#first = 0
    }
  }

  #renewEnds(): void {
    if (this.#from === this.#to) this.#release()
    if (this.#position < this.#readableEnd) return
    if (this.#position < this.#gapEnd) this.#readableEnd = this.#position
    else this.#walk()
  }

  /** Looks for the ends of the readable bytes and of the gap behind them. Sees each piece once, mostly. */
  #walk(): void {
    const stretches = this.#stretches
    let i = this.#first
    let end = this.#position
    for (; stretches[i]?.kind === 'bytes'; i++) end = stretches[i]!.position + stretches[i]!.length
    this.#readableEnd = end
    for (; i < stretches.length && isKnownGap(stretches[i]!); i++)
      end = stretches[i]!.position + stretches[i]!.length
    this.#gapEnd = end
  }

  /** Copies; false when there is no more room. */
  #keep(bytes: Uint8Array): boolean {
    if (this.#full) return false
    const held = this.#to - this.#from
    if (this.#to + bytes.length > this.#memory.length) {
      if (held + bytes.length > this.#memory.length) {
        if (!this.#grow(held + bytes.length)) return false
      } else {
        this.#memory.copyWithin(0, this.#from, this.#to)
      }
      this.#from = 0
      this.#to = held
    }
    this.#memory.set(bytes, this.#to)
    this.#to += bytes.length
    return true
  }

  #grow(size: number): boolean {
    const larger = this.#pool.take(size)
    if (larger === undefined) return false
    this.#memory.copy(larger, 0, this.#from, this.#to)
    if (this.#memory !== NOTHING) this.#pool.give(this.#memory)
    this.#memory = larger
    return true
  }

  /** Nothing is left to be read in memory. */
  #release(): void {
    this.#from = 0
    this.#to = 0
    if (this.#memory === NOTHING) return
    this.#pool.give(this.#memory)
    this.#memory = NOTHING
  }
}

/** An unknown gap without length is never passed by the way. */
function isBefore({ kind, position, length }: Stretch, place: number): boolean {
  return position + length <= place && (kind !== 'unknown' || position < place)
}

function isKnownGap({ kind }: Stretch): boolean {
  return kind === 'not-captured' || kind === 'events-lost'
}

function worstOf(one: StretchKind, other: StretchKind): StretchKind {
  if (one === 'unknown' || other === 'unknown') return 'unknown'
  return one === 'events-lost' || other === 'events-lost' ? 'events-lost' : 'not-captured'
}
