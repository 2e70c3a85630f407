import { SERVICE_NAME } from '../spans/attributes.ts'
import { type ReadableSpan, SpanKind } from './sdk.ts'
import { bar, type Stretch } from './terminal-bar.ts'
import { count, duration, milliseconds, timeOfDay } from './terminal-numbers.ts'
import { destinationOf, type Outcome, outcomeOf } from './terminal-outcome.ts'
import { whyItBeginsHere } from './terminal-reasons.ts'
import type { Glyphs, Style } from './terminal-style.ts'
import { cell, safe, shorten, widthOf } from './terminal-text.ts'
import { isRoot, type Row, rowsOf } from './terminal-tree.ts'

/** Lines of one trace; what is below is said in a line. */
export const MOST_ROWS = 40
const NARROWEST = 50
const WIDEST = 200
const DURATION_WIDTH = 8
const WIDEST_BAR = 60
const NARROWEST_BAR = 8

export interface Look {
  readonly style: Style
  readonly glyphs: Glyphs
  /** Of the terminal, now. */
  readonly columns: number
}

/** Widths of the columns of one trace. */
interface Columns {
  readonly service: number
  readonly name: number
  readonly bar: number
  readonly status: number
}

/** `note`: what is to be said beside the reason, e.g. that these spans came later. */
export function renderTrace(spans: readonly ReadableSpan[], note: string, look: Look): string {
  const width = Math.min(Math.max(look.columns, NARROWEST), WIDEST)
  const rows = rowsOf(spans, look.glyphs)
  const shown = rows.slice(0, MOST_ROWS)
  if (rows.length === 1 && note === '') return `${single(rows[0]!, width, look)}\n`
  const columns = columnsFor(shown, width)
  const whole = extentOf(spans)
  const lines = ['', header(rows, note, width, look)]
  for (const row of shown) lines.push(line(row, columns, whole, look))
  const more = rows.length - shown.length
  if (more > 0) lines.push(look.style.dim(`${look.glyphs.dots}and ${count(more, 'more span')}`))
  return `${lines.join('\n')}\n`
}

function header(rows: readonly Row[], note: string, width: number, look: Look): string {
  const { span } = rows[0]!
  const { traceId } = span.spanContext()
  const time = timeOfDay(milliseconds(span.startTime))
  const room = width - time.length - 2
  const services = new Set(rows.map((row) => serviceOf(row.span))).size
  const spans = count(rows.length, 'span')
  const parts = [note, spans, whyItBeginsHere(span)].filter(Boolean)
  const full = services > 1 ? parts.toSpliced(-1, 0, count(services, 'service')) : parts
  // The trace id is for pasting into a backend: whole or not at all, and before the services.
  for (const said of [full, parts].map((words) => words.join(look.glyphs.between))) {
    const gap = room - widthOf(said) - traceId.length
    if (gap >= 2) return `${time}  ${look.style.dim(`${said}${' '.repeat(gap)}${traceId}`)}`
  }
  return `${time}  ${look.style.dim(shorten(full.join(look.glyphs.between), room))}`
}

function line(row: Row, columns: Columns, whole: Stretch, look: Look): string {
  const { style } = look
  const { span } = row
  const service = serviceOf(span)
  const outcome = outcomeOf(span)
  const took = cell(duration(milliseconds(span.duration)), DURATION_WIDTH, 'right')
  const call = span.kind === SpanKind.CLIENT || span.kind === SpanKind.PRODUCER
  const parts = [
    style.service(service, cell(service, columns.service), call),
    name(row, columns.name, look),
    outcome.mood === 'bad' ? style.error(took) : took,
  ]
  if (columns.bar > 0) {
    const drawn = bar(stretchOf(span), whole, columns.bar, look.glyphs)
    const colored =
      outcome.mood === 'bad' ? style.error(drawn) : style.service(service, drawn, call)
    parts.push(` ${colored}`)
  }
  parts.push(painted(outcome, shorten(outcome.text, columns.status), style))
  return parts.join(' ').trimEnd()
}

