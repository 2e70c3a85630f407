import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as registry from '@opentelemetry/semantic-conventions/incubating'

/** Attributes of the semantic conventions, stable and not yet: every exported ATTR_ name. */
const NAMES = new Set<string>()
/** `http.request.header.` and the like: the rest of the name is free. */
const PREFIXES: string[] = []

for (const [constant, value] of Object.entries(registry)) {
  if (!constant.startsWith('ATTR_')) continue
  if (typeof value === 'string') NAMES.add(value)
  if (typeof value === 'function') PREFIXES.push((value as (key: string) => string)(''))
}

/** Registered, but only so that they are not used for anything else. */
const DEPRECATED = deprecatedNames()

export function isRegistered(name: string): boolean {
  return NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix))
}

export function isDeprecated(name: string): boolean {
  return DEPRECATED.has(name)
}

/** The package says so in the comments of its types alone. */
function deprecatedNames(): Set<string> {
  const entry = import.meta.resolve('@opentelemetry/semantic-conventions/incubating')
  const types = new URL('experimental_attributes.d.mts', entry)
  const text = readFileSync(fileURLToPath(types), 'utf8')
  const names = new Set<string>()
  for (const block of text.split('/**').slice(1)) {
    const found = /declare const ATTR_\w+: "([^"]+)"/.exec(block)
    if (found?.[1] && /^ \* @deprecated/m.test(block)) names.add(found[1])
  }
  return names
}
