import { type ReadableSpan, SpanKind } from './sdk.ts'
import type { Glyphs } from './terminal-style.ts'

/** One line of a trace: a span, what stands before its name, and how it is joined. */
export interface Row {
  readonly span: ReadableSpan
  readonly guide: string
  /** A client span whose callee's server span is the next line. */
  readonly answeredHere: boolean
}

interface Node {
  readonly span: ReadableSpan
  readonly children: Node[]
}

interface Visit {
  readonly node: Node
  /** Of the lines below. */
  readonly indent: string
  readonly guide: string
}

/**
 * The spans of a trace in the order of their lines, parents first, then by time. A server span
 * stands right below the client span that called it, at the same depth: one call, two views.
 * Spans whose parent is not among these begin a tree of their own.
 */
export function rowsOf(spans: readonly ReadableSpan[], glyphs: Glyphs): Row[] {
  const rows: Row[] = []
  // A stack instead of recursion: depth is decided by what is traced.
  const stack = rootsOf(spans)
    .reverse()
    .map((node) => rootVisit(node, glyphs))
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    const { node, guide, indent } = visit
    rows.push({
      span: node.span,
      guide,
      answeredHere: isClient(node) && node.children.some(isServer),
    })
    for (const next of visitsBelow(node, indent, glyphs).reverse()) stack.push(next)
  }
  return rows
}

function rootsOf(spans: readonly ReadableSpan[]): Node[] {
  const nodes = new Map<string, Node>()
  for (const span of spans) nodes.set(span.spanContext().spanId, { span, children: [] })
  const roots: Node[] = []
  for (const node of nodes.values()) {
    const parentId = node.span.parentSpanContext?.spanId
    const parent = parentId === undefined ? undefined : nodes.get(parentId)
    if (parent && parent !== node) parent.children.push(node)
    else roots.push(node)
  }
  for (const node of nodes.values()) node.children.sort(byStart)
  return roots.sort((a, b) => Number(isRoot(b.span)) - Number(isRoot(a.span)) || byStart(a, b))
}

/** Where a trace begins on this host. */
export function isRoot(span: ReadableSpan): boolean {
  return span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true
}

function rootVisit(node: Node, glyphs: Glyphs): Visit {
  const guide = `${isRoot(node.span) ? '' : glyphs.dots}${isClient(node) ? glyphs.call : ''}`
  return { node, guide, indent: ' '.repeat(guide.length) }
}

function visitsBelow(node: Node, indent: string, glyphs: Glyphs): Visit[] {
  const inline = isClient(node) ? node.children.filter(isServer) : []
  const branches = isClient(node)
    ? node.children.filter((child) => !isServer(child))
    : node.children
  return [
    ...inline.map((child) => ({ node: child, guide: indent, indent })),
    ...branches.map((child, i) => branchVisit(child, indent, i === branches.length - 1, glyphs)),
  ]
}

function branchVisit(node: Node, indent: string, last: boolean, glyphs: Glyphs): Visit {
  const tail = isClient(node) ? glyphs.call : glyphs.part
  return {
    node,
    guide: `${indent}${last ? glyphs.last : glyphs.branch}${tail}`,
    indent: `${indent}${last ? ' ' : glyphs.pass}  `,
  }
}

function byStart(a: Node, b: Node): number {
  const [aSeconds, aNanos] = a.span.startTime
  const [bSeconds, bNanos] = b.span.startTime
  return aSeconds - bSeconds || aNanos - bNanos
}

function isClient({ span }: Node): boolean {
  return span.kind === SpanKind.CLIENT || span.kind === SpanKind.PRODUCER
}

function isServer({ span }: Node): boolean {
  return span.kind === SpanKind.SERVER || span.kind === SpanKind.CONSUMER
}
