import type { DescribeFacts, SpanFacts } from '../protocol.ts'
import { COMMANDS, type Command } from './commands.ts'
import type { MemcachedReply, MemcachedRequest } from './message.ts'

type Attributes = Record<string, string | number | boolean>

const DEFAULT_PORT = 11_211
/** Words of a text. */
const MAX_WORDS = 32

/** `error.type` where no reply tells. */
const ERRORS = new Map<DescribeFacts['outcome'], string>([
  ['reset', 'connection_reset'],
  ['timeout', 'timeout'],
  ['closed', 'connection_closed'],
])

/** https://opentelemetry.io/docs/specs/semconv/db/database-spans/ */
export function describe(
  request: MemcachedRequest,
  reply: MemcachedReply | undefined,
  facts: DescribeFacts,
): SpanFacts {
  const name = COMMANDS.has(request.name) ? request.name : '_OTHER'
  const attributes: Attributes = { 'db.system.name': 'memcached', 'db.operation.name': name }
  if (facts.queryText !== 'off')
    attributes['db.query.text'] = facts.queryText === 'raw' ? request.line : textOf(request)
  if (reply?.error) attributes['db.response.status_code'] = reply.error
  if (facts.serverAddress) {
    attributes['server.address'] = facts.serverAddress
    if (facts.serverPort > 0 && facts.serverPort !== DEFAULT_PORT)
      attributes['server.port'] = facts.serverPort
  }
  return { name, error: reply?.error || ERRORS.get(facts.outcome), attributes }
}

/** The command, its keys and its flags; a question mark for each other word. */
function textOf({ line }: MemcachedRequest): string {
  const [name = '', ...words] = line.trimEnd().split(' ')
  const command = COMMANDS.get(name)
  const parts = [command ? name : '?']
  for (const [i, word] of words.entries()) {
    if (parts.length > MAX_WORDS) return `${parts.join(' ')} ...`
    parts.push(command ? shown(command, i + 1, word) : '?')
  }
  return parts.join(' ')
}

function shown(command: Command, place: number, word: string): string {
  const { key, many, isMeta, length } = command
  if (place === key || (many && place > key)) return word
  // Of a flag with a token, `T30`, the letter.
  if (isMeta && place > Math.max(key, length)) return word.length > 1 ? `${word[0]}?` : word
  return '?'
}
