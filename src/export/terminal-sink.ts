import type { Clock } from '../base/time.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Log } from '../telemetry/log.ts'
import { withDeadline } from './deadline.ts'
import type { SpanSink } from './exporter.ts'
import { LineWriter } from './line-writer.ts'
import { type ReadableSpan, SpanStatusCode } from './sdk.ts'
import { Flood } from './terminal-flood.ts'
import { Group, type Shown } from './terminal-group.ts'
import { count, milliseconds, timeOfDay } from './terminal-numbers.ts'
import { ASCII, Style, UNICODE } from './terminal-style.ts'
import { safe, shorten } from './terminal-text.ts'
import { type Look, MOST_ROWS, renderTrace } from './terminal-trace.ts'
import { isRoot } from './terminal-tree.ts'
import type { TextTarget } from './text-target.ts'
import type { Timers } from './timers.ts'

const TICK_MS = 20
/** Spans that wait for their root; beyond, the oldest traces are shown as they are. */
const MOST_WAITING = 20_000
/** Traces remembered for what comes later. */
const MOST_REMEMBERED = 5000
/** How often is said how many were left out. */
const REPORT_MS = 2000
const BACKLOG = 1024 * 1024

export interface TerminalParts {
  readonly target: TextTarget
  readonly color: boolean
  /** False for terminals that do not speak UTF-8. */
  readonly unicode: boolean
  /** Of the terminal, now. */
  readonly columns: () => number
  readonly counters: Counters
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
  /** Once, when nobody reads any more. */
  readonly onReaderGone: () => void
}

/** Traces as trees, while they happen. */
export class TerminalSink implements SpanSink {
  readonly #parts: TerminalParts
  readonly #writer: LineWriter
  readonly #style: Style
  readonly #flood = new Flood()
  readonly #waiting = new Map<string, Group>()
  readonly #remembered = new Map<string, Shown>()
  #waitingSpans = 0
  #hidden = { traces: 0, spans: 0, failed: 0 }
  #cancelTick: (() => void) | undefined
  #cancelReport: (() => void) | undefined
  #closed = false

  constructor(parts: TerminalParts) {
    this.#parts = parts
    this.#style = new Style(parts.color)
    this.#writer = new LineWriter({ ...parts, limit: BACKLOG })
  }

  accept(span: ReadableSpan): void {
    if (this.#closed) {
      this.#parts.counters.output.add('shutdown')
      return
    }
    const { traceId } = span.spanContext()
    const now = this.#parts.clock.now()
    let group = this.#waiting.get(traceId)
    if (!group) {
      group = new Group(this.#remembered.get(traceId), now)
      this.#waiting.set(traceId, group)
    }
    group.add(span, now)
    this.#waitingSpans++
    if (!this.#cancelTick) this.#cancelTick = this.#parts.timers.after(TICK_MS, () => this.#tick())
  }

  async flush(deadlineMs: number): Promise<void> {
    for (const [traceId, group] of [...this.#waiting]) this.#finish(traceId, group)
    this.#report()
    await withDeadline(this.#parts.timers, deadlineMs, (done) => this.#writer.whenDrained(done))
  }

  async shutdown(deadlineMs: number): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.flush(deadlineMs)
    this.#cancelTick?.()
    this.#cancelReport?.()
    this.#writer.abandon()
  }

  #tick(): void {
    this.#cancelTick = undefined
    const now = this.#parts.clock.now()
    for (const [traceId, group] of this.#waiting)
      if (group.isDue(now) || this.#waitingSpans > MOST_WAITING) this.#finish(traceId, group)
    if (this.#waiting.size > 0)
      this.#cancelTick = this.#parts.timers.after(TICK_MS, () => this.#tick())
  }

  #finish(traceId: string, group: Group): void {
    this.#waiting.delete(traceId)
    this.#waitingSpans -= group.spans.length
    const hidden = group.earlier?.hidden ?? !this.#isAllowed(group)
    this.#remember(traceId, group, hidden)
    if (hidden) this.#hide(group)
    else
      this.#writer.offer(
        renderTrace(group.spans, noteOf(group, this.#look()), this.#look()),
        group.spans.length,
      )
  }

  #isAllowed({ spans }: Group): boolean {
    const lines = Math.min(spans.length, MOST_ROWS) + (spans.length > 1 ? 2 : 0)
    return this.#flood.allows(lines, spans.some(hasFailed), this.#parts.clock.now())
  }

  /** The Map's own order is that of time: its first is the oldest. */
  #remember(traceId: string, group: Group, hidden: boolean): void {
    if (group.earlier) return
    const first = group.spans.find(isRoot) ?? group.spans[0]!
    this.#remembered.set(traceId, { name: safe(first.name), started: first.startTime, hidden })
    if (this.#remembered.size <= MOST_REMEMBERED) return
    for (const oldest of this.#remembered.keys()) {
      this.#remembered.delete(oldest)
      break
    }
  }

  #hide({ spans, earlier }: Group): void {
    this.#parts.counters.output.add('flood', spans.length)
    this.#hidden.spans += spans.length
    if (!earlier) this.#hidden.traces++
    if (!earlier && spans.some(hasFailed)) this.#hidden.failed++
    this.#cancelReport ??= this.#parts.timers.after(REPORT_MS, () => this.#report())
  }

  #report(): void {
    this.#cancelReport?.()
    this.#cancelReport = undefined
    const { traces, spans, failed } = this.#hidden
    if (spans === 0) return
    this.#hidden = { traces: 0, spans: 0, failed: 0 }
    const { style, glyphs } = this.#look()
    const errors = failed > 0 ? `, ${failed} of them with errors` : ''
    const what =
      traces > 0
        ? `${count(traces, 'more trace')} (${count(spans, 'span')}${errors})`
        : count(spans, 'more span')
    const text = `${what} not shown: too many to read`
    this.#writer.offer(`${style.dim(`${glyphs.dots}${text}`)}\n`, 0)
  }

  #look(): Look {
    const { columns, unicode } = this.#parts
    return { style: this.#style, glyphs: unicode ? UNICODE : ASCII, columns: columns() }
  }
}

function hasFailed(span: ReadableSpan): boolean {
  return span.status.code === SpanStatusCode.ERROR
}

function noteOf({ earlier, hasRoot }: Group, { glyphs }: Look): string {
  if (earlier) {
    const time = timeOfDay(milliseconds(earlier.started))
    return `${glyphs.dots}later in ${shorten(earlier.name, 40)} of ${time}`
  }
  return hasRoot ? '' : `${glyphs.dots}in a request that is still open`
}
