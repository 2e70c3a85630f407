import type { MonotonicNs } from '../base/time.ts'

/** The circumstances of one socket operation: who did it, when, and for which activity. */
export interface Moment {
  readonly time: MonotonicNs
  readonly ingress: boolean
  readonly tgid: number
  readonly tid: number
  /**
   * Context id: the fresh one for an ingress, the activity's for an egress; 0 none. By the kernel, until
   * correlation knows better.
   */
  context: number
  /** The runtime's own identity of the work, where one can be read (Python: its context object); 0 none, UNREADABLE. */
  readonly activity: number
  /** Those that it was copied from, where that was seen; 0 none. */
  readonly parentActivity: number
  readonly grandparentActivity: number
  /** An activity, perhaps of another process, whose object was freed before; 0 none. */
  readonly goneActivity: number
  /** Node's async ids: of what runs, of what triggered it; 0 none. */
  readonly execution: number
  readonly trigger: number
  /** How many of these ids were given out; 0: they are not read. */
  readonly idCount: number
  /** How many of them before the loop began to run immediates; 0: it did not since the last operation. */
  readonly idsBefore: number
  /** The loop calls back for what it has polled, not for timers or immediates; said with ids. */
  readonly polling: boolean
  /** Ingresses of the thread sent up so far, this one included. */
  readonly reads: number
  /** The thread runs a loop. */
  readonly loops: boolean
  /** The context is that of connect(). */
  readonly atConnect: boolean
  /** The thread started before the agent. */
  readonly threadLate: boolean
}

/** There may be an activity, but it could not be read: ACTIVITY_UNREADABLE in bpf/include/wire.h. */
export const UNREADABLE = 1
/** What is higher than any address is a birth, in units of 8 ns (bpf/include/wire.h). */
const BORN = 2 ** 52

/** When the object of an activity was made, ns since the agent's start; -1: not seen. */
export function bornAt(activity: number): number {
  return activity >= BORN ? (activity - BORN) * 8 : -1
}
