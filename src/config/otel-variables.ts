// Variables of the OpenTelemetry specification whose values are not simply ours.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
import type { Format } from './format.ts'
import type { Given } from './source.ts'

const DEFAULT_ENDPOINT = 'http://localhost:4317'
/** For every signal that has no endpoint of its own. */
export const GENERAL_ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT'

/** As the gRPC exporter takes it: a URL, or host and port alone, which means TLS. */
export function endpoint(): Format<string> {
  const fits = (value: unknown) =>
    typeof value === 'string' && (value === '' || isEndpoint(value)) ? value : undefined
  return {
    allowed: `a URL as ${DEFAULT_ENDPOINT}, https://collector:4317, unix:///run/otel.sock, or host:port`,
    placeholder: 'URL',
    list: false,
    fromText: fits,
    fromData: fits,
  }
}

function isEndpoint(text: string): boolean {
  if (/\s/.test(text)) return false
  if (/^unix:/.test(text)) return text.length > 'unix:'.length
  if (/^https?:\/\//.test(text)) return URL.canParse(text)
  return /^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i.test(text)
}

/** OTEL_SDK_DISABLED: nothing is exported. */
export function isDisabled(text: string): string | undefined {
  if (text.toLowerCase() === 'true') return ''
  return text.toLowerCase() === 'false' ? 'leave' : undefined
}

/** OTEL_TRACES_EXPORTER: `none` beats a given endpoint. The terminal is `console` already. */
export function exporterChoice(text: string): string | undefined {
  const names = namesIn(text)
  if (names.some((name) => !['otlp', 'console', 'none'].includes(name))) return undefined
  return names.includes('otlp') ? 'leave' : ''
}

/** OTEL_METRICS_EXPORTER: `otlp` or `none`; metrics for a scrape or a console are not made. */
export function metricsChoice(text: string): string | undefined {
  const names = namesIn(text)
  if (names.includes('otlp')) return 'leave'
  return names.every((name) => name === 'none') ? '' : undefined
}

function namesIn(text = ''): string[] {
  return text.split(',').map((name) => name.trim().toLowerCase())
}

const SIGNALS = [
  ['TRACES', 'spans'],
  ['METRICS', 'metrics'],
] as const
const TEMPORALITY = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'

/** What the environment asks for and this agent does not do. */
export function unsupported(env: ReadonlyMap<string, string>): string[] {
  const warnings: string[] = []
  for (const [signal, what] of SIGNALS) {
    const own = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`
    const name = env.has(own) ? own : 'OTEL_EXPORTER_OTLP_PROTOCOL'
    const protocol = env.get(name) ?? 'grpc'
    if (protocol !== 'grpc')
      warnings.push(
        `${name} is '${protocol}': ${what} are sent by OTLP/gRPC all the same; its usual port is 4317`,
      )
  }
  const temporality = env.get(TEMPORALITY) ?? 'cumulative'
  if (temporality.toLowerCase() !== 'cumulative')
    warnings.push(`${TEMPORALITY} is '${temporality}': metrics are sent cumulative all the same`)
  if (env.has('OTEL_CONFIG_FILE')) {
    warnings.push('OTEL_CONFIG_FILE is not read; settings in a file go by --config')
  }
  return warnings
}

/** `otlp` asked for by name, and no endpoint anywhere: the specification's default. */
export function defaultEndpoint(env: ReadonlyMap<string, string>): string {
  return namesIn(env.get('OTEL_TRACES_EXPORTER')).includes('otlp') ? DEFAULT_ENDPOINT : ''
}

/**
 * Metrics go where they are told to; else where the spans were told to go by a setting of ours,
 * which beats the general variable; but not where the specification's own variable sends spans alone.
 */
export function metricsEndpoint(
  env: ReadonlyMap<string, string>,
  metrics: Given | undefined,
  spans: Given | undefined,
): unknown {
  if (metrics && metrics.origin !== GENERAL_ENDPOINT) return metrics.value
  if (spans && !spans.origin.startsWith('OTEL_')) return spans.value
  if (metrics) return metrics.value
  return namesIn(env.get('OTEL_METRICS_EXPORTER')).includes('otlp') ? DEFAULT_ENDPOINT : ''
}
