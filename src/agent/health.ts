import { type Clock, type MonotonicNs, SECOND } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import { HealthServer, type Probes, type Verdict } from '../export/health-server.ts'

/** The reader turns every second when nothing happens at all. */
const STUCK_AFTER = 5 * SECOND

/** What probes ask of a running agent. */
export interface Vitals {
  readonly phase: 'starting' | 'reading' | 'stopping'
  /** When the rings were read last. */
  readonly turnedAt: MonotonicNs
  /** Hooks that are attached. */
  readonly hooks: number
}

/** The endpoint for probes, if the settings ask for one. `vitals`: undefined while the agent is being built. */
export async function serveHealth(
  config: Config,
  clock: Clock,
  vitals: () => Vitals | undefined,
): Promise<HealthServer | undefined> {
  if (config.healthPort === 0) return undefined
  const server = new HealthServer(probesOf(clock, vitals))
  await server.listen(config.healthPort)
  return server
}

const NOT_BUILT: Vitals = { phase: 'starting', turnedAt: 0 as MonotonicNs, hooks: 0 }

export function probesOf(clock: Clock, vitals: () => Vitals | undefined): Probes {
  return {
    '/health': () => alive(vitals() ?? NOT_BUILT, clock.now()),
    '/ready': () => ready(vitals() ?? NOT_BUILT),
  }
}

function alive({ phase, turnedAt }: Vitals, now: MonotonicNs): Verdict {
  if (phase !== 'reading') return { good: true, reason: `alive: ${phase}` }
  const seconds = ((now - turnedAt) / SECOND).toFixed(1)
  const good = now - turnedAt < STUCK_AFTER
  return { good, reason: `${good ? 'alive' : 'stuck'}: events were last read ${seconds} s ago` }
}

function ready({ phase, hooks }: Vitals): Verdict {
  if (phase !== 'reading') return { good: false, reason: `not ready: ${phase}` }
  return hooks > 0
    ? { good: true, reason: `ready: ${hooks} hooks are attached` }
    : { good: false, reason: 'not ready: no hook is attached' }
}
