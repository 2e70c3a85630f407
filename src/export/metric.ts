import type { ReadableSpan } from './sdk.ts'

/** What is measured of one source, as it stands at one moment. */
export interface MetricGroup {
  readonly resource: ReadableSpan['resource']
  readonly metrics: readonly Metric[]
}

export type Metric = Numbers | Durations

interface Named {
  readonly name: string
  readonly description: string
  /** UCUM, as `By`, `s` or `{span}`. */
  readonly unit: string
}

export interface Numbers extends Named {
  /**
   * `count` has only grown since the start of the run; `level` goes up and down, and the levels of
   * several agents may be added; a `share` of something may not.
   */
  readonly kind: 'count' | 'level' | 'share'
  readonly points: readonly {
    readonly attributes: Readonly<Record<string, string>>
    readonly value: number
  }[]
}

/** A histogram for each set of attributes, since the start of the run. */
export interface Durations extends Named {
  readonly kind: 'durations'
  /** Upper ends of all buckets but the last, in seconds. */
  readonly bounds: readonly number[]
  readonly series: readonly {
    readonly attributes: Readonly<Record<string, Attribute>>
    /** One more than bounds. */
    readonly counts: number[]
    readonly sum: number
    readonly count: number
    readonly min: number
    readonly max: number
  }[]
}

type Attribute = ReadableSpan['attributes'][string]
