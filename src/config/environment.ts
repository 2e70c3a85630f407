import type { Row, StandardVariable } from './option.ts'
import { ROWS } from './options.ts'
import { unsupported } from './otel-variables.ts'
import { badValue, type Given, type Source, shown } from './source.ts'
import { didYouMean } from './suggest.ts'

const PREFIX = 'UNDERSPAN_'
const CONFIG_VARIABLE = 'UNDERSPAN_CONFIG'

export type Environment = Readonly<Record<string, string | undefined>>

/** Variables that say something: an empty one counts as not set, as OpenTelemetry demands. */
export function variablesOf(env: Environment): ReadonlyMap<string, string> {
  const set = new Map<string, string>()
  for (const [name, value] of Object.entries(env)) {
    const text = value?.trim() ?? ''
    if (text !== '' && !isServiceLink(name, text)) set.set(name, text)
  }
  return set
}

/** Path of the YAML file, if the environment names one. */
export function fileOf(env: ReadonlyMap<string, string>): string | undefined {
  return env.get(CONFIG_VARIABLE)
}

export function readEnvironment(env: ReadonlyMap<string, string>): Source {
  const values = new Map<Row, Given>()
  const problems: string[] = unknownNames(env)
  const warnings: string[] = unsupported(env)
  for (const row of ROWS) {
    const own = readOwn(row, env, problems)
    const given = own ?? readStandard(row, env, problems, warnings)
    if (given !== undefined) values.set(row, given)
  }
  // A variable may stand behind several settings.
  return { values, problems: [...new Set(problems)], warnings: [...new Set(warnings)] }
}

function readOwn(
  row: Row,
  env: ReadonlyMap<string, string>,
  problems: string[],
): Given | undefined {
  const text = env.get(row.variable)
  if (text === undefined) return undefined
  const value = row.format.fromText(text)
  if (value === undefined) problems.push(badValue(row.variable, text, row))
  return { value, origin: row.variable }
}

function readStandard(
  row: Row,
  env: ReadonlyMap<string, string>,
  problems: string[],
  warnings: string[],
): Given | undefined {
  for (const variable of row.standard ?? []) {
    const text = env.get(variable.name)
    if (text === undefined) continue
    const value = readOne(row, variable, text)
    if (value === 'leave') continue
    if (value !== undefined) return { value, origin: variable.name }
    if (variable.ifBad === 'refuse') problems.push(badValue(variable.name, text, row))
    else warnings.push(`${variable.name} is '${shown(text)}', which cannot be used here: ignored`)
  }
  return undefined
}

function readOne(row: Row, variable: StandardVariable<unknown>, text: string): unknown {
  return variable.read === undefined ? row.format.fromText(text) : variable.read(text)
}

function unknownNames(env: ReadonlyMap<string, string>): string[] {
  const known = new Set<string>([CONFIG_VARIABLE, ...ROWS.map((row) => row.variable)])
  const unknown = [...env.keys()].filter((name) => name.startsWith(PREFIX) && !known.has(name))
  return unknown.map((name) => `variable ${name} is not known${didYouMean(name, known)}`)
}

/**
 * Kubernetes and container links set such variables in each pod beside a service that happens to be
 * called `underspan` or `underspan-…`: UNDERSPAN_PORT=tcp://10.0.0.7:4317, UNDERSPAN_SERVICE_HOST.
 */
function isServiceLink(name: string, value: string): boolean {
  if (!name.startsWith(PREFIX)) return false
  if (/_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR))$/.test(name)) {
    return true
  }
  return /_PORT(_\d+_(TCP|UDP|SCTP))?$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value)
}
