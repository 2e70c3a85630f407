import { Oldest } from '../base/oldest.ts'
import { type MonotonicNs, MS } from '../base/time.ts'
import type { FoundNode, NodeDoubt } from '../processes/node-identity.ts'
import { type FoundPython, type IdentityDoubt, isPassing } from '../processes/python-identity.ts'
import type { Counter } from '../telemetry/counter.ts'

/**
 * When a process is looked at, after its start or its first bytes: it may import for seconds, and
 * threads that bear witness come later.
 */
const LOOKS = [0, 50 * MS, 250 * MS, 1000 * MS, 5000 * MS, 30_000 * MS]
/** Looks in a turn: each reads the map of a process, and any process of the host may start at any rate. */
const LOOKS_AT_ONCE = 64
/** Processes that wait for a look. */
const MAX_WAITING = 1024
const MAX_PROCESSES = 65_536
/** With so many threads in agreement no more looks are taken. */
const ENOUGH_THREADS = 2

/** What a runtime says of what its threads do. */
export type FoundIdentity = FoundPython | FoundNode
type Doubt = IdentityDoubt | NodeDoubt

export type IdentityOutcome = Doubt | 'found' | 'withdrawn' | 'no-room'

export interface IdentityWatchParts {
  /** undefined: it runs no such runtime. */
  find(tgid: number): FoundIdentity | Doubt | undefined
  /** Of a process that has moved nothing yet. */
  mayBeTraced(tgid: number): boolean
  /** Has the kernel side read it; false: no room. */
  read(tgid: number, identity: FoundIdentity): boolean
  stopReading(tgid: number): void
  /** Processes, by what came of looking at them. */
  readonly counter: Counter<IdentityOutcome>
}

interface Entry {
  readonly tgid: number
  readonly first: MonotonicNs
  readonly traced: boolean
  look: number
  due: number
}

/** Has the identity of what threads do read in processes of a runtime that shows it. */
export class IdentityWatch {
  readonly #parts: IdentityWatchParts
  readonly #outcomes = new Map<number, IdentityOutcome>()
  readonly #seen = new Set<number>()
  readonly #oldest = new Oldest(this.#seen)
  readonly #waiting: Entry[] = []

  constructor(parts: IdentityWatchParts) {
    this.#parts = parts
  }

  /** A traced process moved bytes: looked at now. */
  traced(tgid: number, now: MonotonicNs): void {
    if (this.#seen.has(tgid)) return
    // Ends of processes may be lost; one that lives is looked at again.
    if (this.#seen.size >= MAX_PROCESSES) this.exited(this.#oldest.next()!)
    this.#seen.add(tgid)
    this.#begin({ tgid, first: now, traced: true, look: 0, due: now })
  }

  /** One is there that has moved nothing yet. */
  present(tgid: number, now: MonotonicNs): void {
    this.#begin({ tgid, first: now, traced: false, look: 0, due: now })
  }

  /** Another program runs in the process. */
  started(tgid: number, now: MonotonicNs): void {
    this.exited(tgid)
    this.#wait({ tgid, first: now, traced: false, look: 1, due: now + LOOKS[1]! })
  }

  exited(tgid: number): void {
    if (this.#outcomes.get(tgid) === 'found') this.#parts.stopReading(tgid)
    this.#outcomes.delete(tgid)
    this.#seen.delete(tgid)
    this.#forget(tgid)
  }

  /** undefined: no process of a runtime that is looked at. */
  outcome(tgid: number): IdentityOutcome | undefined {
    return this.#outcomes.get(tgid)
  }

  /** Looks at the processes whose turn it is. */
  tick(now: MonotonicNs): void {
    let looks = 0
    for (let i = this.#waiting.length - 1; i >= 0 && looks < LOOKS_AT_ONCE; i--) {
      const entry = this.#waiting[i]!
      if (entry.due > now) continue
      looks++
      if (!this.#look(entry)) this.#waiting.splice(i, 1)
    }
  }

  #begin(entry: Entry): void {
    if (this.#outcomes.get(entry.tgid) === 'found') return
    this.#forget(entry.tgid)
    if (this.#look(entry)) this.#wait(entry)
  }

  #wait(entry: Entry): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(entry)
  }

  #forget(tgid: number): void {
    const at = this.#waiting.findIndex((entry) => entry.tgid === tgid)
    if (at >= 0) this.#waiting.splice(at, 1)
  }

  /** False: no further look is needed. */
  #look(entry: Entry): boolean {
    const { tgid } = entry
    const found = this.#parts.find(tgid)
    if (found === undefined || !(entry.traced || this.#parts.mayBeTraced(tgid))) return false
    entry.look++
    const next = LOOKS[entry.look]
    entry.due = entry.first + (next ?? 0)
    const isOpen = typeof found === 'string' ? isPassing(found) : found.threads < ENOUGH_THREADS
    const looksAgain = isOpen && next !== undefined
    this.#learn(tgid, found, looksAgain)
    return looksAgain
  }

  #learn(tgid: number, found: FoundIdentity | Doubt, looksAgain: boolean): void {
    const isRead = this.#outcomes.get(tgid) === 'found'
    if (typeof found !== 'string')
      this.#become(tgid, this.#parts.read(tgid, found) ? 'found' : 'no-room')
    else if (!isRead) this.#become(tgid, found)
    else if (!looksAgain) {
      this.#parts.stopReading(tgid)
      this.#become(tgid, 'withdrawn')
    }
  }

  #become(tgid: number, outcome: IdentityOutcome): void {
    if (this.#outcomes.get(tgid) === outcome) return
    this.#outcomes.set(tgid, outcome)
    this.#parts.counter.add(outcome)
  }
}
