import type { AnswerTest } from '../correlation/answer-test.ts'
import type { HookPlan } from '../loader/hook-plan.ts'
import type { FunctionHooksOutcome } from '../probes/function-hooks.ts'
import type { Language, Process } from '../processes/process.ts'
import type { IdentityOutcome } from './identity-watch.ts'

/** What was seen of one process, and what was not: the answer of `underspan explain`. */
export interface Explanation {
  readonly process: Process
  /** '' when it is traced; else why not. */
  readonly leftOut: string
  readonly hooks: readonly ExplainedHook[]
  readonly sockets: readonly ExplainedSocket[]
  readonly model: { readonly name: string; readonly why: string }
  /** undefined: it runs no runtime whose own identity of the work can be read. */
  readonly identity: ExplainedIdentity | undefined
  /** The answer test, of threads or their loops. */
  readonly answers: {
    readonly confirmed: number
    readonly contradicted: number
    readonly unknown: number
  }
  /** Sentences: what could not be seen, and why. */
  readonly unseen: readonly string[]
}

export interface ExplainedIdentity {
  /** Whether context objects are read, and copies of them seen, or why not. */
  readonly note: string
  /** Calls that one answer alone claims, and the others. */
  readonly claimed: number
  readonly unclaimed: number
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
  identity: IdentityOutcome | undefined,
): Explanation['model'] {
  if (process.threadServes === 'many')
    return { name: 'none', why: `in ${process.language}, a thread serves many activities` }
  if (process.threadServes === 'segments')
    return {
      name: 'segment',
      why: 'work moves between its threads; each call is proven by its own way to the answer',
    }
  if (threads.loops > 0) return loopModel(process.language, threads, identity)
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

function loopModel(
  language: Language,
  threads: { readonly all: number; readonly loops: number },
  identity: IdentityOutcome | undefined,
): Explanation['model'] {
  const loops = `${threads.loops} of its ${threads.all} threads run a loop`
  const proof = `${loops}; each call is proven by its own way to the answer`
  if (language === 'nodejs' && identity) {
    const found = identity === 'found'
    const ids = found ? 'tell who set an immediate or a timer' : `are not read: ${DOUBTS[identity]}`
    return { name: 'segment', why: `${proof}; async ids ${ids}` }
  }
  if (identity === 'found') {
    const why = `${loops}; a call belongs to the request that the context object answers in which it was made, else it is proven by its own way to the answer`
    return { name: 'identity', why }
  }
  return { name: 'segment', why: proof }
}

/** `model` has counted what the identities told. */
export function explainIdentity(
  identity: IdentityOutcome | undefined,
  births: FunctionHooksOutcome | undefined,
  model: { readonly claimed: number; readonly unclaimed: number } | undefined,
): ExplainedIdentity | undefined {
  if (identity === undefined) return undefined
  const { claimed = 0, unclaimed = 0 } = model ?? {}
  if (identity !== 'found')
    return { note: `context objects are not read: ${DOUBTS[identity]}`, claimed, unclaimed }
  const copies =
    births === 'seen'
      ? 'which is copied from which is seen (gather, to_thread)'
      : `which is copied from which is not seen (gather, to_thread): ${UNSEEN_BIRTHS[births ?? 'refused']}`
  return { note: `context objects are read; ${copies}`, claimed, unclaimed }
}

const UNSEEN_BIRTHS: { readonly [Outcome in Exclude<FunctionHooksOutcome, 'seen'>]: string } = {
  'functions-unknown': "the functions that make and free them are not where the objects' type is",
  refused: 'the kernel did not hook the functions that make and free them',
  'no-room': 'too many processes have theirs hooked already',
}

/** Why the runtime's own identity of the work is not read. */
const DOUBTS: { readonly [Outcome in Exclude<IdentityOutcome, 'found'>]: string } = {
  withdrawn: 'threads that came later did not agree with what was found',
  'no-room': 'too many processes have theirs read already',
  'not-started': 'the runtime has not started',
  'no-context-yet': 'no thread has used one yet',
  'no-runtime': 'the interpreter does not export where its state is',
  'version-unsupported': 'this version is not known (CPython 3.8 to 3.13 and Node 20 to 24 are)',
  'debug-build': 'a debug build of CPython lays them out differently',
  'free-threaded': 'a free-threaded build of CPython lays them out differently',
  subinterpreters: 'the process has several interpreters',
  'memory-unreadable': "the process's memory cannot be read (ptrace access)",
  'threads-inconsistent': 'the list of threads does not look as expected',
  'thread-state-misplaced':
    'no single place holds the state of a thread (another C library than glibc?)',
  'context-misplaced': 'they are not where this version of CPython has them',
  stripped: 'the program has lost the names of its functions, or its libuv is a library of its own',
  'async-ids-misplaced': 'no single place holds what look like async ids',
  'loop-misplaced': 'its loop is not laid out as in libuv 1.46 to 1.52',
}
