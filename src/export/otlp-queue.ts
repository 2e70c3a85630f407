import { Batch } from './otlp-batch.ts'
import type { ReadableSpan } from './sdk.ts'

const FIRST_CAPACITY = 1024

/**
 * Spans that wait to be sent, oldest first: batches that failed, then those never tried (a ring
 * that grows up to the bound). The bound itself is the owner's, who also knows what is in flight.
 */
export class SpanQueue {
  #ring: (ReadableSpan | undefined)[] = new Array(FIRST_CAPACITY)
  #head = 0
  #fresh = 0
  readonly #failed: Batch[] = []
  #failedSpans = 0

  /** Spans never tried. */
  get fresh(): number {
    return this.#fresh
  }

  get size(): number {
    return this.#fresh + this.#failedSpans
  }

  push(span: ReadableSpan): void {
    if (this.#fresh === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#fresh) & (this.#ring.length - 1)] = span
    this.#fresh++
  }

  putBack(batch: Batch): void {
    this.#failed.push(batch)
    this.#failedSpans += batch.size
  }

  /** False when nothing waits. */
  dropOldest(): boolean {
    const oldest = this.#failed[0]
    if (oldest) {
      oldest.spans.shift()
      this.#failedSpans--
      if (oldest.size === 0) this.#failed.shift()
      return true
    }
    return this.#shift() !== undefined
  }

  takeFailed(): Batch | undefined {
    const batch = this.#failed.shift()
    if (batch) this.#failedSpans -= batch.size
    return batch
  }

  /** At most `most` spans; nothing while there are fewer than `least`. */
  takeFresh(least: number, most: number): Batch | undefined {
    if (this.#fresh === 0 || this.#fresh < least) return undefined
    const spans: ReadableSpan[] = []
    while (spans.length < most) {
      const span = this.#shift()
      if (!span) break
      spans.push(span)
    }
    return new Batch(spans)
  }

  clear(): void {
    this.#ring = new Array(FIRST_CAPACITY)
    this.#head = 0
    this.#fresh = 0
    this.#failed.length = 0
    this.#failedSpans = 0
  }

  #shift(): ReadableSpan | undefined {
    if (this.#fresh === 0) return undefined
    const span = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#fresh--
    return span
  }

  #grow(): void {
    const old = this.#ring
    const wider: (ReadableSpan | undefined)[] = new Array(old.length * 2)
    for (let i = 0; i < this.#fresh; i++) wider[i] = old[(this.#head + i) & (old.length - 1)]
    this.#ring = wider
    this.#head = 0
  }
}
