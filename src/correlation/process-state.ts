import { AnswerTest } from './answer-test.ts'
import type { RequestLineage } from './lineage.ts'

/** What correlation keeps of one traced process. */
export class ProcessState {
  readonly tgid: number
  /** False where the runtime serves many activities on a thread, and none can be told apart. */
  readonly threadIsActivity: boolean
  /** Answers of blocking threads. */
  readonly answers = new AnswerTest()
  /** Requests read and not yet fully answered. */
  open = 0
  /** Open requests by the trace context they came with: `traceid-spanid` to the one, or to 'several'. */
  readonly #byHeader = new Map<string, RequestLineage | 'several'>()

  constructor(tgid: number, threadIsActivity: boolean) {
    this.tgid = tgid
    this.threadIsActivity = threadIsActivity
  }

  opened(request: RequestLineage): void {
    this.open++
    const key = headerKey(request)
    if (key) this.#byHeader.set(key, this.#byHeader.has(key) ? 'several' : request)
  }

  ended(request: RequestLineage): void {
    this.open--
    const key = headerKey(request)
    // 'several' stays until the last of the process ends: which of them is left cannot be told.
    if (key && (this.#byHeader.get(key) === request || this.open === 0)) this.#byHeader.delete(key)
    if (this.open === 0) this.#byHeader.clear()
  }

  /** The open request that came with the very trace context that this call carries. */
  cameWith(traceId: string, spanId: string): RequestLineage | undefined {
    const found = this.#byHeader.get(`${traceId}-${spanId}`)
    return found === 'several' ? undefined : found
  }
}

function headerKey(request: RequestLineage): string | undefined {
  return request.header && `${request.header.traceId}-${request.header.spanId}`
}
