import type { SeenSpan } from '../../test/support/system/spans.ts'
import { pathOf, REASON } from '../../test/support/system/truth.ts'
import type { LinkedSpan } from './spans-file.ts'

const MOST_LIES = 100

/** A server that was under load: who calls it, and which paths it was asked for. */
export interface Hop {
  readonly port: number
  /** Ports of the servers whose calls come here; none: the load's. */
  readonly callers: readonly number[]
  /** Paths that it was asked for, by the log of the load or of the server itself. */
  readonly asked: readonly string[]
}

/** Right, wrong, and none by reason. */
export class Tally {
  right = 0
  wrong = 0
  readonly none: Record<string, number> = {}

  get unparented(): number {
    return Object.values(this.none).reduce((sum, count) => sum + count, 0)
  }

  get total(): number {
    return this.right + this.wrong + this.unparented
  }

  addWrong(): void {
    this.wrong++
  }

  addNone(reason: string): void {
    this.none[reason] = (this.none[reason] ?? 0) + 1
  }
}

/** Takes the wrong ones alone. */
class WrongOnly extends Tally {
  readonly #tally: Tally

  constructor(tally: Tally) {
    super()
    this.#tally = tally
  }

  override addWrong(): void {
    this.#tally.addWrong()
  }
}

function wrongOf(tally: Tally): Tally {
  return new WrongOnly(tally)
}

export interface Found {
  readonly happened: number
  readonly found: number
}

/** What the agent made of it, held against what happened. */
export class Verdict {
  servers: Found = { happened: 0, found: 0 }
  clients: Found = { happened: 0, found: 0 }
  /** Calls made for a request: is the parent that request? */
  readonly inProcess = new Tally()
  /** Calls that nobody asked for: right without a parent. */
  readonly nobodys = new Tally()
  /** Requests that a traced process sent: is the parent that call? */
  readonly across = new Tally()
  /** Requests that the load sent: right without a parent. */
  readonly entries = new Tally()
  readonly models: Record<string, number> = {}
  /** What is wrong, in words; the first of them. */
  readonly lies: string[] = []
  /** Spans without a parent, by reason: paths of the first of them. */
  readonly unparented: Record<string, string[]> = {}
  /** Of the wrong ones, those whose parent is not among the spans. */
  absent = 0
  /** Requests under a call of their connection that no path tells of. */
  unread = 0
  /** Links to another request than the one that the work came from. */
  wrongLinks = 0
  twice = 0
  unexplained = 0

  get wrong(): number {
    return this.inProcess.wrong + this.nobodys.wrong + this.across.wrong + this.entries.wrong
  }
}

/** `/call/q17/2` is work of the tag `q17-2`, asked for by work of the tag `q17`. */
function tagOf(path: string): string {
  return path.split('/').slice(2).join('-')
}

function askerOf(path: string): string {
  return path.split('/')[2] ?? ''
}

function portOf(span: SeenSpan, name: string): number {
  return Number(span.attributes[name] ?? 0)
}

/** Whether all is expected of the request of this tag: only what is wrong counts of the others. */
type Counts = (tag: string) => boolean

/** Spans by port and path: the paths of a port are all different. */
class Spans {
  readonly servers = new Map<string, SeenSpan>()
  readonly clients = new Map<string, SeenSpan | LinkedSpan>()
  readonly byId = new Map<string, SeenSpan>()
  twice = 0

  constructor(spans: readonly (SeenSpan | LinkedSpan)[], hops: readonly Hop[]) {
    const ports = new Set(hops.map(({ port }) => port))
    for (const span of spans) {
      this.byId.set(span.spanId, span)
      const isServer = span.kind === 'SERVER'
      const port = portOf(span, isServer ? 'network.local.port' : 'network.peer.port')
      // Without a path it is what a client of a database does of its own accord.
      if (!ports.has(port) || pathOf(span) === '') continue
      const kind: Map<string, SeenSpan> = isServer ? this.servers : this.clients
      const key = `${port} ${pathOf(span)}`
      if (kind.has(key)) this.twice++
      kind.set(key, span)
    }
  }
}

/**
 * @param counts the tags whose requests the agent saw from their start; without: all.
 */
export function judge(
  spans: readonly (SeenSpan | LinkedSpan)[],
  hops: readonly Hop[],
  counts: Counts = () => true,
): Verdict {
  const seen = new Spans(spans, hops)
  const verdict = new Verdict()
  verdict.twice = seen.twice
  for (const hop of hops) {
    const paths = hop.asked.filter((path) => counts(rootOf(path)))
    verdict.servers = sum(verdict.servers, paths, seen.servers, hop)
    if (hop.callers.length > 0) verdict.clients = sum(verdict.clients, paths, seen.clients, hop)
    judgeServers(hop, seen, verdict, counts)
    if (hop.callers.length > 0) judgeClients(hop, hops, seen, verdict, counts)
  }
  return verdict
}

