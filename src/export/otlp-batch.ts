import type { ReadableSpan } from './sdk.ts'

/** Spans that travel together, and how often they failed. */
export class Batch {
  readonly spans: ReadableSpan[]
  /** Failures between which other batches got through. */
  overtaken = 0
  /** Batches that had got through when this one failed last; -1: it has not failed. */
  successesSeen = -1

  constructor(spans: ReadableSpan[]) {
    this.spans = spans
  }

  get size(): number {
    return this.spans.length
  }

  failed(successes: number): void {
    if (this.successesSeen >= 0 && successes > this.successesSeen) this.overtaken++
    this.successesSeen = successes
  }

  halves(): [Batch, Batch] {
    const middle = this.size >> 1
    return [new Batch(this.spans.slice(0, middle)), new Batch(this.spans.slice(middle))]
  }
}
