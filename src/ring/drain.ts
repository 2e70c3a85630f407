import type { Clock, MonotonicNs } from '../base/time.ts'
import { MS } from '../base/time.ts'
import type { Counters } from '../telemetry/counters.ts'
import { CpuRing } from './cpu-ring.ts'
import type { EventSink } from './event-sink.ts'
import { Horizons } from './horizons.ts'
import type { BurstMemory, Flusher, RingMemory } from './memory.ts'
import { TimeMerge } from './time-merge.ts'

/** Draining at a stretch; then others get their turn. */
const BUDGET = 5 * MS
/** Records read, or events handed over, between two looks at the clock. */
const STEP = 128
/** A round with a backlog lasts seconds: what was handed over is said between, or all would be kept till its end. */
const TELL_AFTER = 50 * MS
/** A ring fuller than this makes the merge less patient with busy CPUs. */
const PRESSED = 0.75

export interface DrainOptions {
  readonly rings: readonly RingMemory[]
  readonly bursts: BurstMemory
  readonly flusher: Flusher
  readonly sink: EventSink
  readonly clock: Clock
  /** CLOCK_MONOTONIC at the agent's start, ns: event times are counted from there. */
  readonly start: bigint
  readonly counter: Counters['transport']
}

/**
 * Drains the rings of all CPUs in rounds. A round takes a horizon, reads all that the rings hold
 * then, and hands over what is not later than the horizon; the rest stays in the rings.
 */
export class Drain {
  readonly #options: DrainOptions
  readonly #horizons: Horizons
  readonly #merge: TimeMerge
  readonly #rings: CpuRing[]
  /** Rings that the kernel left, and what to call once they are empty. */
  readonly #left: Map<CpuRing, () => void>
  #phase: 'rest' | 'index' | 'deliver'
  #horizon: number
  /** Rings read in the phase `index`. */
  #indexed: number
  #pressed: boolean
  /** What the sink was told last: everything up to there was handed over. */
  #told: number
  #fullest: number
  #delivered: number
  #turnedAt: MonotonicNs
  /** Of rings that are closed. */
  #bytesBefore: number

  constructor(options: DrainOptions) {
    const { bursts, flusher, clock, counter } = options
    this.#options = options
    this.#horizons = new Horizons(bursts, flusher, clock, counter)
    this.#merge = new TimeMerge(counter)
    this.#rings = options.rings.map((memory) => new CpuRing(memory, options.start, counter))
    this.#left = new Map()
    this.#phase = 'rest'
    this.#horizon = -Infinity
    this.#indexed = 0
    this.#pressed = false
    this.#fullest = 0
    this.#delivered = 0
    this.#turnedAt = options.clock.now()
    this.#bytesBefore = 0
    this.#told = this.#turnedAt
  }

  /** When the last turn began; before the first, when it was made. */
  get turnedAt(): MonotonicNs {
    return this.#turnedAt
  }

  /** Bytes read of all rings since the start. */
  get bytes(): number {
    return this.#rings.reduce((sum, ring) => sum + ring.bytes, this.#bytesBefore)
  }

  /** How full the fullest ring was when the last round began, 0 to 1. */
  get fullest(): number {
    return this.#fullest
  }

  /** Events handed over so far. */
  get delivered(): number {
    return this.#delivered
  }

  /** In the middle of a round: the budget ran out. */
  get midway(): boolean {
    return this.#phase !== 'rest'
  }

  /** The last round passed every CPU. */
  get complete(): boolean {
    return !this.midway && this.#horizons.complete
  }

  /** For `hasPassed`. */
  get now(): MonotonicNs {
    return this.#options.clock.now()
  }

  /** All that was emitted until `time` was handed over. */
  hasPassed(time: MonotonicNs): boolean {
    return !this.midway && this.#horizon >= time
  }

  /** Nothing waits anywhere: a reader who armed its wake-up before the last turn may sleep. */
  get quiet(): boolean {
    return this.complete && this.#rings.every((ring) => ring.pending.empty)
  }

  /** CPUs that were away for a moment, and whose rings take nothing any more: each is told once. */
  takeDead(): number[] {
    const dead = [...this.#horizons.dead]
    this.#horizons.dead.clear()
    return dead
  }

  /** Ns that the flushes of the last round took. */
  get flushTime(): number {
    return this.#horizons.flushTime
  }

  /** Begins a round or goes on with one, for the budget at most; returns the events handed over. */
  turn(): number {
    this.#turnedAt = this.#options.clock.now()
    const deadline = this.#turnedAt + BUDGET
    if (this.#phase === 'rest') this.#begin()
    if (this.#phase === 'index') this.#index(deadline)
    return this.#phase === 'deliver' ? this.#deliver(deadline) : 0
  }

  /** A CPU came, or came back: its events are read from `memory` too. */
  open(memory: RingMemory): void {
    const { start, counter } = this.#options
    counter.add('ring-opened-late')
    this.#rings.push(new CpuRing(memory, start, counter))
  }

  /** A CPU went: once what its ring still holds was handed over, `released` is called. */
  close(cpu: number, released: () => void): void {
    const ring = this.#rings.find((open) => open.cpu === cpu && !this.#left.has(open))
    if (ring === undefined) released()
    else this.#left.set(ring, released)
  }

  #begin(): void {
    this.#horizon = this.#horizons.advance(this.#pressed)
    this.#fullest = 0
    // After the horizon was taken: every event before it is in the rings by now.
    for (const ring of this.#rings) this.#fullest = Math.max(this.#fullest, ring.snapshot())
    this.#pressed = this.#fullest > PRESSED
    this.#indexed = 0
    this.#phase = 'index'
  }

  #index(deadline: number): void {
    for (; this.#indexed < this.#rings.length; this.#indexed++) {
      const ring = this.#rings[this.#indexed]!
      while (!ring.index(STEP)) {
        if (this.#options.clock.now() >= deadline) return
      }
    }
    this.#merge.begin(this.#rings)
    this.#phase = 'deliver'
  }

  #deliver(deadline: number): number {
    const { clock, sink } = this.#options
    let count = 0
    for (;;) {
      const step = this.#merge.step(this.#horizon, STEP, sink)
      count += step
      this.#delivered += step
      if (step < STEP) break
      if (clock.now() >= deadline) {
        this.#release()
        this.#tell(this.#merge.before, TELL_AFTER)
        return count
      }
    }
    this.#release()
    this.#phase = 'rest'
    this.#dropEmptied()
    this.#tell(this.#horizon, 0)
    return count
  }

  #tell(horizon: number, least: number): void {
    if (horizon < this.#told + least) return
    this.#told = horizon
    this.#options.sink.drained(horizon as MonotonicNs)
  }

  #release(): void {
    for (const ring of this.#rings) ring.release()
  }

  #dropEmptied(): void {
    for (const [ring, released] of this.#left) {
      if (!ring.pending.empty) continue
      this.#left.delete(ring)
      this.#bytesBefore += ring.bytes
      this.#rings.splice(this.#rings.indexOf(ring), 1)
      released()
    }
  }
}