/** `q17` of all work that the request of this tag brought about. */
function rootOf(path: string): string {
  return askerOf(path).split('-')[0] ?? ''
}

function sum(
  before: Found,
  paths: readonly string[],
  spans: ReadonlyMap<string, SeenSpan>,
  { port }: Hop,
): Found {
  const found = paths.filter((path) => spans.has(`${port} ${path}`)).length
  return { happened: before.happened + paths.length, found: before.found + found }
}

function judgeServers(hop: Hop, seen: Spans, verdict: Verdict, counts: Counts): void {
  for (const [key, span] of seen.servers) {
    if (portOf(span, 'network.local.port') !== hop.port) continue
    const call = hop.callers.length > 0 ? seen.clients.get(key) : undefined
    const tally = hop.callers.length > 0 ? verdict.across : verdict.entries
    add(counts(rootOf(pathOf(span))) ? tally : wrongOf(tally), span, call, seen, verdict)
  }
}

function judgeClients(
  hop: Hop,
  hops: readonly Hop[],
  seen: Spans,
  verdict: Verdict,
  counts: Counts,
): void {
  const requests = new Map<string, string>()
  for (const { port, asked } of hops.filter(({ port }) => hop.callers.includes(port)))
    for (const path of asked) requests.set(tagOf(path), `${port} ${path}`)
  for (const span of seen.clients.values()) {
    if (portOf(span, 'network.peer.port') !== hop.port) continue
    const key = requests.get(askerOf(pathOf(span)))
    const request = key === undefined ? undefined : seen.servers.get(key)
    const isExpected = key === undefined || counts(rootOf(pathOf(span)))
    const all = key === undefined ? verdict.nobodys : verdict.inProcess
    const tally = isExpected ? all : wrongOf(all)
    checkLinks(span, requests, seen, verdict)
    if (add(tally, span, request, seen, verdict)) {
      const model = String(span.attributes['underspan.parent.model'] ?? 'none')
      verdict.models[model] = (verdict.models[model] ?? 0) + 1
    }
  }
}

/** Work of the tag `q17after` may have a link to the request of the tag `q17`. */
function checkLinks(
  span: SeenSpan | LinkedSpan,
  requests: ReadonlyMap<string, string>,
  seen: Spans,
  verdict: Verdict,
): void {
  if (!('links' in span) || span.links.length === 0) return
  const asker = askerOf(pathOf(span)).replace(/after$/, '')
  const wanted = seen.servers.get(requests.get(asker) ?? '')?.spanId
  for (const { spanId } of span.links) {
    if (spanId === wanted) continue
    verdict.wrongLinks++
    if (verdict.lies.length < MOST_LIES)
      verdict.lies.push(`CLIENT ${pathOf(span)} has a link to another request`)
  }
}

/**
 * What a call asked for was written before the agent came, so that no path tells whose it is: then it has
 * to be of the very connection, and around its request in time.
 */
function isUnreadCall(call: SeenSpan, { attributes, start, end }: SeenSpan): boolean {
  const isOtherEnd =
    call.attributes['network.peer.port'] === attributes['network.local.port'] &&
    call.attributes['network.local.port'] === attributes['network.peer.port']
  const isAround = call.start <= start && call.end >= end
  return call.kind === 'CLIENT' && pathOf(call) === '' && isOtherEnd && isAround
}

/** True: it has a parent, the right one. */
function add(
  tally: Tally,
  span: SeenSpan,
  wanted: SeenSpan | undefined,
  seen: Spans,
  verdict: Verdict,
): boolean {
  const reason = span.attributes[REASON]
  if ((reason === undefined) === (span.parentSpanId === '')) verdict.unexplained++
  if (span.parentSpanId === '') {
    tally.addNone(String(reason))
    const paths = verdict.unparented[String(reason)] ?? []
    verdict.unparented[String(reason)] = paths
    if (paths.length < MOST_LIES) paths.push(`${span.kind} ${pathOf(span)}`)
    return false
  }
  if (wanted && span.parentSpanId === wanted.spanId && span.traceId === wanted.traceId) {
    tally.right++
    return true
  }
  const found = seen.byId.get(span.parentSpanId)
  if (found && wanted === undefined && isUnreadCall(found, span)) {
    verdict.unread++
    return false
  }
  tally.addWrong()
  if (found === undefined) verdict.absent++
  const words = found === undefined ? 'a span that is not there' : `${found.kind} ${pathOf(found)}`
  if (verdict.lies.length < MOST_LIES)
    verdict.lies.push(
      `${span.kind} ${pathOf(span)} (${span.attributes['underspan.parent.model']}) is under ${words}`,
    )
  return false
}
