import { MS } from '../base/time.ts'
import type { Moment } from './moment.ts'

/** Operations that may wait for one before them. */
const MAX_WAITING = 8
/** A thread is stamped when it has left the socket's lock: this long it may have been kept off its CPU. */
const MAX_WAIT = 50 * MS
const NONE = new Uint8Array(0)

/** An operation that came before its turn. */
export interface Early {
  position: number
  length: number
  /** Own copy. */
  bytes: Uint8Array
  readonly moment: Moment
  /** Two operations claimed the same place: neither is to be believed. */
  conflict: boolean
}

/** Operations of one direction that wait for one before them, sorted by position. */
export class Reordering {
  /** Made when one is: nearly all come in order. */
  #early: Early[] | undefined
  #since: number
  #tid: number
  /** One thread's operations are seen in order: then nothing can be on its way. */
  #severalThreads: boolean

  constructor() {
    this.#early = undefined
    this.#since = 0
    this.#tid = -1
    this.#severalThreads = false
  }

  get size(): number {
    return this.#early === undefined ? 0 : this.#early.length
  }

  get first(): Early | undefined {
    return this.#early?.[0]
  }

  sawThread(tid: number): void {
    if (this.#tid !== -1 && this.#tid !== tid) this.#severalThreads = true
    this.#tid = tid
  }

  /** False: it overlaps one that waits. */
  add(position: number, length: number, bytes: Uint8Array, moment: Moment): boolean {
    this.#early ??= []
    const early = this.#early
    if (early.length === 0) this.#since = moment.time
    let at = early.length
    while (at > 0 && early[at - 1]!.position > position) at--
    if (!overlaps(early, at, position, length)) {
      early.splice(at, 0, { position, length, bytes: bytes.slice(), moment, conflict: false })
      return true
    }
    early.splice(at, 0, { position, length, bytes: NONE, moment, conflict: true })
    mergeAround(early, at)
    return false
  }

  shift(): void {
    this.#early?.shift()
  }

  clear(): void {
    this.#early = undefined
  }

  /** What is missing will not come any more. */
  isHopeless(now: number): boolean {
    return !this.#severalThreads || this.size > MAX_WAITING || now - this.#since >= MAX_WAIT
  }

  shiftPositions(by: number): void {
    for (const early of this.#early ?? []) early.position += by
  }
}

function overlaps(early: readonly Early[], at: number, position: number, length: number): boolean {
  const before = early[at - 1]
  const after = early[at]
  return (
    (before !== undefined && before.position + before.length > position) ||
    (after !== undefined && position + length > after.position)
  )
}

/** One of all that overlap. */
function mergeAround(early: Early[], index: number): void {
  let at = index
  while (at > 0 && early[at - 1]!.position + early[at - 1]!.length > early[at]!.position) {
    merge(early, at - 1)
    at--
  }
  while (at + 1 < early.length && early[at]!.position + early[at]!.length > early[at + 1]!.position)
    merge(early, at)
}

function merge(early: Early[], at: number): void {
  const first = early[at]!
  const second = early[at + 1]!
  const end = Math.max(first.position + first.length, second.position + second.length)
  first.length = end - first.position
  first.bytes = NONE
  first.conflict = true
  early.splice(at + 1, 1)
}
