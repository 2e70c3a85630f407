import type { MonotonicNs } from '../base/time.ts'

/** Clean siblings of a kind before the first is believed, unless no other request was open. */
const LEARN = 20
/** Clean siblings of a kind, made after its last failure, before one is believed again. */
const RECOVER = 1000
/** Kinds remembered; the one used least lately goes first. */
const MAX_KINDS = 1000

interface Record {
  clean: number
  failedAt: number
}

/**
 * Siblings (calls of a fan-out that did not themselves lead to the answer) are trusted by kind:
 * server and span name. A kind fails when such a call is seen to be nobody's, made after the
 * answer, or not waited for.
 */
export class SiblingTrust {
  readonly #kinds = new Map<string, Record>()

  failed(kind: string, at: MonotonicNs): void {
    this.#kinds.delete(kind)
    this.#kinds.set(kind, { clean: 0, failedAt: at })
    this.#makeRoom()
  }

  /** Counts a clean sibling and says whether its kind may be believed. */
  clean(kind: string, madeAt: MonotonicNs, alone: boolean): boolean {
    let record = this.#kinds.get(kind)
    if (!record) {
      record = { clean: 0, failedAt: -1 }
      this.#kinds.set(kind, record)
      this.#makeRoom()
    }
    // Counted from calls made after the failure: by decision, up to 14 wrong in a recording.
    if (record.failedAt < 0 || madeAt > record.failedAt) record.clean++
    return record.failedAt >= 0 ? record.clean > RECOVER : alone || record.clean > LEARN
  }

  #makeRoom(): void {
    if (this.#kinds.size <= MAX_KINDS) return
    for (const oldest of this.#kinds.keys()) {
      this.#kinds.delete(oldest)
      return
    }
  }
}
