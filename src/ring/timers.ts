/** Later: injected, so that tests need not wait. */
export interface Timers {
  after(ms: number, run: () => void): unknown
  /** As soon as others had their turn. */
  soon(run: () => void): void
  cancel(timer: unknown): void
}

export const nodeTimers: Timers = {
  after: (ms, run) => setTimeout(run, ms),
  soon: (run) => {
    setImmediate(run)
  },
  cancel: (timer) => clearTimeout(timer as NodeJS.Timeout),
}
