import type { Exchange } from '../exchanges/exchange.ts'
import type { Counters } from '../telemetry/counters.ts'
import { CallLineage, type Lineage, RequestLineage } from './lineage.ts'
import type { Place } from './place.ts'
import type { SpanIds } from './span-ids.ts'

/** Ancestors followed; deeper chains are cut as `unconfirmed` (a cycle cannot be excluded by proof). */
const MAX_DEPTH = 128

/**
 * Gives each ended exchange its final place. A span waits until its chain of ancestors here is
 * decided; not until they have ended, so that a child of an open stream goes out. A request also
 * waits until its calls are decided, and a call until the request at its other end does not wait
 * any more: so the spans of a trace come together.
 */
export class Placement {
  readonly #ids: SpanIds
  readonly #counters: Counters
  readonly #place: (exchange: Exchange, place: Place) => void

  constructor(ids: SpanIds, counters: Counters, place: (exchange: Exchange, place: Place) => void) {
    this.#ids = ids
    this.#counters = counters
    this.#place = place
  }

  decided(lineage: Lineage): void {
    if (lineage.ended) this.#try(lineage)
    const { waiting } = lineage
    if (!waiting) return
    lineage.waiting = undefined
    for (const descendant of waiting) this.#try(descendant)
  }

  ended(lineage: Lineage): void {
    if (lineage.decided) this.#try(lineage)
  }

  #try(lineage: Lineage): void {
    if (lineage.placed) return
    const unsettled = unsettledEnd(lineage)
    if (unsettled) {
      if (unsettled !== lineage) wait(lineage, unsettled)
      return
    }
    let top = lineage
    for (let depth = 0; top.parent && depth < MAX_DEPTH; depth++) {
      if (!top.parent.decided) {
        wait(lineage, top.parent)
        return
      }
      top = top.parent
    }
    if (top.parent) cutLoose(top)
    this.#emit(lineage, top)
  }

  #emit(lineage: Lineage, top: Lineage): void {
    const { exchange } = lineage
    lineage.release()
    if (isExcluded(lineage)) {
      this.#counters.spans.add('excluded-path')
      return
    }
    const traceId = this.#traceOf(top)
    if (lineage.reason) this.#counters.unparented.add(lineage.reason)
    this.#place(exchange, {
      traceId,
      spanId: lineage.spanId,
      parent: parentOf(lineage),
      reason: lineage.reason,
      link: this.#linkOf(lineage),
      began: top.opened.time,
      beginsWithCall: top instanceof CallLineage && !top.remote,
      traceState: top.header?.traceState ?? '',
      remoteSampled: top.remote ? top.header?.sampled : undefined,
      peerId: this.#ids.peerId(exchange),
    })
  }

  #linkOf(lineage: Lineage): Place['link'] {
    if (!lineage.link) return undefined
    let top: Lineage = lineage.link
    for (let depth = 0; top.parent && depth < MAX_DEPTH; depth++) top = top.parent
    return { traceId: this.#traceOf(top), spanId: lineage.link.spanId }
  }

  #traceOf(top: Lineage): string {
    if (top.traceId === '')
      top.traceId = top.remote && top.header ? top.header.traceId : this.#ids.traceId(top.spanId)
    return top.traceId
  }
}

function wait(lineage: Lineage, other: Lineage): void {
  if (other.waiting) other.waiting.push(lineage)
  else other.waiting = [lineage]
}

function unsettledEnd(lineage: Lineage): RequestLineage | undefined {
  const request = lineage instanceof CallLineage ? lineage.served : lineage
  return request instanceof RequestLineage && !request.settled ? request : undefined
}

function parentOf(lineage: Lineage): Place['parent'] {
  if (lineage.parent && lineage.model)
    return { spanId: lineage.parent.spanId, model: lineage.model, remote: false }
  if (lineage.remote && lineage.header)
    return { spanId: lineage.header.spanId, model: 'header', remote: true }
  return undefined
}

function isExcluded(lineage: Lineage): boolean {
  let at: Lineage | undefined = lineage
  for (let depth = 0; at && depth < MAX_DEPTH; depth++) {
    if (at.excluded) return true
    at = at.parent
  }
  return false
}

function cutLoose(top: Lineage): void {
  top.parent = undefined
  top.model = undefined
  top.reason = 'unconfirmed'
}
