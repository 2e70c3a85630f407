import type { Answer } from '../../src/export/otlp-answer.ts'
import type { OtlpClient } from '../../src/export/otlp-client.ts'
import type { ReadableSpan } from '../../src/export/sdk.ts'
import type { FakeTime } from './fake-time.ts'

export const ACCEPTED: Answer = { kind: 'accepted', rejected: 0, message: '' }
export const REFUSED: Answer = { kind: 'refused', message: '3 INVALID_ARGUMENT: no' }

export function retry(code: number, delayMs?: number): Answer {
  return { kind: 'retry', code, delayMs, message: `code ${code}` }
}

type Behaviour = (spans: readonly ReadableSpan[]) => Answer | 'hang'

/**
 * A collector in the same process: answers as it is told after some milliseconds, or never, and
 * keeps the ids of what it took.
 */
export class ScriptedCollector {
  readonly taken: string[] = []
  readonly sizes: number[] = []
  attempts = 0
  connections = 0
  closed = 0
  inFlight = 0
  mostInFlight = 0
  answer: Behaviour = () => ACCEPTED
  latencyMs = 5
  readonly #time: FakeTime

  constructor(time: FakeTime) {
    this.#time = time
  }

  connect = (): OtlpClient => {
    this.connections++
    return {
      send: (spans, done) => this.#serve(spans, done),
      close: async () => {
        this.closed++
      },
    }
  }

  #serve(spans: readonly ReadableSpan[], done: (answer: Answer) => void): void {
    this.attempts++
    this.inFlight++
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight)
    const ids = spans.map((span) => span.spanContext().spanId)
    const answer = this.answer(spans)
    if (answer === 'hang') return
    this.#time.after(this.latencyMs, () => {
      this.inFlight--
      if (answer.kind === 'accepted') {
        this.sizes.push(ids.length)
        for (const id of ids) this.taken.push(id)
      }
      done(answer)
    })
  }
}
