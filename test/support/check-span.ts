import { isDeprecated, isRegistered } from './semconv-registry.ts'
import {
  type AttributeType,
  type CheckedSpan,
  DATABASE,
  DNS,
  HTTP_CLIENT,
  HTTP_SERVER,
  NETWORK,
  RESOURCE,
  type Row,
  RPC_CLIENT,
  RPC_SERVER,
  type Section,
  UNDERSPAN,
} from './semconv-table.ts'

const SERVER = 1
const CLIENT = 2
const UNSET = 0
const ERROR = 2

/** Everything in which a span departs from the conventions, a sentence each; empty: nothing. */
export function checkSpan(span: CheckedSpan): string[] {
  const sections = sectionsOf(span)
  return [
    ...checkAttributes(span.attributes, sections),
    ...sections.flatMap((section) => missing(span, span.attributes, section)),
    ...checkOwnAttributes(span.resource.attributes),
    ...missing(span, span.resource.attributes, RESOURCE),
    ...checkKind(span),
    ...checkStatus(span),
    ...checkHttp(span),
    ...checkCall(span),
    ...checkDatabase(span),
    ...checkDns(span),
  ]
}

function sectionsOf(span: CheckedSpan): Section[] {
  const { kind, attributes } = span
  if ('db.system.name' in attributes) return [NETWORK, UNDERSPAN, DATABASE]
  if (attributes['network.protocol.name'] === 'dns') return [NETWORK, UNDERSPAN, DNS]
  if ('rpc.system.name' in attributes)
    return [NETWORK, UNDERSPAN, kind === SERVER ? RPC_SERVER : RPC_CLIENT]
  if (!('http.request.method' in attributes || 'underspan.headers.unknown' in attributes))
    return [NETWORK, UNDERSPAN]
  return [NETWORK, UNDERSPAN, kind === SERVER ? HTTP_SERVER : HTTP_CLIENT]
}

function checkAttributes(attributes: CheckedSpan['attributes'], sections: Section[]): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const row = sections.map((section) => section.rows[name]).find((found) => found)
    if (!row) return [...checkName(name), `${name} is not in the table for this span`]
    return [...checkName(name), ...checkValue(name, value, row)]
  })
}

/** People may add to a resource what they like, under any name. */
function checkOwnAttributes(attributes: CheckedSpan['attributes']): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const row = RESOURCE.rows[name]
    return row ? [...checkName(name), ...checkValue(name, value, row)] : []
  })
}

function checkName(name: string): string[] {
  if (name.startsWith('underspan.')) return []
  if (!isRegistered(name)) return [`${name} is not registered`]
  return isDeprecated(name) ? [`${name} is deprecated`] : []
}

function checkValue(name: string, value: unknown, row: Row): string[] {
  if (!isOfType(value, row.type)) return [`${name} is no ${row.type}: ${String(value)}`]
  if (value === '') return [`${name} is empty`]
  const known = !row.values || row.values.includes(value as string)
  return known ? [] : [`${name} has an unknown value: ${String(value)}`]
}

function isOfType(value: unknown, type: AttributeType): boolean {
  if (type === 'int') return Number.isSafeInteger(value)
  if (type === 'string[]')
    return Array.isArray(value) && value.every((one) => typeof one === 'string')
  return typeof value === type
}

function missing(
  span: CheckedSpan,
  attributes: CheckedSpan['attributes'],
  section: Section,
): string[] {
  return Object.entries(section.rows).flatMap(([name, { level }]) => {
    const must = typeof level === 'function' ? level(span) : level === 'required'
    return must && !(name in attributes) ? [`${name} is missing (${section.link})`] : []
  })
}

function checkKind({ kind, attributes }: CheckedSpan): string[] {
  const problems =
    kind === SERVER || kind === CLIENT ? [] : [`kind ${kind} is neither server nor client`]
  const reason = 'underspan.unparented.reason' in attributes
  const model = 'underspan.parent.model' in attributes
  return reason && model ? [...problems, 'has a parent and a reason for having none'] : problems
}

