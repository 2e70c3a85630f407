import type { RedisReply, RedisRequest } from './message.ts'

const UNKNOWN = -1

/** What the two ends of a connection have agreed on so far. */
export class Agreement {
  /** Index of the chosen database; -1 unknown. */
  database: number
  /** Chosen in a transaction: counts once that was carried out; -1 none. */
  #chosen: number
  /** Subscriptions whose messages come as plain arrays (RESP2); -1 unknown. */
  channels: number
  /** From here on no replies come, but commands of others: a replica, or MONITOR. */
  isFeed: boolean

  /** `late`: what was agreed on before was not seen. */
  constructor(late: boolean) {
    this.database = late ? UNKNOWN : 0
    this.#chosen = UNKNOWN
    this.channels = late ? UNKNOWN : 0
    this.isFeed = false
  }

  /** Something was lost that may have changed it. */
  forget(): void {
    this.database = UNKNOWN
    this.#chosen = UNKNOWN
    this.channels = UNKNOWN
  }

  /** A request was answered without an error. `queued`: it will be carried out later. */
  took({ command, index }: RedisRequest, { size }: RedisReply, queued: boolean): void {
    switch (command?.effect) {
      case 'select':
        if (queued) this.#chosen = index
        else this.database = index
        return
      case 'exec':
        if (size >= 0 && this.#chosen !== UNKNOWN) this.database = this.#chosen
        this.#chosen = UNKNOWN
        return
      case 'discard':
        this.#chosen = UNKNOWN
        return
      case 'reset':
        this.database = 0
        this.#chosen = UNKNOWN
        this.channels = 0
        return
      case 'monitor':
      case 'replication':
        if (!queued) this.isFeed = true
    }
  }
}
