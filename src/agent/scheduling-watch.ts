import { workerData } from 'node:worker_threads'
import { threadId } from '../loader/native.ts'
import { BEATS, runThreadsWhenIdle, type Shared, WATCHER, YIELDS } from './scheduling-shared.ts'

/** Longer than the agent is ever silent where it gets any time at all, ms. */
const SILENCE = 500

/**
 * A thread of its own, which takes its part like any other process: it looks whether the others still
 * come to work at all, and if not, has them take theirs. A thread that yields cannot see to that itself.
 */
function watch(shared: Shared): void {
  const self = threadId()
  Atomics.store(shared, WATCHER, self)
  Atomics.notify(shared, WATCHER)
  while (true) {
    Atomics.wait(shared, YIELDS, 0)
    const beats = Atomics.load(shared, BEATS)
    Atomics.wait(shared, YIELDS, 1, SILENCE)
    if (Atomics.load(shared, YIELDS) === 0 || Atomics.load(shared, BEATS) !== beats) continue
    runThreadsWhenIdle(false, self)
    Atomics.store(shared, YIELDS, 0)
  }
}

watch(workerData as Shared)
