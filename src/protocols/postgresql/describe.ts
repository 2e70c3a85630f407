import type { DescribeFacts, Outcome, SpanFacts } from '../protocol.ts'
import { type QueryFacts, readQuery } from '../sql/read-query.ts'
import { conditionOf } from './conditions.ts'
import type { PgRequest, PgResponse } from './message.ts'

type Attributes = Record<string, string | number | boolean>

const SYSTEM = 'postgresql'

/** `error.type` where no SQLSTATE tells. */
const ERRORS = new Map<Outcome | undefined, string>([
  ['reset', 'connection_reset'],
  ['timeout', 'timeout'],
  ['closed', 'connection_closed'],
])
/** As libpq calls what stood behind an error in a pipeline: PGRES_PIPELINE_ABORTED. */
const SKIPPED = 'pipeline_aborted'

/** Commands that return rows, even if there are none. */
const RETURNS_ROWS = new Set(['SELECT', 'FETCH', 'SHOW', 'EXPLAIN'])

/**
 * https://opentelemetry.io/docs/specs/semconv/db/postgresql/: neither operation nor collection is taken
 * from the text of a query; the summary has them.
 */
export function describe(
  request: PgRequest,
  response: PgResponse | undefined,
  facts: DescribeFacts,
): SpanFacts {
  const attributes: Attributes = { 'db.system.name': SYSTEM }
  if (request.namespace) attributes['db.namespace'] = request.namespace
  const query = request.sql ? readQuery(request.sql, SYSTEM, request.isCut) : undefined
  const name = query
    ? describeQuery(attributes, request, query, facts)
    : describeOperation(attributes, request, response)
  const error = errorOf(response, facts.outcome)
  const sqlState = response?.sqlState
  if (sqlState) attributes['db.response.status_code'] = sqlState
  else if (response && countsRows(response, facts.outcome))
    attributes['db.response.returned_rows'] = response.rows
  const errorMessage = sqlState && error ? conditionOf(sqlState) : undefined
  return { name, error, errorMessage, attributes }
}

/**
 * What only prepares: settling on encryption, a connection that came to be, a statement parsed without
 * an error. A request to cancel is another connection's business.
 */
export function isSilent(
  { kind, executes, sql }: PgRequest,
  response: PgResponse | undefined,
  outcome: Outcome | undefined,
): boolean {
  if (response?.sqlState) return false
  if (kind === 'encryption' || kind === 'cancel') return true
  if (kind === 'startup' || kind === 'sync') return outcome !== 'reset' && outcome !== 'timeout'
  if (kind !== 'extended' || executes) return false
  return sql === '' || outcome === 'answered' || outcome === 'answer-lost'
}

/** Returns the name of the span. */
function describeQuery(
  attributes: Attributes,
  { sql }: PgRequest,
  { text, summary }: QueryFacts,
  { queryText }: DescribeFacts,
): string {
  if (summary) attributes['db.query.summary'] = summary
  if (queryText !== 'off') attributes['db.query.text'] = queryText === 'raw' ? sql : text
  return summary || SYSTEM
}

/** Without a text: what the server said that it did. Returns the name of the span. */
function describeOperation(
  attributes: Attributes,
  { kind, executes, namespace }: PgRequest,
  response: PgResponse | undefined,
): string {
  if (kind === 'startup') {
    attributes['db.operation.name'] = 'CONNECT'
    return namespace ? `CONNECT ${namespace}` : 'CONNECT'
  }
  // Prepared before anybody looked, or too long ago.
  if (kind === 'extended' && executes) attributes['underspan.query.unseen'] = true
  const operation = kind === 'function' ? 'FUNCTION CALL' : (response?.command ?? '')
  if (operation) attributes['db.operation.name'] = operation
  return operation || SYSTEM
}

/** SQLSTATEs of class 02 and above are errors. */
function errorOf(
  response: PgResponse | undefined,
  outcome: Outcome | undefined,
): string | undefined {
  if (response?.isSkipped) return SKIPPED
  if (response && response.sqlState >= '02') return response.sqlState
  return ERRORS.get(outcome)
}

/** Only of an answer that was read to its end. */
function countsRows(response: PgResponse, outcome: Outcome | undefined): boolean {
  const isWhole = outcome === undefined || outcome === 'answered'
  return isWhole && response.isWhole && (response.rows > 0 || RETURNS_ROWS.has(response.command))
}
