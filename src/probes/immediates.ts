import type { Hook } from '../loader/hooks.ts'
import type { Counter } from '../telemetry/counter.ts'

export type ImmediatesOutcome = 'seen' | 'function-unknown' | 'refused' | 'no-room'

/** Each has a hook, which costs its loop about a microsecond a turn. */
const MAX_PROCESSES = 512

export interface ImmediatesParts {
  attach(hooks: readonly Hook[]): void
  detach(hooks: readonly Hook[]): Promise<void>
  readonly counter: Counter<ImmediatesOutcome>
}

/** A function in a file that the agent can open by this path. */
export interface LoopFunction {
  readonly path: string
  readonly offset: number
}

/** Has it seen when loops of Node begin to run immediates. */
export class Immediates {
  readonly #parts: ImmediatesParts
  readonly #hooks = new Map<number, readonly Hook[]>()
  readonly #outcomes = new Map<number, ImmediatesOutcome>()

  constructor(parts: ImmediatesParts) {
    this.#parts = parts
  }

  /** Asked for again, nothing happens. */
  attach(tgid: number, place: LoopFunction | undefined): void {
    if (this.#outcomes.has(tgid)) return
    const outcome = place ? this.#attach(tgid, place) : 'function-unknown'
    this.#outcomes.set(tgid, outcome)
    this.#parts.counter.add(outcome)
  }

  detach(tgid: number): void {
    this.#outcomes.delete(tgid)
    const hooks = this.#hooks.get(tgid)
    if (!hooks) return
    this.#hooks.delete(tgid)
    void this.#parts.detach(hooks)
  }

  outcome(tgid: number): ImmediatesOutcome | undefined {
    return this.#outcomes.get(tgid)
  }

  #attach(tgid: number, place: LoopFunction): ImmediatesOutcome {
    if (this.#hooks.size >= MAX_PROCESSES) return 'no-room'
    const hooks: readonly Hook[] = [
      { program: 'on_immediates', tracepoint: '', function: { ...place, tgid, atReturn: false } },
    ]
    try {
      this.#parts.attach(hooks)
    } catch {
      void this.#parts.detach(hooks)
      return 'refused'
    }
    this.#hooks.set(tgid, hooks)
    return 'seen'
  }
}
