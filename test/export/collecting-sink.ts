import type { SpanSink } from '../../src/export/exporter.ts'
import type { ReadableSpan } from '../../src/export/sdk.ts'

/** Keeps what it gets. */
export class CollectingSink implements SpanSink {
  readonly spans: ReadableSpan[] = []

  accept(span: ReadableSpan): void {
    this.spans.push(span)
  }

  async flush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
