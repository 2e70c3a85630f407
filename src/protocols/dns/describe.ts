import type { DescribeFacts, SpanFacts } from '../protocol.ts'
import { Rcode, rcodeName, Type, typeName } from './codes.ts'
import type { DnsQuestion, DnsRequest, DnsResponse } from './message.ts'

/** `error.type` where no reply tells. */
const ERRORS = new Map<DescribeFacts['outcome'], string>([
  ['reset', 'connection_reset'],
  ['timeout', 'timeout'],
  ['closed', 'connection_closed'],
])
const POINTER = 12

/**
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/dns/: there is no convention of spans.
 * What it has no name for stands under `underspan.dns.`.
 */
export function describe(
  { question }: DnsRequest,
  response: DnsResponse | undefined,
  facts: DescribeFacts,
): SpanFacts {
  const attributes: SpanFacts['attributes'] = { 'network.protocol.name': 'dns' }
  if (question) {
    attributes['dns.question.name'] = question.name
    attributes['underspan.dns.question.type'] = typeName(question.type)
  }
  if (response) describeResponse(attributes, response)
  return { name: nameOf(question), error: errorOf(response, facts), attributes }
}

function nameOf(question: DnsQuestion | undefined): string {
  if (!question) return 'DNS'
  const type = typeName(question.type)
  // Each address has a name of its own in the reverse tree.
  return question.type === POINTER ? type : `${type} ${question.name}`
}

function describeResponse(
  attributes: SpanFacts['attributes'],
  { addresses, rcode, truncated }: DnsResponse,
): void {
  if (addresses.length > 0) attributes['dns.answers'] = addresses
  attributes['underspan.dns.response.code'] = rcodeName(rcode)
  if (truncated) attributes['underspan.dns.truncated'] = true
}

/** A server that says there is no such name, or refuses, has done what it is for. */
function errorOf(
  response: DnsResponse | undefined,
  { role, outcome }: DescribeFacts,
): string | undefined {
  if (!response) return ERRORS.get(outcome)
  const { rcode } = response
  if (rcode === Rcode.noError) return undefined
  const failed = rcode === Rcode.servFail || rcode === Rcode.notImp
  return role === 'client' || failed ? rcodeName(rcode) : undefined
}

/** Addresses and the name that whoever asked has for them from now on. */
export function resolvedBy(
  { question }: DnsRequest,
  { addresses, ttl }: DnsResponse,
): { name: string; addresses: readonly string[]; seconds: number } | undefined {
  const asked = question?.type === Type.a || question?.type === Type.aaaa
  if (!question || !asked || addresses.length === 0) return undefined
  return { name: question.name, addresses, seconds: ttl }
}
