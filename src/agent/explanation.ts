import type { AnswerTest } from '../correlation/answer-test.ts'
import type { HookPlan } from '../loader/hook-plan.ts'
import type { Process } from '../processes/process.ts'

/** What was seen of one process, and what was not: the answer of `underspan explain`. */
export interface Explanation {
  readonly process: Process
  /** '' when it is traced; else why not. */
  readonly leftOut: string
  readonly hooks: readonly ExplainedHook[]
  readonly sockets: readonly ExplainedSocket[]
  readonly model: { readonly name: string; readonly why: string }
  /** The answer test. */
  readonly answers: {
    readonly confirmed: number
    readonly contradicted: number
    readonly unknown: number
  }
  /** Sentences: what could not be seen, and why. */
  readonly unseen: readonly string[]
}

export interface ExplainedHook {
  readonly name: string
  readonly attached: boolean
  /** What it sees, or why it is not attached. */
  readonly note: string
}

export interface ExplainedSocket {
  readonly local: string
  readonly remote: string
  readonly role: string
  readonly protocol: string
  readonly exchanges: number
  readonly note: string
}

/** A row for each alternative of each need. */
export function explainHooks(plan: HookPlan, attached: readonly string[]): ExplainedHook[] {
  const on = new Set(attached)
  return plan.rows.flatMap(({ need, alternatives, choice }) =>
    alternatives.map((one) => {
      const isAttached = one === choice && one.hooks.some((hook) => on.has(hook.program))
      const idle = one === choice && !isAttached ? 'not needed now' : 'another was chosen'
      return {
        name: `${need}: ${one.name}`,
        attached: isAttached,
        note: isAttached ? 'attached' : one.refusal || idle,
      }
    }),
  )
}

/** By which model the calls of a process find their parents, and why by this one. */
export function explainModel(
  process: Process,
  threads: { readonly all: number; readonly loops: number },
  answers: AnswerTest | undefined,
): Explanation['model'] {
  if (!process.threadIsActivity)
    return { name: 'none', why: `in ${process.language}, a thread serves many activities` }
  if (threads.loops > 0) {
    const why = `${threads.loops} of its ${threads.all} threads run a loop; each call is proven by its own way to the answer`
    return { name: 'segment', why }
  }
  if (answers?.closed)
    return {
      name: 'none',
      why: 'its answers contradict the thread model: it hands requests between threads',
    }
  return {
    name: 'thread',
    why: 'a thread works for the request that it read until it has answered',
  }
}
