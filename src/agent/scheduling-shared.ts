import { runWhenIdle } from '../loader/native.ts'
import { ProcFiles } from '../processes/proc-files.ts'

/** What the agent and its watcher tell each other: numbers at the places below. */
export type Shared = Int32Array<SharedArrayBuffer>

/** Goes up whenever the agent comes to work. */
export const BEATS = 0
/** 1: the agent's threads run only where no other has work. */
export const YIELDS = 1
/** Thread id of the watcher; 0: it is not there yet. */
export const WATCHER = 2

export const PLACES = 3

/** All threads but the watcher; those to come do as the one that starts them. */
export function runThreadsWhenIdle(isIdle: boolean, watcher: number): void {
  for (const name of new ProcFiles().list(process.pid, 'task')) {
    const thread = Number(name)
    if (thread !== watcher) runWhenIdle(thread, isIdle)
  }
}
