import type { MonotonicNs } from '../../src/base/time.ts'
import { MS } from '../../src/base/time.ts'
import type { Moment } from '../../src/sockets/moment.ts'

/** An operation of thread `tid`, `ms` after the agent's start. */
export function aMoment(ms: number, tid = 1, ingress = true): Moment {
  return {
    time: (ms * MS) as MonotonicNs,
    ingress,
    tgid: 1,
    tid,
    context: 0,
    activity: 0,
    parentActivity: 0,
    grandparentActivity: 0,
    goneActivity: 0,
    execution: 0,
    trigger: 0,
    idCount: 0,
    idsBefore: 0,
    polling: false,
    reads: 0,
    loops: false,
    atConnect: false,
    threadLate: false,
  }
}
