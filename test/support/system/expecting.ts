import { expect } from 'vitest'
import type { SeenSpan } from './spans.ts'
import { pathOf } from './truth.ts'

/** The only span of its kind, service and path. */
export function one(
  spans: readonly SeenSpan[],
  kind: SeenSpan['kind'],
  path: string,
  service?: string,
): SeenSpan {
  const found = spans.filter(
    (span) =>
      span.kind === kind &&
      pathOf(span) === path &&
      (service === undefined || span.resource['service.name'] === service),
  )
  expect(found, `${kind} ${path} of ${service ?? 'any service'}`).toHaveLength(1)
  return found[0]!
}

export function expectChild(child: SeenSpan, parent: SeenSpan): void {
  expect({ trace: child.traceId, parent: child.parentSpanId }).toEqual({
    trace: parent.traceId,
    parent: parent.spanId,
  })
}

/** How many spans there are of requests with this tag. */
export function countTagged(spans: readonly SeenSpan[], tag: string): number {
  return spans.filter((span) => pathOf(span).split('/')[2] === tag).length
}
