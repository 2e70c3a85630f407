import { countOf, type Few, isAmong, withOne } from '../base/few.ts'
import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import { Timeline } from '../base/timeline.ts'
import type { Moment } from '../sockets/moment.ts'
import type { Socket } from '../sockets/socket.ts'
import type { CallLineage, RequestLineage } from './lineage.ts'

/** Segments of one CPU; the oldest makes room. One that went too early proves nothing, which is safe. */
const SLOTS = 131_072
/** As bpf/include/ids.h counts. */
const CPU_STEP = 2 ** 40
/** Most requests are decided by then: a segment is looked at again and again, and kept while it may be needed. */
const LOOK_AGAIN = 1 * SECOND
const MAX_AGE = 30 * SECOND
/** Calls of one segment that are remembered as each other's siblings. */
const MAX_CALLS = 256

// What is yes or no of a segment stands in one number, as of a lineage.
const LOST = 1
const MIXED = 2
const UNSET = 4
const READ = 8

/**
 * What a thread does between two ingresses of a turn. It means the request whose bytes were read;
 * or, if a reply was read, whatever the asking call's segment meant; or nothing.
 */
export class Segment {
  /** The read that opened it. */
  readonly opened: Moment
  request: RequestLineage | undefined = undefined
  /** The calls whose replies opened it. */
  openers: Few<CallLineage> = undefined
  /** Calls made in it. */
  calls: Few<CallLineage> = undefined
  /** What is not known was read with this operation: it can mean no request that was read later. */
  lostBy: Moment
  /** Of the reply that was read last. */
  repliedOn: Socket | undefined = undefined
  #flags = LOST

  constructor(opened: Moment) {
    this.opened = opened
    this.lostBy = opened
  }

  /** Nobody knows what was read: it means nothing and proves nothing. */
  get lost(): boolean {
    return (this.#flags & LOST) !== 0
  }

  /** The read held messages of different owners, or one that led here did. */
  get mixed(): boolean {
    return (this.#flags & MIXED) !== 0
  }

  /** The read held the reply of a call of which nobody knows who made it. */
  get unset(): boolean {
    return (this.#flags & UNSET) !== 0
  }

  /** It does not mean this request, read at that time: known though what it means may not be. */
  isOlderThan(readAt: number): boolean {
    return this.lost && this.lostBy.time < readAt
  }

  /** Whatever it means was decided. */
  get isSpent(): boolean {
    return this.request?.settled ?? true
  }

  /** The read carried bytes of this request. */
  readRequest(request: RequestLineage): void {
    this.means(request, false)
  }

  /** The read carried (the end of) this call's reply. */
  readReply(call: CallLineage): void {
    this.means(call.means, call.lost)
    this.repliedOn = call.exchange.socket
    if (call.lost && !this.mixed) this.lostBy = call.lostBy
    if (call.doubt === 'mixed-read') this.#flags |= MIXED
    if (call.unset) this.#flags |= UNSET
    // Marks on decided calls are no use: so no chain grows for ever.
    if (call.means && !call.means.settled && !isAmong(this.openers, call))
      this.openers = withOne(this.openers, call)
  }

  made(call: CallLineage): void {
    if (countOf(this.calls) < MAX_CALLS) this.calls = withOne(this.calls, call)
  }

  private means(request: RequestLineage | undefined, lost: boolean): void {
    const isRead = (this.#flags & READ) !== 0
    if (isRead && (this.request !== request || lost !== this.lost)) {
      this.#flags |= MIXED | LOST
      this.request = undefined
      return
    }
    this.#flags = lost ? this.#flags | READ | LOST : (this.#flags | READ) & ~LOST
    this.request = request
  }
}

/** Segments by the kernel's context id, which is never reused. */
export class Segments {
  /** One ring of slots per CPU: an id is the CPU's number above a count. */
  readonly #byCpu: (Segment | undefined)[][] = []
  readonly #kept = new Timeline<Segment>(LOOK_AGAIN)
  #size = 0

  /** An ingress opened this context; what it means is said as its bytes are understood. */
  open(moment: Moment): void {
    const { context, time } = moment
    if (context === 0) return
    const segment = new Segment(moment)
    const slots = this.#slots(context)
    const place = context % SLOTS
    if (slots[place] === undefined) this.#size++
    slots[place] = segment
    this.#kept.add(segment, time)
    this.#forget(time)
  }

  get(context: number): Segment | undefined {
    if (context === 0) return undefined
    const segment = this.#byCpu[Math.floor(context / CPU_STEP)]?.[context % SLOTS]
    return segment?.opened.context === context ? segment : undefined
  }

  get size(): number {
    return this.#size
  }

  #slots(context: number): (Segment | undefined)[] {
    const cpu = Math.floor(context / CPU_STEP)
    let slots = this.#byCpu[cpu]
    if (slots === undefined) {
      slots = []
      this.#byCpu[cpu] = slots
    }
    return slots
  }

  #forget(now: MonotonicNs): void {
    for (let one = this.#kept.due(now); one; one = this.#kept.due(now)) {
      if (one.isSpent || one.opened.time < now - MAX_AGE) this.#drop(one)
      else this.#kept.add(one, now)
    }
  }

  #drop(segment: Segment): void {
    const slots = this.#slots(segment.opened.context)
    const place = segment.opened.context % SLOTS
    if (slots[place] !== segment) return
    slots[place] = undefined
    this.#size--
  }
}
