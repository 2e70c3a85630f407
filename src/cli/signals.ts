/**
 * Runs `work` until it ends, or until SIGINT, SIGTERM, SIGHUP or the time limit asks it to stop; it
 * then has its time to send what is left. A second signal does not wait for that.
 */
export async function untilStopped(
  work: (stop: AbortSignal) => Promise<void>,
  seconds?: number,
): Promise<number> {
  const stop = new AbortController()
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(128 + (signal === 'SIGINT' ? 2 : 15))
    stop.abort()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  const timer = seconds === undefined ? undefined : setTimeout(() => stop.abort(), seconds * 1000)
  try {
    await work(stop.signal)
    return 0
  } finally {
    clearTimeout(timer)
    for (const signal of signals) process.off(signal, onSignal)
  }
}
