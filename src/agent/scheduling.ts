import { Worker } from 'node:worker_threads'
import { effectiveCapabilities } from '../loader/native.ts'
import {
  BEATS,
  PLACES,
  runThreadsWhenIdle,
  type Shared,
  WATCHER,
  YIELDS,
} from './scheduling-shared.ts'

/** Without it no thread comes back from SCHED_IDLE (kernel/sched/syscalls.c, can_nice). */
const CAP_SYS_NICE = 1n << 23n
/** A thread with two lines of work, MB. */
const LIMITS = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 0.5 }

/** When this process runs: like any other, or only where no other has work. */
export class Scheduling {
  readonly #shared: Shared = new Int32Array(new SharedArrayBuffer(4 * PLACES))
  #watcher: Worker | undefined

  /** Without the right to come back this process stays like any other, whatever it `mayYield`. */
  constructor(mayYield: boolean) {
    if (!mayYield || (effectiveCapabilities() & CAP_SYS_NICE) === 0n) return
    const name = import.meta.url.replace(/(\.[jt]s)$/, '-watch$1')
    const options = { workerData: this.#shared, resourceLimits: LIMITS, name: 'scheduling' }
    this.#watcher = new Worker(new URL(name), options)
    this.#watcher.unref()
    this.#watcher.on('error', () => this.close())
  }

  get yields(): boolean {
    return Atomics.load(this.#shared, YIELDS) === 1
  }

  /** False: not possible, or not yet. */
  yield(yields: boolean): boolean {
    const watcher = Atomics.load(this.#shared, WATCHER)
    if (this.#watcher === undefined || watcher === 0) return false
    if (yields === this.yields) return true
    runThreadsWhenIdle(yields, watcher)
    Atomics.store(this.#shared, YIELDS, yields ? 1 : 0)
    Atomics.notify(this.#shared, YIELDS)
    return true
  }

  /** Said at least every half second while this process yields, or it yields no longer. */
  beat(): void {
    Atomics.add(this.#shared, BEATS, 1)
  }

  close(): void {
    this.yield(false)
    const watcher = this.#watcher
    this.#watcher = undefined
    void watcher?.terminate()
  }
}
