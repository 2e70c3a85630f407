/** OTLP/JSON as far as it is looked at. */
interface OtlpMetrics {
  readonly resourceMetrics?: readonly {
    readonly resource?: { readonly attributes?: Attributes }
    readonly scopeMetrics?: readonly { readonly metrics?: readonly OtlpMetric[] }[]
  }[]
}

interface OtlpMetric {
  readonly name: string
  readonly sum?: { readonly isMonotonic?: boolean; readonly dataPoints?: readonly OtlpPoint[] }
  readonly histogram?: { readonly dataPoints?: readonly OtlpPoint[] }
}

interface OtlpPoint {
  readonly attributes?: Attributes
  readonly asInt?: string
  /** Of a histogram. */
  readonly count?: string
}

type Attributes = readonly { readonly key: string; readonly value: { stringValue?: string } }[]

/** Whole sums that only grow, by name and reason. */
export function sumsOfOtlpLine(line: string): [string, number][] {
  const { resourceMetrics = [] } = JSON.parse(line) as OtlpMetrics
  return resourceMetrics
    .flatMap(metricsOf)
    .filter(({ sum }) => sum?.isMonotonic)
    .flatMap(({ name, sum }) =>
      (sum?.dataPoints ?? []).map(({ attributes, asInt }): [string, number] => [
        `${name} ${attributes?.[0]?.value.stringValue}`,
        Number(asInt ?? 0),
      ]),
    )
}

/** Counts of histograms: of each series its name, then what else tells it apart. */
export function countsOfOtlpLine(line: string): [string, number][] {
  const { resourceMetrics = [] } = JSON.parse(line) as OtlpMetrics
  return resourceMetrics.flatMap((group) =>
    metricsOf(group).flatMap(({ name, histogram }) =>
      (histogram?.dataPoints ?? []).map(({ attributes, count }): [string, number] => [
        `${name} ${JSON.stringify([group.resource?.attributes, attributes])}`,
        Number(count ?? 0),
      ]),
    ),
  )
}

function metricsOf({
  scopeMetrics = [],
}: NonNullable<OtlpMetrics['resourceMetrics']>[number]): OtlpMetric[] {
  return scopeMetrics.flatMap(({ metrics = [] }) => metrics)
}
