import type { Outcome } from '../protocol.ts'
import type { RedisReply, RedisRequest } from './message.ts'

/** What a client says as it connects. */
const SETUP = new Set(['HELLO', 'AUTH', 'CLIENT SETNAME'])
/** The same, said to servers that may not know it: clients go on without. */
const TRIES = new Set(['CLIENT SETINFO', 'CLIENT MAINT_NOTIFICATIONS'])
const BROKE_OFF = new Set<Outcome | undefined>(['reset', 'timeout', 'closed'])

/** A step of connecting that went well, or need not go well. */
export function isSilent(
  { name }: RedisRequest,
  reply: RedisReply | undefined,
  outcome: Outcome | undefined,
): boolean {
  if (BROKE_OFF.has(outcome)) return false
  return TRIES.has(name) || (SETUP.has(name) && !reply?.error)
}
