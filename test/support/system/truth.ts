import { noteLies } from './lies.ts'
import type { Load } from './load.ts'
import type { SeenSpan } from './spans.ts'

/**
 * What became of tagged requests, judged by their tags alone: each request for `/front/TAG` made
 * the calls `/call/TAG/1` and `/call/TAG/2`. The ids in the spans say who is whose parent; whether
 * that is true, the paths say.
 */
export interface Verdict {
  /** Requests of which every span is there once, each with the right parent. */
  readonly whole: number
  /** Spans whose parent belongs to another tag, or is nowhere. */
  readonly wrong: readonly string[]
  /** Client spans with the right parent. */
  readonly right: number
  readonly missing: readonly string[]
  readonly duplicate: readonly string[]
  /** How many spans of each place carry which reason. */
  readonly reasons: Readonly<Record<Role, Readonly<Record<string, number>>>>
  /** Spans with neither a parent nor a reason, or with both. */
  readonly unexplained: readonly string[]
}

type Role = 'front' | 'call' | 'callee'

interface Tagged {
  readonly role: Role
  readonly tag: string
  /** 0 for the front. */
  readonly number: number
  readonly span: SeenSpan
}

const CALLS = [1, 2]
export const REASON = 'underspan.unparented.reason'

/** Path of the request that a span is of, whichever attribute its kind keeps it in; of a query, a literal or a key. */
export function pathOf(span: SeenSpan): string {
  const path = span.attributes['url.path']
  if (typeof path === 'string') return path
  const query = span.attributes['db.query.text']
  if (typeof query === 'string') return /(?:'|\s)(\/call\/[^'\s]+)/.exec(query)?.[1] ?? ''
  const method = span.attributes['rpc.method']
  if (typeof method === 'string') return `/${method.replace('.', '/')}`
  const full = span.attributes['url.full']
  return typeof full === 'string' && URL.canParse(full) ? new URL(full).pathname : ''
}

function taggedOf(span: SeenSpan): Tagged | undefined {
  const words = pathOf(span).split('/')
  const tag = words[2] ?? ''
  if (words[1] === 'front' && span.kind === 'SERVER') return { role: 'front', tag, number: 0, span }
  if (words[1] !== 'call' || span.kind === 'other') return undefined
  const role = span.kind === 'CLIENT' ? 'call' : 'callee'
  return { role, tag, number: Number(words[3]), span }
}

function keyOf(role: Role, tag: string, number: number): string {
  return number === 0 ? `${role} ${tag}` : `${role} ${tag}/${number}`
}

function keysOf(tag: string): string[] {
  return [
    keyOf('front', tag, 0),
    ...CALLS.flatMap((number) => [keyOf('call', tag, number), keyOf('callee', tag, number)]),
  ]
}

/** The one whose child this span has to be. */
function parentKeyOf({ role, tag, number }: Tagged): string | undefined {
  if (role === 'front') return undefined
  return role === 'call' ? keyOf('front', tag, 0) : keyOf('call', tag, number)
}

class Judge {
  readonly #byKey = new Map<string, Tagged[]>()
  readonly #byId = new Map<string, SeenSpan>()
  readonly wrong: string[] = []
  readonly unexplained: string[] = []
  readonly reasons: Record<Role, Record<string, number>> = { front: {}, call: {}, callee: {} }
  /** Keys of spans that stand where they should. */
  readonly #placed = new Set<string>()
  right = 0

  constructor(spans: readonly SeenSpan[]) {
    for (const span of spans) {
      this.#byId.set(span.spanId, span)
      const tagged = taggedOf(span)
      if (tagged === undefined) continue
      const key = keyOf(tagged.role, tagged.tag, tagged.number)
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), tagged])
    }
  }

  judge(): void {
    for (const [key, [first, ...more]] of this.#byKey) {
      for (const tagged of [first!, ...more]) if (this.#isPlaced(key, tagged)) this.#placed.add(key)
    }
  }

  count(key: string): number {
    return this.#byKey.get(key)?.length ?? 0
  }

  isWhole(tag: string): boolean {
    return keysOf(tag).every((key) => this.count(key) === 1 && this.#placed.has(key))
  }

  #isPlaced(key: string, tagged: Tagged): boolean {
    const { role, span } = tagged
    const reason = span.attributes[REASON]
    if ((reason === undefined) === (span.parentSpanId === '')) this.unexplained.push(key)
    if (span.parentSpanId === '') {
      const word = String(reason)
      this.reasons[role][word] = (this.reasons[role][word] ?? 0) + 1
      return role === 'front'
    }
    const fault = this.#faultOf(tagged)
    if (fault !== undefined) this.wrong.push(`${key}: ${fault}`)
    else if (role === 'call') this.right++
    return fault === undefined
  }

  #faultOf(tagged: Tagged): string | undefined {
    const wanted = parentKeyOf(tagged)
    const parent = this.#byId.get(tagged.span.parentSpanId)
    if (parent === undefined) return 'its parent is nowhere'
    if (parent.traceId !== tagged.span.traceId) return 'its parent is of another trace'
    const found = taggedOf(parent)
    const key = found && keyOf(found.role, found.tag, found.number)
    // The load generator's own span, when it is traced.
    if (wanted === undefined)
      return parent.kind === 'CLIENT' && pathOf(parent) === pathOf(tagged.span)
        ? undefined
        : `is a child of ${key ?? parent.name}`
    return key === wanted ? undefined : `is a child of ${key ?? parent.name}, not of ${wanted}`
  }
}

export function judge(load: Load, spans: readonly SeenSpan[]): Verdict {
  const judge = new Judge(spans)
  judge.judge()
  const tags = load.requests.map(({ tag }) => tag)
  const keys = tags.flatMap(keysOf)
  return {
    whole: tags.filter((tag) => judge.isWhole(tag)).length,
    wrong: noteLies(judge.wrong),
    right: judge.right,
    missing: keys.filter((key) => judge.count(key) === 0),
    duplicate: keys.filter((key) => judge.count(key) > 1),
    reasons: judge.reasons,
    unexplained: judge.unexplained,
  }
}

/** What may differ between two runs of the same traffic. */
const OF_ONE_RUN =
  /(^|\.)(port|pid|parent_pid)$|^service\.instance\.id$|^process\.(creation\.time|start_time)$|^underspan\.(peer|instance)/

/** The same for the same traffic, whichever way it was seen: sorted lines without ids, times and ports. */
export function sketch(spans: readonly SeenSpan[]): string[] {
  const ids = new Map(spans.map((span) => [span.spanId, span]))
  return spans
    .filter((span) => taggedOf(span) !== undefined)
    .map((span) => {
      const parent = ids.get(span.parentSpanId)
      const of = parent === undefined ? '-' : `${parent.kind} ${pathOf(parent)}`
      const facts = { ...plain(span.resource), ...plain(span.attributes) }
      return `${span.kind} ${span.name} ${pathOf(span)} of ${of} ${JSON.stringify(facts)}`
    })
    .sort()
}

function plain(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(attributes).filter(([name]) => !OF_ONE_RUN.test(name))
  return Object.fromEntries(
    kept
      .map(([name, value]) => [name, withoutPorts(value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** `127.0.0.1:4711` in URLs and in command lines, where ports are words of their own. */
function withoutPorts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPorts)
  return typeof value === 'string'
    ? value.replace(/(:|\b)\d{4,5}\b/g, '$1PORT').replace(/underspan-test-\w+/g, 'FOLDER')
    : value
}
