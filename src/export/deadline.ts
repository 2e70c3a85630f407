import type { Timers } from './timers.ts'

/** Resolves when `start`'s callback is called, at the latest after `ms`. */
export function withDeadline(
  timers: Timers,
  ms: number,
  start: (done: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const cancel = timers.after(Math.max(0, ms), resolve)
    start(() => {
      cancel()
      resolve()
    })
  })
}
