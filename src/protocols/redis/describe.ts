import type { DescribeFacts, SpanFacts } from '../protocol.ts'
import type { RedisReply, RedisRequest } from './message.ts'
import { queryText } from './query-text.ts'
import { wordsOf } from './words.ts'

type Attributes = Record<string, string | number | boolean>

const DEFAULT_PORT = 6379
const OTHER = '_OTHER'

/** `error.type` where no reply tells. */
const ERRORS = new Map<DescribeFacts['outcome'], string>([
  ['reset', 'connection_reset'],
  ['timeout', 'timeout'],
  ['closed', 'connection_closed'],
])

/** Commands whose first argument names a script or function. */
const PROCEDURES = new Set(['EVALSHA', 'EVALSHA_RO', 'FCALL', 'FCALL_RO'])

/** https://opentelemetry.io/docs/specs/semconv/db/redis/ */
export function describe(
  request: RedisRequest,
  reply: RedisReply | undefined,
  facts: DescribeFacts,
): SpanFacts {
  const name = request.name || OTHER
  const attributes: Attributes = { 'db.system.name': 'redis', 'db.operation.name': name }
  if (reply && reply.database >= 0) attributes['db.namespace'] = String(reply.database)
  if (facts.queryText !== 'off')
    attributes['db.query.text'] = queryText(request, facts.queryText === 'raw')
  if (PROCEDURES.has(name)) setProcedure(attributes, request)
  if (isBatch(request, reply)) attributes['db.operation.batch.size'] = reply.size
  if (reply?.error && reply.error !== OTHER) attributes['db.response.status_code'] = reply.error
  setServer(attributes, facts)
  return { name, error: errorOf(reply, facts), attributes }
}

function setProcedure(attributes: Attributes, request: RedisRequest): void {
  const [first] = wordsOf(request)
  if (first) attributes['db.stored_procedure.name'] = first
}

/** One command in a transaction is no batch, none are one. */
function isBatch({ command }: RedisRequest, reply: RedisReply | undefined): reply is RedisReply {
  return command?.effect === 'exec' && reply !== undefined && reply.size >= 0 && reply.size !== 1
}

function setServer(attributes: Attributes, facts: DescribeFacts): void {
  if (!facts.serverAddress) return
  attributes['server.address'] = facts.serverAddress
  if (facts.serverPort > 0 && facts.serverPort !== DEFAULT_PORT)
    attributes['server.port'] = facts.serverPort
}

/** A node of a cluster says who has the key: the client asks there, and nothing failed. */
const REDIRECTS = new Set(['ASK', 'MOVED'])

function errorOf(reply: RedisReply | undefined, { outcome }: DescribeFacts): string | undefined {
  if (reply && REDIRECTS.has(reply.error)) return undefined
  return reply?.error || ERRORS.get(outcome)
}