/** https://opentelemetry.io/docs/specs/semconv/general/recording-errors/ */
function checkStatus({ status, attributes }: CheckedSpan): string[] {
  const problems: string[] = []
  if (status.code !== UNSET && status.code !== ERROR)
    problems.push(`status ${status.code} is for people to set`)
  const isCondition =
    'db.response.status_code' in attributes && /^\w+(?: \(?\w+\)?)?$/.test(status.message ?? '')
  if (status.message && !isCondition && !('rpc.system.name' in attributes))
    problems.push('the status has a description')
  if (status.code !== ERROR && 'error.type' in attributes)
    problems.push('error.type without an error')
  if (attributes['underspan.answer.lost'] === true && status.code === ERROR) {
    problems.push('a lost answer is no error')
  }
  return problems
}

function checkHttp(span: CheckedSpan): string[] {
  const { attributes } = span
  const method = attributes['http.request.method']
  if (typeof method !== 'string') return []
  return [...checkHttpName(span, method), ...checkHttpStatus(span), ...checkUrl(attributes)]
}

/** `{method} {route}` or `{method}`; an unknown method is `HTTP`. */
function checkHttpName({ name, kind, attributes }: CheckedSpan, method: string): string[] {
  const verb = method === '_OTHER' ? 'HTTP' : method
  const target = attributes[kind === SERVER ? 'http.route' : 'url.template']
  const wanted = target === undefined ? verb : `${verb} ${target}`
  return name === wanted ? [] : [`the name is "${name}", not "${wanted}"`]
}

function checkHttpStatus({ kind, status, attributes }: CheckedSpan): string[] {
  const code = attributes['http.response.status_code']
  if (typeof code !== 'number') return []
  if (code < 100 || code > 599) return [`http.response.status_code is ${code}`]
  if ('rpc.system.name' in attributes) return []
  const isError = code >= (kind === SERVER ? 500 : 400)
  if (isError && status.code !== ERROR) return [`${code} is no error here`]
  if (isError && attributes['error.type'] !== String(code)) return [`error.type is not ${code}`]
  const failed =
    typeof attributes['error.type'] === 'string' && /^\d+$/.test(attributes['error.type'])
  return !isError && failed ? [`${code} is an error here`] : []
}

function checkUrl(attributes: CheckedSpan['attributes']): string[] {
  const full = attributes['url.full']
  if (typeof full !== 'string' || attributes['http.request.method'] === 'CONNECT') return []
  if (!URL.canParse(full)) return [`url.full is no URL: ${full}`]
  const { username, password } = new URL(full)
  const open = [username, password].some((part) => part !== '' && part !== 'REDACTED')
  return open ? ['url.full shows credentials'] : []
}

/** `package.Service/Method`; which status is an error depends on the side. */
function checkCall({ name, kind, status, attributes }: CheckedSpan): string[] {
  if (!('rpc.system.name' in attributes)) return []
  const method = attributes['rpc.method']
  const wanted = method === undefined || method === '_OTHER' ? 'grpc' : method
  const problems = name === wanted ? [] : [`the name is "${name}", not "${String(wanted)}"`]
  const code = attributes['rpc.status_code']
  if (code === undefined) return problems
  const isError = kind === SERVER ? CALL_ERRORS.has(code) : code !== 'OK'
  if (isError !== (status.code === ERROR)) problems.push(`${String(code)}: status ${status.code}`)
  if (isError && attributes['error.type'] !== code)
    problems.push(`error.type is not ${String(code)}`)
  return problems
}

/** Of a server: semantic conventions of gRPC. */
const CALL_ERRORS: ReadonlySet<unknown> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
])

/** What a store calls an error is one, and the kind of it. */
function checkDatabase({ status, attributes }: CheckedSpan): string[] {
  const code = attributes['db.response.status_code']
  if (code === undefined || status.code !== ERROR) return []
  return attributes['error.type'] === code ? [] : [`error.type is not ${String(code)}`]
}

/** `{type} {name}`; of addresses asked for their names `PTR`. */
function checkDns({ name, attributes }: CheckedSpan): string[] {
  if (attributes['network.protocol.name'] !== 'dns') return []
  const type = String(attributes['underspan.dns.question.type'] ?? 'DNS')
  const asked = attributes['dns.question.name']
  const wanted = asked === undefined || type === 'PTR' ? type : `${type} ${asked}`
  return name === wanted ? [] : [`the name is "${name}", not "${wanted}"`]
}
