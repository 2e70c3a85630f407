import { MS } from '../base/time.ts'
import type { Drain } from './drain.ts'
import type { Wake } from './memory.ts'
import { nodeTimers, type Timers } from './timers.ts'

/** Naps while there is traffic: the longer it lasts, the longer the nap. */
const SHORTEST_NAP = 2 // ms
const LONGEST_NAP = 5 // ms
const TURNS_PER_MS = 8

/** Flushing takes at most this share of the time, up to the longest latency it may cost. */
const FLUSH_SHARE = 0.05
const LONGEST_FLUSH_NAP = 20 // ms

/** Turns without an event before the reader goes to sleep. */
const IDLE_TURNS = 2

/** While asleep the horizon moves on all the same: whoever waits for time to pass sees it pass. */
const HEARTBEAT = 100 // ms
const SLOW_HEARTBEAT = 1000 // ms
const FAST_BEATS = 30

/** Rounds tried at the end to have a last one that passes every CPU. */
const LAST_ROUNDS = 50

/**
 * When the rings are drained: naps of some ms while there is traffic, else asleep until an emitter
 * wakes the reader (a wake-up costs the emitter 8 µs, so it is asked for only then).
 */
export class DrainLoop {
  readonly #drain: Drain
  readonly #wake: Wake
  readonly #timers: Timers
  #timer: unknown
  #running: boolean
  #asleep: boolean
  /** Turns in a row with events, and without. */
  #busyTurns: number
  #idleTurns: number
  #beats: number

  constructor(drain: Drain, wake: Wake, timers: Timers = nodeTimers) {
    this.#drain = drain
    this.#wake = wake
    this.#timers = timers
    this.#timer = undefined
    this.#running = false
    this.#asleep = false
    this.#busyTurns = 0
    this.#idleTurns = 0
    this.#beats = 0
  }

  start(): void {
    this.#running = true
    this.#turn()
  }

  /** Ends after everything emitted before the call was handed over, however much comes meanwhile. */
  async stop(): Promise<void> {
    const until = this.#drain.now
    this.#running = false
    if (this.#asleep) this.#getUp()
    this.#timers.cancel(this.#timer)
    for (let round = 0; round < LAST_ROUNDS; round++) {
      while (this.#drain.midway) await this.#turnAfter(0)
      if (this.#drain.hasPassed(until)) break
      await this.#turnAfter(1) // more than the margin of a horizon
    }
  }

  readonly #turn = (): void => {
    if (!this.#running) return
    this.#note(this.#drain.turn())
    if (this.#drain.midway) this.#timers.soon(this.#turn)
    else if (this.#idleTurns < IDLE_TURNS) this.#nap()
    else this.#sleep()
  }

  #note(events: number): void {
    this.#busyTurns = events > 0 ? this.#busyTurns + 1 : 0
    this.#idleTurns = events > 0 ? 0 : this.#idleTurns + 1
  }

  #nap(): void {
    const traffic = Math.min(LONGEST_NAP, SHORTEST_NAP + this.#busyTurns / TURNS_PER_MS)
    const flushes = Math.min(LONGEST_FLUSH_NAP, this.#drain.flushTime / FLUSH_SHARE / MS)
    this.#timer = this.#timers.after(Math.max(traffic, flushes), this.#turn)
  }

  #sleep(): void {
    this.#arm()
    // What was emitted before the flag was set wakes nobody: look once more.
    this.#note(this.#drain.turn())
    if (!this.#drain.quiet || this.#idleTurns === 0) {
      this.#disarm()
      this.#idleTurns = 0
      this.#nap()
      return
    }
    this.#asleep = true
    this.#beats = 0
    this.#wake.start(this.#woken)
    this.#timer = this.#timers.after(HEARTBEAT, this.#beat)
  }

  readonly #woken = (): void => {
    if (!this.#asleep) return
    this.#getUp()
    this.#turn()
  }

  readonly #beat = (): void => {
    if (!this.#asleep) return
    const events = this.#drain.turn()
    if (events > 0 || !this.#drain.quiet) {
      this.#getUp()
      this.#note(events)
      this.#nap()
      return
    }
    this.#beats++
    const pause = this.#beats < FAST_BEATS ? HEARTBEAT : SLOW_HEARTBEAT
    this.#timer = this.#timers.after(pause, this.#beat)
  }

  #getUp(): void {
    this.#asleep = false
    this.#wake.stop()
    this.#timers.cancel(this.#timer)
    this.#disarm()
    this.#idleTurns = 0
  }

  #arm(): void {
    Atomics.store(this.#wake.flag, 0, 1)
  }

  #disarm(): void {
    Atomics.store(this.#wake.flag, 0, 0)
  }

  #turnAfter(ms: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#timers.after(ms, () => {
        try {
          resolve(this.#drain.turn())
        } catch (error) {
          reject(error)
        }
      })
    })
  }
}
