import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import type { CallLineage, RequestLineage } from './lineage.ts'
import { Timeline } from './timeline.ts'

/** Segments remembered; the oldest goes first. A call finds its segment while its request is undecided. */
const MAX_SEGMENTS = 262_144
const MAX_AGE = 30 * SECOND
/** Calls of one segment that are remembered as each other's siblings. */
const MAX_CALLS = 256

/**
 * What a thread does between two ingresses of a turn. It means the request whose bytes were read;
 * or, if a reply was read, whatever the asking call's segment meant; or nothing.
 */
export class Segment {
  readonly time: MonotonicNs
  request: RequestLineage | undefined = undefined
  /** The calls whose replies opened it. */
  readonly openers: CallLineage[] = []
  /** Calls made in it. */
  readonly calls: CallLineage[] = []
  /** Nobody knows what was read: it means nothing and proves nothing. */
  lost = true
  /** The read held messages of different owners. */
  mixed = false

  constructor(time: MonotonicNs) {
    this.time = time
  }

  /** The read carried bytes of this request. */
  readRequest(request: RequestLineage): void {
    this.#means(request, false)
  }

  /** The read carried (the end of) this call's reply. */
  readReply(call: CallLineage): void {
    this.#means(call.means, call.lost)
    // Marks on decided calls are no use: so no chain grows for ever.
    if (call.means && !call.means.settled && !this.openers.includes(call)) this.openers.push(call)
  }

  made(call: CallLineage): void {
    if (this.calls.length < MAX_CALLS) this.calls.push(call)
  }

  #means(request: RequestLineage | undefined, lost: boolean): void {
    if (this.#read && (this.request !== request || lost !== this.lost)) {
      this.mixed = true
      this.request = undefined
      this.lost = true
      return
    }
    this.#read = true
    this.request = request
    this.lost = lost
  }

  #read = false
}

/** Segments by the kernel's context id, which is never reused. */
export class Segments {
  readonly #byContext = new Map<number, Segment>()
  readonly #ages = new Timeline<number>(MAX_AGE)

  /** An ingress opened this context; what it means is said as its bytes are understood. */
  open(context: number, time: MonotonicNs): void {
    if (context === 0) return
    this.#byContext.set(context, new Segment(time))
    this.#ages.add(context, time)
    const horizon = this.#byContext.size > MAX_SEGMENTS ? Number.POSITIVE_INFINITY : time
    const oldest = this.#ages.due(horizon as MonotonicNs)
    if (oldest !== undefined) this.#byContext.delete(oldest)
  }

  get(context: number): Segment | undefined {
    return context === 0 ? undefined : this.#byContext.get(context)
  }

  get size(): number {
    return this.#byContext.size
  }
}
