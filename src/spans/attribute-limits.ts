import type { Attributes } from '@opentelemetry/api'
import type { Config } from '../config/config.ts'

/**
 * Cuts attributes as OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT and ..._VALUE_LENGTH_LIMIT ask; those added
 * last go first. Returns how many went.
 */
export function limitAttributes(attributes: Attributes, limits: Config['limits']): number {
  const { attributeCount, attributeValueLength } = limits
  const names = Object.keys(attributes)
  const dropped = Math.max(0, names.length - attributeCount)
  for (let i = attributeCount; i < names.length; i++) delete attributes[names[i]!]
  if (attributeValueLength === Number.POSITIVE_INFINITY) return dropped
  for (const name in attributes) {
    attributes[name] = shortened(attributes[name], attributeValueLength)
  }
  return dropped
}

function shortened(value: Attributes[string], limit: number): Attributes[string] {
  if (typeof value === 'string') return value.length > limit ? value.slice(0, limit) : value
  if (!Array.isArray(value)) return value
  return value.map((one) => (typeof one === 'string' ? one.slice(0, limit) : one)) as string[]
}
