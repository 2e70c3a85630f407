import type { ReadableSpan } from './sdk.ts'

/** Where finished spans go. Each sink counts what it takes: all that was accepted, by what became of it. */
export interface SpanSink {
  /** O(1), never waits and never throws: it is called between two events from the kernel. */
  accept(span: ReadableSpan): void
  /** Resolves when all that was accepted is out, or after `deadlineMs`. Never rejects. */
  flush(deadlineMs: number): Promise<void>
  /** `flush`, then the end: what is left is counted, what comes later too. Never rejects. */
  shutdown(deadlineMs: number): Promise<void>
}
