export type Environment = ReadonlyMap<string, string>

export interface NamedValue {
  readonly name: string
  readonly value: string
}

const MAX_ATTRIBUTES = 64
const MAX_TEXT = 1024

export function parseEnvironment(parts: readonly string[]): Environment {
  const environment = new Map<string, string>()
  for (const part of parts) {
    const at = part.indexOf('=')
    if (at > 0) environment.set(part.slice(0, at), part.slice(at + 1))
  }
  return environment
}

/**
 * `OTEL_RESOURCE_ATTRIBUTES`: `name=value` pairs with commas between, percent-encoded.
 * https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export function parseResourceAttributes(text: string): NamedValue[] {
  const attributes: NamedValue[] = []
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    if (at <= 0 || attributes.length === MAX_ATTRIBUTES) continue
    const name = decode(pair.slice(0, at).trim()).slice(0, MAX_TEXT)
    const value = decode(pair.slice(at + 1).trim()).slice(0, MAX_TEXT)
    if (name !== '') attributes.push({ name, value })
  }
  return attributes
}

export function attributeValue(attributes: readonly NamedValue[], name: string): string {
  return attributes.find((attribute) => attribute.name === name)?.value ?? ''
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text // not percent-encoded after all
  }
}
