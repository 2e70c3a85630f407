export interface OtherAgentsParts {
  /** Process ids of the other agents that run now. */
  readonly running: () => readonly number[]
  readonly ignored: { add(tgid: number): boolean; remove(tgid: number): void }
}

/** Agents leave each other's sockets out. */
export class OtherAgents {
  readonly #parts: OtherAgentsParts
  readonly #known = new Set<number>()

  constructor(parts: OtherAgentsParts) {
    this.#parts = parts
  }

  has(tgid: number): boolean {
    return this.#known.has(tgid)
  }

  look(): void {
    const { running, ignored } = this.#parts
    const now = running()
    for (const pid of now) {
      if (this.#known.has(pid)) continue
      this.#known.add(pid)
      ignored.add(pid)
    }
    if (this.#known.size === now.length) return
    for (const pid of this.#known) {
      if (now.includes(pid)) continue
      this.#known.delete(pid) // its number may soon be another process's
      ignored.remove(pid)
    }
  }
}
