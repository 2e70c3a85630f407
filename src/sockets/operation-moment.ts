import type { MonotonicNs } from '../base/time.ts'
import { type DataEvent, DataFlag, Direction } from '../events/layout.ts'
import type { Moment } from './moment.ts'

/** Bit beside those of DataFlag. */
const INGRESS = 1 << 30
const WORD = 2 ** 32
const BILLION = 1e9

/** What the kernel read of the runtime: activities, or Node's async ids (bpf/include/wire.h). */
interface RuntimeIds {
  readonly own: number
  readonly parent: number
  readonly grandparent: number
  readonly gone: number
}

const NONE: RuntimeIds = { own: 0, parent: 0, grandparent: 0, gone: 0 }

/**
 * A moment that was seen. There are two of them for each exchange, kept until its span is placed: so none of the fields is
 * a number that needs an object of its own (beyond 31 bits it would), and what few operations have is shared.
 */
export class OperationMoment implements Moment {
  readonly tgid: number
  readonly tid: number
  readonly reads: number
  readonly #flags: number
  readonly #seconds: number
  readonly #nanoseconds: number
  #contextHigh: number
  #contextLow: number
  readonly #ids: RuntimeIds

  /** `flags`: of DataFlag. */
  constructor(
    time: MonotonicNs,
    ingress: boolean,
    tgid: number,
    tid: number,
    context = 0,
    reads = 0,
    flags = 0,
    ids = NONE,
  ) {
    this.tgid = tgid
    this.tid = tid
    this.reads = reads
    this.#flags = ingress ? flags | INGRESS : flags
    this.#seconds = Math.floor(time / BILLION)
    this.#nanoseconds = time - this.#seconds * BILLION
    this.#contextHigh = Math.floor(context / WORD)
    this.#contextLow = context | 0
    this.#ids = ids
  }

  get time(): MonotonicNs {
    return (this.#seconds * BILLION + this.#nanoseconds) as MonotonicNs
  }

  get ingress(): boolean {
    return (this.#flags & INGRESS) !== 0
  }

  get context(): number {
    return this.#contextHigh * WORD + (this.#contextLow >>> 0)
  }

  set context(context: number) {
    this.#contextHigh = Math.floor(context / WORD)
    this.#contextLow = context | 0
  }

  get activity(): number {
    return hasAsyncIds(this.#flags) ? 0 : this.#ids.own
  }

  get parentActivity(): number {
    return hasAsyncIds(this.#flags) ? 0 : this.#ids.parent
  }

  get grandparentActivity(): number {
    return hasAsyncIds(this.#flags) ? 0 : this.#ids.grandparent
  }

  get goneActivity(): number {
    return hasAsyncIds(this.#flags) ? 0 : this.#ids.gone
  }

  get execution(): number {
    return hasAsyncIds(this.#flags) ? this.#ids.own : 0
  }

  get trigger(): number {
    return hasAsyncIds(this.#flags) ? this.#ids.parent : 0
  }

  get idCount(): number {
    return hasAsyncIds(this.#flags) ? this.#ids.grandparent : 0
  }

  get idsBefore(): number {
    return hasAsyncIds(this.#flags) ? this.#ids.gone : 0
  }

  get polling(): boolean {
    return (this.#flags & DataFlag.polling) !== 0
  }

  get loops(): boolean {
    return (this.#flags & DataFlag.loops) !== 0
  }

  get atConnect(): boolean {
    return (this.#flags & DataFlag.connectContext) !== 0
  }

  get threadLate(): boolean {
    return (this.#flags & DataFlag.threadLate) !== 0
  }
}

function hasAsyncIds(flags: number): boolean {
  return (flags & DataFlag.asyncIds) !== 0
}

export function momentOf(event: DataEvent, time: MonotonicNs): Moment {
  const ingress = event.direction === Direction.ingress
  const { tgid, tid, contextId, reads, flags } = event
  return new OperationMoment(time, ingress, tgid, tid, contextId, reads, flags, idsOf(event))
}

function idsOf(event: DataEvent): RuntimeIds {
  const own = event.activity
  const parent = event.parentActivity
  const grandparent = event.grandparentActivity
  const gone = event.goneActivity
  const isNone = own === 0 && parent === 0 && grandparent === 0 && gone === 0
  return isNone ? NONE : { own, parent, grandparent, gone }
}

/** When something happened to a socket that no thread did: it closed, or was given up. */
export function momentWithoutThread(time: MonotonicNs, tgid: number): Moment {
  return new OperationMoment(time, false, tgid, 0)
}
