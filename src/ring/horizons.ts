import type { Clock } from '../base/time.ts'
import { MS, SECOND } from '../base/time.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { BurstMemory, Flusher } from './memory.ts'

/** struct burst in bpf/include/wire.h, in words of 4 bytes. */
const BUSY = 0
const COUNT = 1

/**
 * Taken off the time read: a load may run before the clock is read, and bpf_ktime_get_ns may differ
 * by some ns from clock_gettime while the kernel adjusts its clock (kernel/time/timekeeping.c,
 * "fast" timekeepers).
 */
const MARGIN = 1000

/** Looks at a busy burst before its CPU is left for the next round; an emitter stays for 1 µs or so. */
const LOOKS = 64

/** A CPU that was busy at each of so many looks for so long no longer holds up the others. */
const PATIENCE_ROUNDS = 20
const PATIENCE = 1 * SECOND
const PATIENCE_FULL = 10 * MS

/**
 * Up to when each CPU's events are known to be in its ring: a time read before its burst was seen
 * neither busy nor holding events, or before a flush that met no emitter.
 */
export class Horizons {
  readonly #bursts: Int32Array
  /** From one CPU's burst to the next, in words. */
  readonly #stride: number
  readonly #flusher: Flusher
  readonly #clock: Clock
  readonly #counter: Counters['transport']
  /** By CPU. */
  readonly #passed: Float64Array
  readonly #failures: Int32Array
  /** What the flushes of the last round took, ns. */
  flushTime: number
  /** CPUs whose rings were found dead. */
  readonly dead: Set<number>
  /** The last round passed every CPU. */
  complete: boolean

  constructor(bursts: BurstMemory, flusher: Flusher, clock: Clock, counter: Counters['transport']) {
    this.#bursts = new Int32Array(bursts.mapping)
    this.#stride = bursts.stride >> 2
    this.#flusher = flusher
    this.#clock = clock
    this.#counter = counter
    const cpus = Math.floor(bursts.mapping.byteLength / bursts.stride)
    this.#passed = new Float64Array(cpus).fill(clock.now() - MARGIN)
    this.#failures = new Int32Array(cpus)
    this.flushTime = 0
    this.dead = new Set()
    this.complete = false
  }

  /**
   * Flushes what lingers and returns the time up to which every CPU's events are in the rings.
   * `pressed`: a ring is nearly full, events are about to be lost for the sake of their order.
   */
  advance(pressed: boolean): number {
    const now = this.#clock.now() - MARGIN
    let smallest = now
    this.flushTime = 0
    this.complete = true
    for (let cpu = 0; cpu < this.#passed.length; cpu++) {
      if (this.#passes(cpu)) {
        this.#passed[cpu] = now
        this.#failures[cpu] = 0
      } else {
        smallest = Math.min(smallest, this.#wait(cpu, now, pressed))
      }
    }
    return smallest
  }

  #passes(cpu: number): boolean {
    const at = cpu * this.#stride
    for (let look = 0; look < LOOKS; look++) {
      // In this order: busy falls after count rose.
      if (Atomics.load(this.#bursts, at + BUSY) !== 0) continue
      if (Atomics.load(this.#bursts, at + COUNT) === 0) return true
      const before = this.#clock.now()
      const result = this.#flusher.flush(cpu)
      this.flushTime += this.#clock.now() - before
      if (result === 'dead') this.dead.add(cpu)
      return result !== 'busy'
    }
    return false
  }

  /** How far the CPU holds up the others. */
  #wait(cpu: number, now: number, pressed: boolean): number {
    this.complete = false
    this.#failures[cpu]!++
    const passed = this.#passed[cpu]!
    const patience = pressed ? PATIENCE_FULL : PATIENCE
    if (this.#failures[cpu]! < PATIENCE_ROUNDS || now - passed < patience) return passed
    this.#counter.add('horizon-forced')
    this.#failures[cpu] = 0
    this.#passed[cpu] = now
    return now
  }
}
