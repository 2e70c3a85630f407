import type { Clock, MonotonicNs, UnixNs } from '../base/time.ts'
import type { Log } from '../telemetry/log.ts'
import { withDeadline } from './deadline.ts'
import type { MetricGroup } from './metric.ts'
import type { MetricsClient } from './metrics-client.ts'
import { metricsRequest } from './metrics-request.ts'
import type { Answer } from './otlp-answer.ts'
import type { ResourceMetrics } from './sdk.ts'
import type { Timers } from './timers.ts'

export interface MetricsParts {
  /** For messages. */
  readonly endpoint: string
  readonly intervalMs: number
  readonly connect: () => MetricsClient
  readonly read: () => MetricGroup[]
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
}

/**
 * Sends the agent's metrics every so often, and once more at the end. Nothing waits and nothing is
 * tried again: the next reading holds all that a lost one did.
 */
export class MetricsSender {
  readonly #parts: MetricsParts
  readonly #start: UnixNs
  /** undefined after a failure: the next attempt reads certificates anew. */
  #client: MetricsClient | undefined
  #inFlight = false
  #failing = false
  #cancel: (() => void) | undefined

  /** Throws what `connect` throws. */
  constructor(parts: MetricsParts) {
    this.#parts = parts
    this.#client = parts.connect()
    this.#start = parts.clock.unix(0 as MonotonicNs)
  }

  start(): void {
    const { timers, intervalMs } = this.#parts
    this.#cancel = timers.after(intervalMs, () => {
      this.start()
      this.#send(() => {})
    })
  }

  /** The last reading is sent, unless nobody took the one before. */
  async stop(deadlineMs: number): Promise<void> {
    this.#cancel?.()
    if (!this.#failing && !this.#inFlight)
      await withDeadline(this.#parts.timers, deadlineMs, (done) => this.#send(done))
    this.#client?.close()
  }

  #send(done: () => void): void {
    if (this.#inFlight) return
    this.#inFlight = true
    const { clock, read } = this.#parts
    const period = { start: this.#start, end: clock.unix(clock.now()) }
    const groups = read().map((group) => metricsRequest(group, period))
    this.#attempt(groups, (answer) => {
      this.#inFlight = false
      this.#answered(answer)
      done()
    })
  }

  #attempt(groups: readonly ResourceMetrics[], done: (answer: Answer) => void): void {
    try {
      this.#client ??= this.#parts.connect()
    } catch (error) {
      done({ kind: 'refused', message: `no new connection: ${error}` })
      return
    }
    this.#client.send(groups, done)
  }

  /** Only changes are told: who takes no metrics would be told of every minute. */
  #answered(answer: Answer): void {
    const { endpoint, log } = this.#parts
    const problem = problemOf(answer)
    if (problem === '') {
      if (this.#failing) log.info('metrics-taken', `${endpoint} takes the agent's metrics again`)
      this.#failing = false
      return
    }
    if (answer.kind === 'retry') this.#disconnect()
    if (this.#failing) return
    this.#failing = true
    const level = problem.includes('UNIMPLEMENTED') ? 'info' : 'warn'
    log[level](
      'metrics-not-taken',
      `${endpoint} takes no metrics of the agent (${problem}); OTEL_METRICS_EXPORTER=none sends none`,
    )
  }

  #disconnect(): void {
    this.#client?.close()
    this.#client = undefined
  }
}

function problemOf(answer: Answer): string {
  if (answer.kind !== 'accepted') return answer.message
  return answer.rejected > 0 ? `${answer.rejected} refused: ${answer.message}` : ''
}
