import { Oldest } from '../base/oldest.ts'
import { type MonotonicNs, MS } from '../base/time.ts'

/** A process may make its loop's descriptor any time after its first bytes: when it is looked at, after those. */
const LOOKS = [0, 50 * MS, 250 * MS, 1000 * MS, 5000 * MS, 30_000 * MS]
const MAX_PROCESSES = 65_536

export interface LoopWatchParts {
  /** The process holds an eventpoll or io_uring descriptor, or was caught waiting for several. */
  holdsLoop(tgid: number): boolean
  /** Attaches the hooks that see the ends of turns; returns from when on they see. */
  attach(): MonotonicNs
  detach(): void
  /** What threads of the process did before `since` was seen without its waits. */
  seenSince(tgid: number, since: MonotonicNs): void
}

/**
 * Has the loop hooks attached while a traced process runs a loop: they cost every system call of
 * the host 40 to 60 ns.
 */
export class LoopWatch {
  readonly #parts: LoopWatchParts
  readonly #waiting: { tgid: number; look: number; due: number; first: number }[] = []
  readonly #loops = new Set<number>()
  readonly #known = new Set<number>()
  readonly #oldest = new Oldest(this.#known)
  /** From when on the hooks see; undefined: not attached. */
  #since: MonotonicNs | undefined

  constructor(parts: LoopWatchParts) {
    this.#parts = parts
  }

  get attached(): boolean {
    return this.#since !== undefined
  }

  /** A traced process moved bytes. */
  process(tgid: number, now: MonotonicNs): void {
    if (this.#known.has(tgid)) return
    // Ends of processes may be lost; one that lives is looked at again.
    if (this.#known.size >= MAX_PROCESSES) this.exited(this.#oldest.next()!)
    this.#known.add(tgid)
    this.#waiting.push({ tgid, look: 0, due: now, first: now })
  }

  exited(tgid: number): void {
    this.#known.delete(tgid)
    if (!this.#loops.delete(tgid) || this.#loops.size > 0 || !this.attached) return
    this.#parts.detach()
    this.#since = undefined
  }

  /** Looks at the processes whose turn it is. */
  tick(now: MonotonicNs): void {
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const entry = this.#waiting[i]!
      if (entry.due > now) continue
      if (this.#known.has(entry.tgid) && !this.#look(entry.tgid, entry.first)) {
        entry.look++
        const next = LOOKS[entry.look]
        entry.due = entry.first + (next ?? 0)
        if (next !== undefined) continue
      }
      this.#waiting.splice(i, 1)
    }
  }

  #look(tgid: number, first: number): boolean {
    if (!this.#parts.holdsLoop(tgid)) return false
    this.#loops.add(tgid)
    this.#since ??= this.#parts.attach()
    if (first < this.#since) this.#parts.seenSince(tgid, this.#since)
    return true
  }
}
