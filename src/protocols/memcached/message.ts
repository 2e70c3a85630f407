import type { Message } from '../protocol.ts'

export interface MemcachedRequest extends Message {
  /** The command as sent. */
  readonly name: string
  /** Its line without the end; cut at a limit. Of what is stored nothing is kept. */
  readonly line: string
  /** Opaque token of a meta command, '' none. */
  readonly opaque: string
  /** Quiet commands before it, which may have been answered or not. */
  readonly quietBefore: number
}

/** Becomes whole while the reply is read. */
export interface MemcachedReply extends Message {
  /** `ERROR`, `CLIENT_ERROR`, `SERVER_ERROR`; '' none. */
  error: string
}