/** Guide, name, and for calls that leave this host where they went. */
function name(row: Row, width: number, look: Look): string {
  const { style, glyphs } = look
  const most = Math.floor(width / 2)
  const guide =
    row.guide.length > most ? `${glyphs.dots}${row.guide.slice(-(most - 2))}` : row.guide
  const text = shorten(safe(row.span.name), width - guide.length)
  const used = guide.length + widthOf(text)
  const destination = row.answeredHere ? '' : shorten(awayTo(row.span), width - used)
  const filled = ' '.repeat(Math.max(0, width - used - widthOf(destination)))
  const shown = row.answeredHere ? style.dim(text) : isRoot(row.span) ? style.bold(text) : text
  return style.dim(guide) + shown + style.dim(destination) + filled
}

function awayTo(span: ReadableSpan): string {
  const destination = span.kind === SpanKind.CLIENT ? destinationOf(span) : ''
  return destination === '' ? '' : ` ${destination}`
}

/** A trace of one span needs no header, and its bar would say nothing. */
function single(row: Row, width: number, look: Look): string {
  const { style } = look
  const { span } = row
  const narrow = width < 80
  const service = shorten(serviceOf(span), narrow ? 8 : 20)
  const outcome = outcomeOf(span)
  const status = shorten(outcome.text, narrow ? 7 : 24)
  const took = cell(duration(milliseconds(span.duration)), DURATION_WIDTH, 'right')
  const reason = whyItBeginsHere(span)
  const time = timeOfDay(milliseconds(span.startTime))
  const room = width - time.length - widthOf(service) - DURATION_WIDTH - 5
  const tail = widthOf(status) + widthOf(reason) + 4
  const nameWidth = Math.max(8, Math.min(room - tail, 60))
  const left = [
    `${time}  ${style.service(service, service)} ${name(row, nameWidth, look)} `,
    outcome.mood === 'bad' ? style.error(took) : took,
    status === '' ? '' : `  ${painted(outcome, status, style)}`,
  ].join('')
  const rest = room - nameWidth - (status === '' ? 0 : widthOf(status) + 2)
  return `${left}${style.dim(`  ${reasonAndId(reason, span.spanContext().traceId, rest - 2)}`)}`.trimEnd()
}

function reasonAndId(reason: string, traceId: string, room: number): string {
  const gap = room - widthOf(reason) - traceId.length
  return gap >= 2 ? `${reason}${' '.repeat(gap)}${traceId}` : shorten(reason, room)
}

function painted(outcome: Outcome, text: string, style: Style): string {
  if (outcome.mood === 'bad') return style.error(text)
  return outcome.mood === 'doubtful' ? style.warning(text) : style.dim(text)
}

function columnsFor(rows: readonly Row[], width: number): Columns {
  const widest = (measure: (row: Row) => number) => Math.max(...rows.map(measure))
  const service = Math.min(
    widest((row) => widthOf(serviceOf(row.span))),
    width < 100 ? 14 : 28,
  )
  const status = Math.min(
    widest((row) => widthOf(outcomeOf(row.span).text)),
    width < 100 ? 10 : 24,
  )
  const wanted = widest(
    (row) =>
      row.guide.length +
      widthOf(safe(row.span.name)) +
      (row.answeredHere ? 0 : awayTo(row.span).length),
  )
  const room = width - service - DURATION_WIDTH - status - 5
  const share = width < 100 ? 0.3 : 0.4
  const bars = Math.max(0, Math.min(WIDEST_BAR, Math.max(room - wanted, Math.floor(room * share))))
  const shownBar = bars < NARROWEST_BAR ? 0 : bars
  return { service, status, bar: shownBar, name: Math.min(wanted, room - shownBar) }
}

export function serviceOf(span: ReadableSpan): string {
  const name = span.resource.attributes[SERVICE_NAME]
  return typeof name === 'string' ? safe(name) : 'unknown'
}

function stretchOf(span: ReadableSpan): Stretch {
  return { from: milliseconds(span.startTime), to: milliseconds(span.endTime) }
}

function extentOf(spans: readonly ReadableSpan[]): Stretch {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const span of spans) {
    const part = stretchOf(span)
    from = Math.min(from, part.from)
    to = Math.max(to, part.to)
  }
  return { from, to }
}
