import type { Hook } from '../loader/hooks.ts'
import type { Counter } from '../telemetry/counter.ts'

export type FunctionHooksOutcome = 'seen' | 'functions-unknown' | 'refused' | 'no-room'

/** Each has hooks of its own, which cost it a microsecond or two whenever a function is called. */
const MAX_PROCESSES = 512

export interface FunctionHooksParts<Functions> {
  /** The hooks of a process: all of them are attached, or none. */
  hooksOf(tgid: number, functions: Functions): readonly Hook[]
  attach(hooks: readonly Hook[]): void
  detach(hooks: readonly Hook[]): Promise<void>
  readonly counter: Counter<FunctionHooksOutcome>
  /** How many processes have hooks now. */
  count?(processes: number): void
}

/** Hooks in functions of single processes. */
export class FunctionHooks<Functions> {
  readonly #parts: FunctionHooksParts<Functions>
  readonly #hooks = new Map<number, readonly Hook[]>()
  readonly #outcomes = new Map<number, FunctionHooksOutcome>()

  constructor(parts: FunctionHooksParts<Functions>) {
    this.#parts = parts
  }

  /** `functions`: undefined if it is not known where they are. Asked for again, nothing happens. */
  attach(tgid: number, functions: Functions | undefined): void {
    if (this.#outcomes.has(tgid)) return
    const outcome = functions ? this.#attach(tgid, functions) : 'functions-unknown'
    this.#outcomes.set(tgid, outcome)
    this.#parts.counter.add(outcome)
    this.#parts.count?.(this.#hooks.size)
  }

  detach(tgid: number): void {
    this.#outcomes.delete(tgid)
    const hooks = this.#hooks.get(tgid)
    if (!hooks) return
    this.#hooks.delete(tgid)
    this.#parts.count?.(this.#hooks.size)
    void this.#parts.detach(hooks)
  }

  outcome(tgid: number): FunctionHooksOutcome | undefined {
    return this.#outcomes.get(tgid)
  }

  #attach(tgid: number, functions: Functions): FunctionHooksOutcome {
    if (this.#hooks.size >= MAX_PROCESSES) return 'no-room'
    const hooks = this.#parts.hooksOf(tgid, functions)
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
