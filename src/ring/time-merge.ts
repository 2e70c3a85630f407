import type { Counters } from '../telemetry/counters.ts'
import type { CpuRing } from './cpu-ring.ts'
import type { EventSink } from './event-sink.ts'

/** Hands over the events of all rings in one order of time: a heap of rings by their next event. */
export class TimeMerge {
  readonly #counter: Counters['transport']
  #rings: readonly CpuRing[]
  #heap: Int32Array
  /** Time of each ring's next event. */
  #next: Float64Array
  #size: number
  /** Time of the latest event handed over in this life. */
  #newest: number

  constructor(counter: Counters['transport']) {
    this.#counter = counter
    this.#rings = []
    this.#heap = new Int32Array(0)
    this.#next = new Float64Array(0)
    this.#size = 0
    this.#newest = -Infinity
  }

  /** Starts anew on what is pending in these rings. */
  begin(rings: readonly CpuRing[]): void {
    if (this.#heap.length < rings.length) {
      this.#heap = new Int32Array(rings.length)
      this.#next = new Float64Array(rings.length)
    }
    this.#rings = rings
    this.#size = 0
    for (let i = 0; i < rings.length; i++) {
      const { pending } = rings[i]!
      if (pending.empty) continue
      this.#next[i] = pending.times[pending.first]!
      this.#heap[this.#size++] = i
    }
    for (let slot = (this.#size >> 1) - 1; slot >= 0; slot--) this.#sink(slot)
  }

  /** Everything up to this time was handed over, as far as what is pending tells. */
  get before(): number {
    return this.#newest - 1
  }

  /** Hands over events up to `limit`, about `most`; 0 when there are none. */
  step(limit: number, most: number, sink: EventSink): number {
    let count = 0
    while (this.#size > 0 && count < most) {
      const top = this.#heap[0]!
      if (this.#next[top]! > limit) break
      const ring = this.#rings[top]!
      const run = ring.deliver(Math.min(limit, this.#secondTime()), most - count, sink)
      this.#judge(ring, run)
      this.#settle(top, ring)
      count += run
    }
    return count
  }

  /** Counts the events that came after later ones: their CPU was not waited for. */
  #judge({ pending }: CpuRing, run: number): void {
    const { times, first } = pending
    for (let i = first - run; i < first && times[i]! < this.#newest; i++) {
      this.#counter.add('event-late')
    }
    this.#newest = Math.max(this.#newest, times[first - 1]!)
  }

  #secondTime(): number {
    const left = this.#size > 1 ? this.#next[this.#heap[1]!]! : Infinity
    const right = this.#size > 2 ? this.#next[this.#heap[2]!]! : Infinity
    return Math.min(left, right)
  }

  /** Puts the ring on top in its new place. */
  #settle(top: number, { pending }: CpuRing): void {
    if (pending.empty) this.#heap[0] = this.#heap[--this.#size]!
    else this.#next[top] = pending.times[pending.first]!
    this.#sink(0)
  }

  #sink(from: number): void {
    const heap = this.#heap
    const next = this.#next
    const ring = heap[from]!
    let slot = from
    for (let child = 2 * slot + 1; child < this.#size; child = 2 * slot + 1) {
      if (child + 1 < this.#size && next[heap[child + 1]!]! < next[heap[child]!]!) child++
      if (next[heap[child]!]! >= next[ring]!) break
      heap[slot] = heap[child]!
      slot = child
    }
    heap[slot] = ring
  }
}
