import { globMatches } from '../base/glob.ts'

/** A segment of a template: its text, or `undefined` for any one segment. */
type Part = string | undefined

interface Pattern {
  readonly template: string
  readonly parts: readonly Part[]
  /** Ends with `/*`: whatever follows belongs to it. */
  readonly open: boolean
}

/** Route templates that the user gave; the first that covers a path is its route. */
export class RoutePatterns {
  readonly #patterns: readonly Pattern[]

  constructor(templates: readonly string[]) {
    this.#patterns = templates.map(parse)
  }

  get empty(): boolean {
    return this.#patterns.length === 0
  }

  /** undefined: none covers it. A slash at the end makes no difference. */
  match(path: string): string | undefined {
    const segments = segmentsOf(path)
    return this.#patterns.find((pattern) => covers(pattern, segments))?.template
  }
}

function parse(template: string): Pattern {
  const segments = segmentsOf(template)
  const last = segments.at(-1)
  const open = last === '*' || last === '**'
  const named = open ? segments.slice(0, -1) : segments
  const parts = named.map((segment) => (isParameter(segment) ? undefined : segment))
  return { template, parts, open }
}

/** `:id`, `{id}`, `<int:id>`, `*`. */
function isParameter(segment: string): boolean {
  return /^(?::.+|\{.+\}|<.+>|\*)$/.test(segment)
}

function covers({ parts, open }: Pattern, segments: readonly string[]): boolean {
  if (open ? segments.length <= parts.length : segments.length !== parts.length) return false
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]
    if (part === undefined) continue
    const same = part.includes('*') ? globMatches(part, segments[i]!) : part === segments[i]
    if (!same) return false
  }
  return true
}

function segmentsOf(path: string): string[] {
  const bare = path.endsWith('/') ? path.slice(1, -1) : path.slice(1)
  return bare === '' ? [] : bare.split('/')
}
