import type { Clock, MonotonicNs } from '../base/time.ts'
import { MS, SECOND } from '../base/time.ts'
import type { Log } from '../telemetry/log.ts'
import { type Answer, DEADLINE_EXCEEDED, UNAVAILABLE } from './otlp-answer.ts'
import type { Batch } from './otlp-batch.ts'
import type { OtlpClient } from './otlp-client.ts'
import type { Timers } from './timers.ts'

/** Well below the exporter's own limit of 30, which it answers with a failure. */
const MOST_IN_FLIGHT = 8
/** grpc-js waits up to 120 s before it connects again; a new client connects at once. */
const RECONNECT_AFTER = 5 * SECOND
const REMIND_AFTER = 60 * SECOND

export interface SenderParts {
  readonly connect: () => OtlpClient
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** For messages. */
  readonly endpoint: string
  /** One attempt takes no longer; 0: no limit but the exporter's own. */
  readonly timeoutMs: number
}

/** Sends batches, several at a time, and knows whether the collector is there. */
export class OtlpSender {
  readonly #parts: SenderParts
  readonly #inFlight = new Set<Batch>()
  #inFlightSpans = 0
  #client: OtlpClient
  #failingSince: MonotonicNs | undefined
  #connectedAt: MonotonicNs
  #remindedAt: MonotonicNs | undefined
  /** Batches that got through. */
  successes = 0

  constructor(parts: SenderParts) {
    this.#parts = parts
    this.#client = parts.connect()
    this.#connectedAt = parts.clock.now()
  }

  get inFlightSpans(): number {
    return this.#inFlightSpans
  }

  /** While the collector fails, one batch at a time tries whether it is back. */
  get isFull(): boolean {
    return this.#inFlight.size >= (this.#failingSince === undefined ? MOST_IN_FLIGHT : 1)
  }

  failingForMs(): number {
    if (this.#failingSince === undefined) return 0
    return (this.#parts.clock.now() - this.#failingSince) / MS
  }

  /** `done` is called once, unless the batch is abandoned before. */
  send(batch: Batch, done: (batch: Batch, answer: Answer) => void): void {
    this.#inFlight.add(batch)
    this.#inFlightSpans += batch.size
    let settled = false
    let disarm = () => {}
    const settle = (answer: Answer) => {
      if (settled) return
      settled = true
      disarm()
      if (!this.#inFlight.delete(batch)) return
      this.#inFlightSpans -= batch.size
      this.#learn(answer)
      done(batch, answer)
    }
    const { timeoutMs } = this.#parts
    if (timeoutMs > 0)
      disarm = this.#parts.timers.after(timeoutMs, () => settle(noAnswer(timeoutMs)))
    this.#client.send(batch.spans, settle)
  }

  /** Forgets what is in flight, whatever becomes of it; returns how many spans that were. */
  abandon(): number {
    const spans = this.#inFlightSpans
    this.#inFlight.clear()
    this.#inFlightSpans = 0
    return spans
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  #learn(answer: Answer): void {
    if (answer.kind !== 'retry') {
      if (answer.kind === 'accepted') this.successes++
      this.#recovered()
      return
    }
    const now = this.#parts.clock.now()
    this.#failingSince ??= now
    if (this.#remindedAt === undefined || now - this.#remindedAt >= REMIND_AFTER) {
      this.#remindedAt = now
      this.#parts.log.warn('export-unavailable', this.#complaint(answer.message))
    }
    if (isConnectionTrouble(answer.code) && now - this.#connectedAt >= RECONNECT_AFTER)
      this.#reconnect(now)
  }

  #recovered(): void {
    if (this.#failingSince === undefined) return
    const seconds = Math.round(this.failingForMs() / 1000)
    this.#failingSince = undefined
    this.#remindedAt = undefined
    this.#parts.log.info(
      'export-recovered',
      `${this.#parts.endpoint} answers again, after ${seconds} s`,
    )
  }

  #complaint(message: string): string {
    const seconds = Math.round(this.failingForMs() / 1000)
    const since = seconds > 0 ? ` for ${seconds} s` : ''
    return `${this.#parts.endpoint} takes no spans${since} (${message}); they wait and are sent later`
  }

  /** Only when nothing is in flight, so that no batch loses its connection. */
  #reconnect(now: MonotonicNs): void {
    if (this.#inFlight.size > 0) return
    this.#connectedAt = now
    const old = this.#client
    try {
      this.#client = this.#parts.connect()
    } catch (error) {
      this.#parts.log.error('export-unavailable', `no new connection: ${error}`)
      return
    }
    void old.close()
  }
}

function isConnectionTrouble(code: number | undefined): boolean {
  return code === UNAVAILABLE || code === DEADLINE_EXCEEDED || code === undefined
}

function noAnswer(timeoutMs: number): Answer {
  return {
    kind: 'retry',
    code: DEADLINE_EXCEEDED,
    delayMs: undefined,
    message: `no answer within ${timeoutMs} ms`,
  }
}
