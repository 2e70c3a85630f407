import { oneOf, withOne } from '../base/few.ts'
import type { MonotonicNs } from '../base/time.ts'
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
    for (let i = 0, one = oneOf(waiting, 0); one; one = oneOf(waiting, ++i)) this.#try(one)
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
    if (lineage.reason) this.#counters.unparented.add(lineage.reason)
    this.#place(exchange, new FoundPlace(exchange, lineage, top, this.#ids))
  }
}

/** Ids are written out only if somebody asks: of what is sampled out nobody does. */
class FoundPlace implements Place {
  readonly #exchange: Exchange
  readonly #lineage: Lineage
  readonly #top: Lineage
  readonly #ids: SpanIds
  #parent: Place['parent']

  constructor(exchange: Exchange, lineage: Lineage, top: Lineage, ids: SpanIds) {
    this.#exchange = exchange
    this.#lineage = lineage
    this.#top = top
    this.#ids = ids
  }

  get traceId(): string {
    return this.#top.traceId(this.#ids)
  }

  get spanId(): string {
    return this.#lineage.spanId
  }

  get parent(): Place['parent'] {
    this.#parent ??= parentOf(this.#lineage)
    return this.#parent
  }

  get reason(): Place['reason'] {
    return this.#lineage.reason
  }

  get link(): Place['link'] {
    const { link } = this.#lineage
    if (!link) return undefined
    let top: Lineage = link
    for (let depth = 0; top.parent && depth < MAX_DEPTH; depth++) top = top.parent
    return { traceId: top.traceId(this.#ids), spanId: link.spanId }
  }

  get began(): MonotonicNs {
    return this.#top.opened.time
  }

  get beginsWithCall(): boolean {
    return this.#top instanceof CallLineage && !this.#top.remote
  }

  get traceState(): string {
    return this.#top.header?.traceState ?? ''
  }

  get remoteSampled(): boolean | undefined {
    return this.#top.remote ? this.#top.header?.sampled : undefined
  }

  get peerId(): string | undefined {
    return this.#ids.peerId(this.#exchange)
  }
}

function wait(lineage: Lineage, other: Lineage): void {
  other.waiting = withOne(other.waiting, lineage)
}

function unsettledEnd(lineage: Lineage): RequestLineage | undefined {
  const request = lineage instanceof CallLineage ? lineage.served : lineage
  return request instanceof RequestLineage && !request.settled ? request : undefined
}

function parentOf({ parent, model, remote, header }: Lineage): Place['parent'] {
  if (parent && model) return { spanId: parent.spanId, model, remote: false }
  if (remote && header) return { spanId: header.spanId, model: 'header', remote: true }
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
