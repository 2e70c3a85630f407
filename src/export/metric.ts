/** What the agent measures about itself, as it stands at one moment. */
export interface Metric {
  readonly name: string
  readonly description: string
  /** UCUM, as `By`, `s` or `{span}`. */
  readonly unit: string
  /**
   * `count` has only grown since the start of the run; `level` goes up and down, and the levels of
   * several agents may be added; a `share` of something may not.
   */
  readonly kind: 'count' | 'level' | 'share'
  readonly points: readonly MetricPoint[]
}

export interface MetricPoint {
  readonly attributes: Readonly<Record<string, string>>
  readonly value: number
}
