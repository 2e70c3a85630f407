import type { Hook } from '../loader/hooks.ts'
import type { ContextFunctions } from '../processes/python-identity.ts'
import type { Counter } from '../telemetry/counter.ts'

export type BirthsOutcome = 'seen' | 'functions-unknown' | 'refused' | 'no-room'

/** Each has two hooks, which cost the process some two microseconds for each context object. */
const MAX_PROCESSES = 512

export interface ContextBirthsParts {
  attach(hooks: readonly Hook[]): void
  detach(hooks: readonly Hook[]): Promise<void>
  /** Of how many processes births are seen. */
  count(processes: number): void
  readonly counter: Counter<BirthsOutcome>
}

/** Has it seen which context object was copied from which, in processes of CPython. */
export class ContextBirths {
  readonly #parts: ContextBirthsParts
  readonly #hooks = new Map<number, readonly Hook[]>()
  readonly #outcomes = new Map<number, BirthsOutcome>()

  constructor(parts: ContextBirthsParts) {
    this.#parts = parts
  }

  /** Asked for again, nothing happens. */
  attach(tgid: number, functions: ContextFunctions | undefined): void {
    if (this.#outcomes.has(tgid)) return
    const outcome = functions ? this.#attach(tgid, functions) : 'functions-unknown'
    this.#outcomes.set(tgid, outcome)
    this.#parts.counter.add(outcome)
    this.#parts.count(this.#hooks.size)
  }

  detach(tgid: number): void {
    this.#outcomes.delete(tgid)
    const hooks = this.#hooks.get(tgid)
    if (!hooks) return
    this.#hooks.delete(tgid)
    this.#parts.count(this.#hooks.size)
    void this.#parts.detach(hooks)
  }

  outcome(tgid: number): BirthsOutcome | undefined {
    return this.#outcomes.get(tgid)
  }

  #attach(tgid: number, functions: ContextFunctions): BirthsOutcome {
    if (this.#hooks.size >= MAX_PROCESSES) return 'no-room'
    const hooks = hooksOf(tgid, functions)
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

/** What frees comes first: an object whose end is not seen must not have a birth. */
function hooksOf(tgid: number, { path, copyCurrent, dealloc }: ContextFunctions): readonly Hook[] {
  const target = { tgid, path }
  return [
    {
      program: 'on_context_gone',
      tracepoint: '',
      function: { ...target, offset: dealloc, atReturn: false },
    },
    {
      program: 'on_context_born',
      tracepoint: '',
      function: { ...target, offset: copyCurrent, atReturn: true },
    },
  ]
}
