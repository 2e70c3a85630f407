import type { Clock } from '../base/time.ts'
import { MS } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Log } from '../telemetry/log.ts'
import { withDeadline } from './deadline.ts'
import type { SpanSink } from './exporter.ts'
import { type Answer, UNAVAILABLE } from './otlp-answer.ts'
import { Backoff } from './otlp-backoff.ts'
import type { Batch } from './otlp-batch.ts'
import type { OtlpClient } from './otlp-client.ts'
import { SpanQueue } from './otlp-queue.ts'
import { OtlpSender } from './otlp-sender.ts'
import type { ReadableSpan } from './sdk.ts'
import type { Timers } from './timers.ts'

/** 480 bytes a span: beyond this a request comes near the 4 MiB that gRPC servers take by default. */
const MOST_IN_BATCH = 2048
/** A batch that failed so often while others got through is itself the trouble. */
const MOST_OVERTAKEN = 5
/** At the end of a run the collector is tried more often. */
const LONGEST_PAUSE_IN_FLUSH_MS = 500
const LONGEST_CLOSE_MS = 1000

export interface OtlpParts {
  readonly batch: Config['batch']
  /** For messages. */
  readonly endpoint: string
  readonly connect: () => OtlpClient
  readonly counters: Counters
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
  /** As Math.random: spreads the retries of several agents. */
  readonly random: () => number
}

/**
 * Spans on their way to a collector. All that is held (waiting, failed, in flight) stays within
 * `maxQueueSize`; beyond it the oldest go, because who looks at traces after an outage looks at
 * now. What failed is tried until it is taken, refused for good, or pushed out.
 */
export class OtlpSink implements SpanSink {
  readonly #parts: OtlpParts
  readonly #queue = new SpanQueue()
  readonly #sender: OtlpSender
  readonly #backoff: Backoff
  readonly #batchSize: number
  readonly #waiting = new Set<() => void>()
  /** A batch goes out although it is not full: its oldest span waited long enough. */
  #due = false
  #pumping = false
  /** After a failure of its own kind a batch lets an untried one go first. */
  #freshFirst = false
  #cancelDelay: (() => void) | undefined
  #cancelPause: (() => void) | undefined
  #closed = false
  #fullSaid = false
  /** Closing, and the collector has been away for longer than we may wait. */
  #lastChance = false

  constructor(parts: OtlpParts) {
    this.#parts = parts
    const { maxExportBatchSize, maxQueueSize, exportTimeoutMs } = parts.batch
    this.#batchSize = Math.min(maxExportBatchSize, maxQueueSize, MOST_IN_BATCH)
    this.#sender = new OtlpSender({ ...parts, timeoutMs: exportTimeoutMs })
    this.#backoff = new Backoff(parts.random)
  }

  /** Spans accepted whose fate is open. */
  get held(): number {
    return this.#queue.size + this.#sender.inFlightSpans
  }

  accept(span: ReadableSpan): void {
    if (this.#closed) {
      this.#count('shutdown')
      return
    }
    if (this.held >= this.#parts.batch.maxQueueSize && !this.#makeRoom()) return
    this.#queue.push(span)
    if (this.#queue.fresh >= this.#batchSize) this.#wake()
    else this.#armDelay()
  }

  flush(deadlineMs: number): Promise<void> {
    if (this.held === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        cancel()
        this.#waiting.delete(finish)
        resolve()
      }
      const cancel = this.#parts.timers.after(deadlineMs, finish)
      this.#waiting.add(finish)
      this.#resume()
    })
  }

