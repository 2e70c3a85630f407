import { retryDelayMs } from './otlp-retry-info.ts'

/** What came of one attempt to send a batch. */
export type Answer =
  | { readonly kind: 'accepted'; readonly rejected: number; readonly message: string }
  | {
      readonly kind: 'retry'
      /** gRPC status; undefined when the attempt failed before it left this process. */
      readonly code: number | undefined
      /** What the server asked for. */
      readonly delayMs: number | undefined
      readonly message: string
    }
  /** Not these spans together: too many bytes, or one of them cannot be encoded. */
  | { readonly kind: 'cut'; readonly message: string }
  | { readonly kind: 'refused'; readonly message: string }

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
export const DEADLINE_EXCEEDED = 4
export const UNAVAILABLE = 14
const RESOURCE_EXHAUSTED = 8
const INTERNAL = 13

/**
 * CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS; RESOURCE_EXHAUSTED
 * only with RetryInfo. https://opentelemetry.io/docs/specs/otlp/#failures
 */
const RETRYABLE: ReadonlySet<number> = new Set([1, DEADLINE_EXCEEDED, 10, 11, UNAVAILABLE, 15])

interface ServiceError {
  readonly code: number
  readonly details: string
  readonly metadata: { get(key: string): unknown[] } | undefined
}

/** Sorts what the exporter reported. */
export function answerOf(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error)
  if (!isServiceError(error)) return { kind: 'retry', code: undefined, delayMs: undefined, message }
  const { code } = error
  const delayMs = delayOf(error)
  if (RETRYABLE.has(code) || (code === RESOURCE_EXHAUSTED && delayMs !== undefined))
    return { kind: 'retry', code, delayMs, message }
  if (code === RESOURCE_EXHAUSTED && /larger than max/i.test(message))
    return { kind: 'cut', message }
  // grpc-js: the connection broke under the call (EPIPE, ECONNABORTED): the server said nothing.
  if (code === INTERNAL && message.includes('internal client error'))
    return { kind: 'retry', code: UNAVAILABLE, delayMs: undefined, message }
  return { kind: 'refused', message }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
}

function delayOf(error: ServiceError): number | undefined {
  const [status] = error.metadata?.get('grpc-status-details-bin') ?? []
  return status instanceof Uint8Array ? retryDelayMs(status) : undefined
}
