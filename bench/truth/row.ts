import type { Stage } from '../../test/support/system/apps.ts'

/** One system under load, and what the agent has to make of it. */
export interface Row {
  readonly name: string
  /** What its calls go to, if not the callee of HTTP. */
  readonly callee?: StartCallee
  /** Starts the server; its calls go to `down`. Several listeners: on ports from `port` on. */
  start(stage: Stage, port: number, down: number): Promise<unknown>
  /** First word of the paths that are asked for; one for each listener. */
  readonly habits: readonly string[]
  readonly expect: Expectation
  /** What differs when the agent comes late. */
  readonly late?: Partial<Expectation>
  /** How the load is spread; default: all of it with the same number in flight. */
  readonly phases?: (requests: number, inFlight: number) => string
  /** Requests written on a connection before the first of them is answered. */
  readonly deep?: number
  /** How long the callee takes at most, ms; default: so that some thousand calls are made a second. */
  readonly delay?: (inFlight: number) => number
  /** Requests a second; default: as fast as they are answered. */
  readonly rate?: number
  /** Requests that are due at the same time, if there is a rate. */
  readonly together?: number
  /** More requests than these would take too long. */
  readonly most?: number
  /** Why it cannot run here, '' if it can. */
  readonly missing?: () => string
}

/** What is called, and writes down the path of each call. */
export interface Callee {
  /** Ends it; returns the paths. */
  stop(): Promise<string[]>
}

/** `delay`: how long it takes at most, ms. */
export type StartCallee = (stage: Stage, port: number, delay: number) => Promise<Callee>

export interface Expectation {
  /** Share of the calls made for a request that must be found under it. */
  readonly right: number
  /** Reasons that calls made for a request may carry instead. `unconfirmed` only if it is named. */
  readonly reasons: readonly string[]
  /** Reasons of calls that nobody asked for. */
  readonly nobodys?: readonly string[]
  /** Share of the requests and calls that must be found; default: all. */
  readonly found?: number
}

/** What is expected of a row that is run so. */
export function expectationOf({ late, expect }: Row, manner: Manner): Expectation {
  return manner.late ? { ...orLate(expect), ...late } : expect
}

/**
 * Of a thread that is older than the agent, nobody knows for a while whether it works for a request; and
 * calls of requests that were read before are taken for nobody's, for no path tells whose they are.
 */
function orLate(expect: Expectation): Expectation {
  const { reasons, nobodys = [] } = expect
  return {
    ...expect,
    // The first on a connection that is older than the agent may be half over.
    found: 0.99,
    reasons: reasons.includes('no-request') ? [...reasons, 'attached-late'] : reasons,
    nobodys: [...nobodys, 'attached-late', 'unseen-read'],
  }
}

/** How a row is run. */
export interface Manner {
  readonly requests: number
  readonly inFlight: number
  /** The agent comes when connections are open and busy. */
  readonly late: boolean
  readonly hooks: 'auto' | 'socket' | 'syscall'
  /** With tracefs mounted, each waiting call has a tracepoint of its own. */
  readonly tracefs: boolean
  /** Spans are taken from the file of a real collector, not from standard output. */
  readonly collector: boolean
  /** Shares of the events that are left out of the recording, which is then played again. */
  readonly losses: readonly number[]
  /** The agent's own counts are shown too. */
  readonly verbose: boolean
}