  async shutdown(deadlineMs: number): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const start = this.#parts.clock.now()
    this.#lastChance = this.#sender.failingForMs() > deadlineMs
    await this.flush(deadlineMs)
    const clean = this.held === 0
    this.#abandon()
    const left = deadlineMs - (this.#parts.clock.now() - start) / MS
    const closing = this.#sender.close()
    if (!clean) return // calls without an answer would be waited for
    await withDeadline(this.#parts.timers, Math.min(left, LONGEST_CLOSE_MS), (done) => {
      void closing.then(done)
    })
  }

  #count(reason: 'shutdown' | 'queue-full' | 'refused' | 'exported' | 'retries-exhausted', n = 1) {
    this.#parts.counters.spans.add(reason, n)
  }

  /** One span is dropped: the oldest, or the new one when all others are in flight. */
  #makeRoom(): boolean {
    const { maxQueueSize } = this.#parts.batch
    if (!this.#fullSaid)
      this.#parts.log.warn(
        'export-queue-full',
        `${maxQueueSize} spans wait for the collector and no more fit: the oldest are dropped, and counted as queue-full`,
      )
    this.#fullSaid = true
    this.#count('queue-full')
    return this.#queue.dropOldest()
  }

  #armDelay(): void {
    if (this.#cancelDelay || this.#due) return
    this.#cancelDelay = this.#parts.timers.after(this.#parts.batch.scheduleDelayMs, () => {
      this.#cancelDelay = undefined
      this.#due = true
      this.#wake()
    })
  }

  /** A batch takes up to 15 ms to encode: one a turn, so that the reading has its turns between. */
  #wake(): void {
    if (this.#pumping || this.#cancelPause || this.#sender.isFull) return
    this.#pumping = true
    this.#parts.timers.soon(() => {
      this.#pumping = false
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#cancelPause || this.#sender.isFull) return
    const batch = this.#nextBatch()
    if (!batch) return
    this.#sender.send(batch, (sent, answer) => this.#settled(sent, answer))
    this.#wake()
  }

  #nextBatch(): Batch | undefined {
    const failed = this.#freshFirst ? undefined : this.#queue.takeFailed()
    return failed ?? this.#takeFresh() ?? this.#queue.takeFailed()
  }

  #takeFresh(): Batch | undefined {
    const least = this.#due || this.#waiting.size > 0 ? 1 : this.#batchSize
    const batch = this.#queue.takeFresh(least, this.#batchSize)
    if (batch && batch.size < this.#batchSize) this.#due = false
    if (this.#queue.fresh === 0) this.#due = false
    else this.#armDelay()
    return batch
  }

  #settled(batch: Batch, answer: Answer): void {
    switch (answer.kind) {
      case 'accepted':
        this.#accepted(batch, answer.rejected, answer.message)
        break
      case 'retry':
        this.#failed(batch, answer)
        break
      case 'cut':
        this.#cut(batch, answer.message)
        break
      case 'refused':
        this.#refuse(batch.size, answer.message)
    }
    if (this.held === 0 || (this.#lastChance && answer.kind === 'retry')) this.#finishFlushes()
    this.#wake()
  }

  #accepted(batch: Batch, rejected: number, message: string): void {
    const refused = Math.min(rejected, batch.size)
    this.#count('exported', batch.size - refused)
    if (refused > 0) this.#refuse(refused, `partial success: ${message}`)
    else if (message !== '')
      this.#parts.log.warn('export-refused', `the collector says: ${message}`)
    this.#backoff.reset()
    this.#freshFirst = false
    this.#fullSaid = false
  }

  #failed(batch: Batch, answer: Answer & { kind: 'retry' }): void {
    batch.failed(this.#sender.successes)
    const stubborn = answer.code !== UNAVAILABLE
    if (stubborn && batch.overtaken >= MOST_OVERTAKEN) this.#giveUp(batch, answer.message)
    else this.#queue.putBack(batch)
    this.#freshFirst = stubborn && !this.#freshFirst
    if (!this.#cancelPause) this.#pause(this.#backoff.next(answer.delayMs), answer.delayMs)
  }

  #cut(batch: Batch, message: string): void {
    if (batch.size === 1) {
      this.#refuse(1, message)
      return
    }
    for (const half of batch.halves()) this.#queue.putBack(half)
  }

  #refuse(spans: number, message: string): void {
    this.#count('refused', spans)
    this.#parts.log.warn(
      'export-refused',
      `${this.#parts.endpoint} refused ${spans} spans: ${message}`,
    )
  }

  #giveUp(batch: Batch, message: string): void {
    this.#count('retries-exhausted', batch.size)
    this.#parts.log.warn(
      'export-gave-up',
      `${batch.size} spans failed again and again while others got through: ${message}`,
    )
  }

  #pause(ms: number, hintMs: number | undefined): void {
    const flushing = this.#waiting.size > 0 && hintMs === undefined
    const wait = flushing ? Math.min(ms, LONGEST_PAUSE_IN_FLUSH_MS) : ms
    this.#cancelPause = this.#parts.timers.after(wait, () => this.#resume())
  }

  #resume(): void {
    this.#cancelPause?.()
    this.#cancelPause = undefined
    this.#wake()
  }

  #finishFlushes(): void {
    for (const finish of [...this.#waiting]) finish()
  }

  #abandon(): void {
    this.#cancelDelay?.()
    this.#cancelPause?.()
    const lost = this.#queue.size + this.#sender.abandon()
    this.#queue.clear()
    if (lost === 0) return
    this.#count('shutdown', lost)
    this.#parts.log.warn(
      'export-unfinished',
      `${lost} spans were not sent to ${this.#parts.endpoint} before the end`,
    )
  }
}
