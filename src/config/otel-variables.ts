// Variables of the OpenTelemetry specification whose values are not simply ours.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
import type { Format } from './format.ts'

const DEFAULT_ENDPOINT = 'http://localhost:4317'

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
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  if (names.some((name) => !['otlp', 'console', 'none'].includes(name))) return undefined
  return names.includes('otlp') ? 'leave' : ''
}

/** What the environment asks for and this agent does not do. */
export function unsupported(env: ReadonlyMap<string, string>): string[] {
  const warnings: string[] = []
  const name = env.has('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL')
    ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
    : 'OTEL_EXPORTER_OTLP_PROTOCOL'
  const protocol = env.get(name) ?? 'grpc'
  if (protocol !== 'grpc') {
    warnings.push(
      `${name} is '${protocol}': spans are sent by OTLP/gRPC all the same; its usual port is 4317`,
    )
  }
  if (env.has('OTEL_CONFIG_FILE')) {
    warnings.push('OTEL_CONFIG_FILE is not read; settings in a file go by --config')
  }
  return warnings
}

/** `otlp` asked for by name, and no endpoint anywhere: the specification's default. */
export function defaultEndpoint(env: ReadonlyMap<string, string>): string {
  const names = env.get('OTEL_TRACES_EXPORTER')?.toLowerCase().split(',') ?? []
  return names.some((name) => name.trim() === 'otlp') ? DEFAULT_ENDPOINT : ''
}
