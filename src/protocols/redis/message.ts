import type { Message } from '../protocol.ts'
import type { Command } from './commands.ts'

export interface RedisRequest extends Message {
  /** Undefined: not one that is known. */
  readonly command: Command | undefined
  /** In capitals if it is known, `CONFIG GET` with its second word; '' if it cannot be one. */
  readonly name: string
  /** Words behind the first. */
  readonly count: number
  /** The words behind the first as they were sent, in RESP or as a line; cut at a limit. '' of secrets. */
  readonly words: string
  readonly isInline: boolean
  /** First argument, if it is a number: -1 none. */
  readonly index: number
}

/** Becomes whole while the reply is read. */
export interface RedisReply extends Message {
  /** `WRONGTYPE`; '' no error; `_OTHER` one without such a word. */
  error: string
  /** Index of the database that was chosen when it was asked; -1 unknown. */
  readonly database: number
  /** Elements of an array, -1 of no array or a null. */
  readonly size: number
}
