/** Clean calls before the first of them is believed. */
const LEARN = 20
/** Clean calls of a kind after which its last failure is forgotten. */
const RECOVER = 1000
/** Kinds remembered of either end; the one used least lately goes first. */
const MAX_KINDS = 256

interface Record {
  /** Made while a request was open, and claimed by none. */
  failed: boolean
  /** Also made while no request was open. */
  background: boolean
  /** Since the last failure: made while one request alone was open, */
  cleanAlone: number
  /** beside others, */
  cleanBeside: number
  /** and these by kind of the request that claimed them. */
  readonly byRequest: Map<string, number>
}

/**
 * Whether the activity that answers a request is the one that works for it, by kind of call (server
 * and span name).
 *
 * A program may answer from an activity of its own, made late (a stream of the response): it may
 * have the address of one that made calls for another request and is gone, and claims these. Most
 * calls of such a program are claimed by nobody, which is how it gives itself away; and never are
 * many of them claimed by requests of one kind before the next is not.
 */
export class IdentityTrust {
  readonly #kinds = new Map<string, Record>()

  /** Nobody claimed it, or nobody can be believed who did. */
  failed(kind: string): void {
    const record = this.#of(kind)
    record.failed = true
    record.cleanAlone = 0
    record.cleanBeside = 0
    record.byRequest.clear()
  }

  background(kind: string): void {
    this.#of(kind).background = true
  }

  clean(kind: string, requestKind: string, alone: boolean): void {
    const record = this.#of(kind)
    if (alone) {
      record.cleanAlone++
      return
    }
    record.cleanBeside++
    if (record.cleanBeside >= RECOVER) record.failed = false
    const { byRequest } = record
    const count = byRequest.get(requestKind) ?? 0
    if (count === 0 && byRequest.size >= MAX_KINDS) dropOldest(byRequest)
    byRequest.set(requestKind, count + 1)
  }

  /**
   * `alone`: no other request was open beside the one that claimed it. `caughtUp`: all calls made
   * before its answer have been judged. A kind that has never failed is then believed whatever the
   * kind of the request, else only where requests of this kind have claimed many since.
   */
  holds(kind: string, requestKind: string, alone: boolean, caughtUp: boolean): boolean {
    const record = this.#kinds.get(kind)
    if (!record) return alone
    if ((record.byRequest.get(requestKind) ?? 0) >= LEARN) return true
    if (!record.failed && caughtUp && record.cleanBeside >= LEARN) return true
    const isShared = record.failed || record.background
    return alone && (!isShared || record.cleanAlone >= LEARN)
  }

  hasFailed(kind: string): boolean {
    return this.#kinds.get(kind)?.failed === true
  }

  #of(kind: string): Record {
    let record = this.#kinds.get(kind)
    if (!record) {
      if (this.#kinds.size >= MAX_KINDS) dropOldest(this.#kinds)
      record = {
        failed: false,
        background: false,
        cleanAlone: 0,
        cleanBeside: 0,
        byRequest: new Map(),
      }
      this.#kinds.set(kind, record)
    }
    return record
  }
}

function dropOldest(map: Map<string, unknown>): void {
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
