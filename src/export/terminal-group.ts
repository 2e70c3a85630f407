import { type MonotonicNs, MS } from '../base/time.ts'
import type { ReadableSpan } from './sdk.ts'
import { isRoot } from './terminal-tree.ts'

/**
 * A parent is decided 0.3 s after its request's answer, and the spans below at about that time: a
 * trace is shown this long after its last span, and so long after its root at the latest.
 */
const QUIET = 60 * MS
const LONGEST_AFTER_ROOT = 150 * MS
/** The request is still open, e.g. a stream of events: its calls are shown meanwhile. */
const WITHOUT_ROOT = 2000 * MS

/** What has been said of a trace already. */
export interface Shown {
  readonly name: string
  readonly started: ReadableSpan['startTime']
  /** Left out, because too many came: so is what follows. */
  readonly hidden: boolean
}

/** Spans of one trace that wait to be shown together. */
export class Group {
  readonly spans: ReadableSpan[] = []
  /** Shown before: these spans came later. */
  readonly earlier: Shown | undefined
  readonly #opened: MonotonicNs
  #rootAt: MonotonicNs | undefined
  #lastAt: MonotonicNs

  constructor(earlier: Shown | undefined, now: MonotonicNs) {
    this.earlier = earlier
    this.#opened = now
    this.#lastAt = now
  }

  get hasRoot(): boolean {
    return this.#rootAt !== undefined
  }

  add(span: ReadableSpan, now: MonotonicNs): void {
    this.spans.push(span)
    this.#lastAt = now
    if (isRoot(span)) this.#rootAt ??= now
  }

  isDue(now: MonotonicNs): boolean {
    const from = this.#rootAt ?? (this.earlier ? this.#opened : undefined)
    if (from === undefined) return now - this.#opened >= WITHOUT_ROOT
    return now - this.#lastAt >= QUIET || now - from >= LONGEST_AFTER_ROOT
  }
}
