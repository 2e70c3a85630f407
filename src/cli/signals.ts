const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

/** Exit codes of a shell for a program that a signal ended. */
const EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/**
 * Ctrl-C reaches the whole process group, and npm hands it on once more: the same wish twice. After
 * this time a second signal means it.
 */
const SAME_WISH_MS = 1000

/** Where signals come from and where an impatient one leads: the process, or a test. */
export interface SignalSource {
  on(signal: Signal, listener: (signal: Signal) => void): unknown
  off(signal: Signal, listener: (signal: Signal) => void): unknown
  exit(code: number): void
}

/**
 * Runs `work` until it ends, or until a signal or the time limit asks it to stop; it then has its
 * time to send what is left. A second signal does not wait for that.
 */
export async function untilStopped(
  work: (stop: AbortSignal) => Promise<void>,
  seconds?: number,
  source: SignalSource = process,
): Promise<number> {
  const stop = new AbortController()
  let meant = false
  const onSignal = (signal: Signal) => {
    if (meant) source.exit(EXIT[signal])
    stop.abort()
    setTimeout(() => {
      meant = true
    }, SAME_WISH_MS).unref()
  }
  for (const signal of SIGNALS) source.on(signal, onSignal)
  const timer = seconds === undefined ? undefined : setTimeout(() => stop.abort(), seconds * 1000)
  try {
    await work(stop.signal)
    return 0
  } finally {
    clearTimeout(timer)
    for (const signal of SIGNALS) source.off(signal, onSignal)
  }
}
