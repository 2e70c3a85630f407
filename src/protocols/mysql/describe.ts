import type { DescribeFacts, Outcome, SpanFacts } from '../protocol.ts'
import { type QueryFacts, readQuery } from '../sql/read-query.ts'
import { COMMAND_NAMES, Command, isOperation } from './commands.ts'
import { ERROR_NAMES } from './error-names.ts'
import type { MySqlRequest, MySqlResponse } from './message.ts'

type Attributes = Record<string, string | number | boolean>

const BROKE_OFF: ReadonlySet<Outcome | undefined> = new Set(['reset', 'timeout', 'closed'])

/**
 * https://opentelemetry.io/docs/specs/semconv/db/mysql/: neither operation nor collection is taken from
 * the text of a query; the summary has them.
 */
export function describe(
  request: MySqlRequest,
  response: MySqlResponse | undefined,
  facts: DescribeFacts,
): SpanFacts {
  const attributes: Attributes = { 'db.system.name': request.server.system }
  const namespace = namespaceOf(request)
  if (namespace) attributes['db.namespace'] = namespace
  const name = request.text
    ? describeQuery(attributes, request, facts)
    : describeCommand(attributes, request, namespace)
  const error = response?.error ? String(response.error) : undefined
  if (error !== undefined) attributes['db.response.status_code'] = error
  else if (response?.isWhole && response.rows >= 0)
    attributes['db.response.returned_rows'] = response.rows
  return { name, error, errorMessage: response && wordsOf(response), attributes }
}

/** Upkeep of the connection that went well: the login, pings, a statement prepared. */
export function isSilent(
  { command }: MySqlRequest,
  response: MySqlResponse | undefined,
  outcome: Outcome | undefined,
): boolean {
  return !isOperation(command) && !response?.error && !BROKE_OFF.has(outcome)
}

/** The database in use; of a login, the one that is asked for. */
function namespaceOf({ command, namespace, database }: MySqlRequest): string {
  return command === Command.login ? (database ?? '') : namespace
}

/** Returns the name of the span. */
function describeQuery(
  attributes: Attributes,
  { command, text, isCut, server }: MySqlRequest,
  { queryText }: DescribeFacts,
): string {
  const query = readQuery(text, 'mysql', isCut)
  if (query.summary) attributes['db.query.summary'] = query.summary
  if (queryText !== 'off') attributes['db.query.text'] = queryText === 'raw' ? text : query.text
  if (runsText(command)) return query.summary || server.system
  return describeUse(attributes, COMMAND_NAMES[command] ?? '', query)
}

function runsText(command: number): boolean {
  return (
    command === Command.query ||
    command === Command.stmtExecute ||
    command === Command.stmtBulkExecute
  )
}

/** A statement that is only prepared or reset, or more of its rows: that is not what its text does. */
function describeUse(attributes: Attributes, operation: string, query: QueryFacts): string {
  attributes['db.operation.name'] = operation
  return query.collection ? `${operation} ${query.collection}` : operation
}

/** Without a text. Returns the name of the span. */
function describeCommand(
  attributes: Attributes,
  { command, server }: MySqlRequest,
  namespace: string,
): string {
  // Prepared before anybody looked, or too long ago.
  if (isOperation(command)) attributes['underspan.query.unseen'] = true
  if (command === Command.query) return namespace || server.system
  const operation = COMMAND_NAMES[command] ?? server.system
  attributes['db.operation.name'] = operation
  return namespace ? `${operation} ${namespace}` : operation
}

function wordsOf({ error, sqlState }: MySqlResponse): string | undefined {
  if (error === 0) return undefined
  const name = ERROR_NAMES.get(error)
  if (!sqlState) return name
  return name ? `${name} (${sqlState})` : `SQLSTATE ${sqlState}`
}
