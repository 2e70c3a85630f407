import type { Counts } from '../../test/support/system/agent.ts'
import type { Stage } from '../../test/support/system/apps.ts'

/** `long` as it hurts in production, `short` as far as a test needs it. */
export type Size = 'long' | 'short'

export interface Fault {
  readonly name: string
  readonly what: string
  run(stage: Stage, size: Size): Promise<Account>
  /** The kernel side counts its losses of the whole host: a neighbour's would be in the account. */
  readonly countsTheHost?: boolean
  /** In a guest, which takes a minute or more. */
  readonly inGuest?: boolean
}

/** What became of a load, seen from outside and told by the agent. */
export interface Account {
  /** What was there to be seen: `requests` of the load. */
  readonly happened: number
  readonly unit: string
  /** So many of them were found `where`. */
  readonly found: number
  readonly where: string
  /** What is missing, by reason, as the agent counts it. */
  readonly counted: Readonly<Record<string, number>>
  /** Not seen and not to be seen: no agent ran. Found out without the agent. */
  readonly unwatched?: number
  readonly notes?: readonly string[]
  /** Whatever else is not as it has to be. */
  readonly wrong?: readonly string[]
}

/** Every way in which the account does not come out. */
export function faultsOf(account: Account): string[] {
  const { happened, found, counted, unwatched = 0, wrong = [] } = account
  const missing = happened - found - unwatched
  const told = sum(counted)
  if (missing === told) return [...wrong]
  return [...wrong, `${text(missing)} are missing, the counters say ${text(told)}`]
}

/** The one line that a fault ends with. */
export function lineOf(name: string, account: Account): string {
  const { happened, unit, found, where, counted, unwatched = 0, notes = [] } = account
  const lost = Object.entries(counted).filter(([, count]) => count !== 0)
  const reasons = lost.map(([reason, count]) => `${reason} ${text(count)}`)
  if (unwatched > 0) reasons.push(`while no agent ran ${text(unwatched)}`)
  const why = reasons.length === 0 ? '' : `: ${reasons.join(', ')}`
  const faults = faultsOf(account)
  const verdict = faults.length === 0 ? 'as the counters say' : `WRONG: ${faults.join('; ')}`
  return [
    `${name}: ${text(happened)} ${unit}, ${text(found)} ${where}`,
    `lost ${text(happened - found)}${why}`,
    ...notes,
    verdict,
  ].join('; ')
}

/** Reasons for which a span that was or would have been built is not at the collector. */
const UNSENT = [
  'queue-full',
  'refused',
  'retries-exhausted',
  'shutdown',
  'over-cpu-limit',
  'sampled-out',
] as const

/** Requests that servers read and that no span came of, in the kernel or on the way to a collector. */
export function missingRequests(counts: Counts): Record<string, number> {
  const spans = counts['underspan.spans'] ?? {}
  const unsent = UNSENT.map((reason) => [reason, spans[reason] ?? 0] as const)
  return { ...Object.fromEntries(unsent), ...unreadRequests(counts) }
}

/** Those whose events were lost. */
export function unreadRequests(counts: Counts): Record<string, number> {
  const lost = Object.entries(counts['underspan.lost'] ?? {})
  return Object.fromEntries(lost.filter(([word]) => word.endsWith('.ingress.server')))
}

/** More cannot have passed unseen than the load sent while no agent ran, and was behind with. */
export function tooManyUnwatched(unwatched: number, rate: number, gapMs: number): string[] {
  const most = Math.ceil((rate * gapMs) / 1000) * 1.5 + 50
  if (unwatched >= 0 && unwatched <= most) return []
  return [`${text(unwatched)} requests missing of ${Math.round(gapMs)} ms without an agent`]
}

export function sum(counted: Readonly<Record<string, number>>): number {
  return Object.values(counted).reduce((all, count) => all + count, 0)
}

export function text(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
