/** How this folder waits. Tests pass their own, together with their clock. */
export interface Timers {
  /** Returns what takes the call back; after the call it does nothing. */
  after(ms: number, run: () => void): () => void
  /** After the events that are waiting now. */
  soon(run: () => void): void
}

export const systemTimers: Timers = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  soon: (run) => {
    setImmediate(run)
  },
}
