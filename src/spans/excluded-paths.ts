import { anyGlobMatches } from '../base/glob.ts'

const MAX_KNOWN = 1024

/** Paths whose requests make no spans: health checks and the like. */
export class ExcludedPaths {
  readonly #patterns: readonly string[]
  readonly #known = new Map<string, boolean>()

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns
  }

  get empty(): boolean {
    return this.#patterns.length === 0
  }

  has(path: string): boolean {
    if (this.empty) return false
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const excluded = anyGlobMatches(this.#patterns, path)
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.set(path, excluded)
    return excluded
  }
}
