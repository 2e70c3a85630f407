import type { MonotonicNs } from '../base/time.ts'

/** Hex digits of 56 random bits: the end of a trace id (W3C Trace Context level 2), `rv`, and `th`. */
const DIGITS = 14
/** Digits of a threshold that are written, beside its leading f: sampling probabilities to 4 digits. */
const PRECISION = 4
/** Changes remembered; a trace that began before the oldest is judged by the oldest. */
const MAX_CHANGES = 64

interface Change {
  readonly from: number
  /** Of the traces that begin from then on: kept if their randomness is not below; '' all are. */
  readonly threshold: string
}

/**
 * Keeps a share of whole traces. Each is judged by its random bits and by the share at the time when
 * it began, so that all its spans fare alike; `ot=th` in its tracestate says how many it stands for.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export class KeptTraces {
  readonly #changes: Change[] = [{ from: 0, threshold: '' }]

  /** Of the traces that begin at `from` or later. */
  keep(share: number, from: MonotonicNs): void {
    this.#changes.push({ from, threshold: thresholdOf(share) })
    if (this.#changes.length > MAX_CHANGES) this.#changes.shift()
  }

  /** The `tracestate` of a trace that is kept; undefined: it is not. `began`: its first span here. */
  stateOf(traceId: string, began: MonotonicNs, traceState: string): string | undefined {
    const threshold = this.#thresholdAt(began)
    if (threshold === '') return traceState
    const random = randomValue(traceState) ?? traceId.slice(-DIGITS)
    if (random < threshold) return undefined
    return withThreshold(traceState, threshold)
  }

  #thresholdAt(time: number): string {
    const changes = this.#changes
    for (let i = changes.length - 1; i > 0; i--) {
      if (changes[i]!.from <= time) return changes[i]!.threshold
    }
    return changes[0]!.threshold
  }
}

/** 14 hex digits; '' keeps everything. */
function thresholdOf(share: number): string {
  if (share >= 1) return ''
  const dropped = BigInt(Math.round((1 - share) * 2 ** 48)) << 8n
  const digits = dropped.toString(16).padStart(DIGITS, '0').slice(-DIGITS)
  const leading = /^f*/.exec(digits)![0].length
  return digits.slice(0, leading + PRECISION).padEnd(DIGITS, '0')
}

/** `rv` of the OpenTelemetry entry, if it is one. */
function randomValue(traceState: string): string | undefined {
  if (!traceState.includes('rv:')) return undefined
  const value = /(?:^|,)\s*ot=(?:[^,]*;)?rv:([0-9a-f]{14})(?:[;,]|$)/.exec(traceState)
  return value?.[1]
}

/** A caller's own, higher threshold says what the trace stands for already. */
function withThreshold(traceState: string, threshold: string): string {
  const entries = traceState.split(',').map((entry) => entry.trim())
  const own = entries.find((entry) => entry.startsWith('ot='))
  const others = entries.filter((entry) => entry !== '' && entry !== own)
  const fields = (own?.slice(3) ?? '').split(';').filter((field) => field !== '')
  const before = fields.find((field) => field.startsWith('th:'))?.slice(3) ?? ''
  if (before.padEnd(DIGITS, '0') >= threshold) return traceState
  const rest = fields.filter((field) => !field.startsWith('th:'))
  const value = [`th:${threshold.replace(/0+$/, '')}`, ...rest].join(';')
  return [`ot=${value}`, ...others].join(',')
}
