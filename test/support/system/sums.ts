/** OTLP/JSON as far as it is looked at. */
interface OtlpMetrics {
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics?: readonly {
      readonly metrics?: readonly {
        readonly name: string
        readonly sum?: {
          readonly isMonotonic?: boolean
          readonly dataPoints?: readonly OtlpPoint[]
        }
      }[]
    }[]
  }[]
}

interface OtlpPoint {
  readonly attributes?: readonly {
    readonly key: string
    readonly value: { stringValue?: string }
  }[]
  readonly asInt?: string
}

/** Whole sums that only grow, by name and reason. */
export function sumsOfOtlpLine(line: string): [string, number][] {
  const { resourceMetrics = [] } = JSON.parse(line) as OtlpMetrics
  return resourceMetrics
    .flatMap(({ scopeMetrics = [] }) => scopeMetrics)
    .flatMap(({ metrics = [] }) => metrics)
    .filter(({ sum }) => sum?.isMonotonic)
    .flatMap(({ name, sum }) =>
      (sum?.dataPoints ?? []).map(({ attributes, asInt }): [string, number] => [
        `${name} ${attributes?.[0]?.value.stringValue}`,
        Number(asInt ?? 0),
      ]),
    )
}
