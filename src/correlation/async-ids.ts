import type { Moment } from '../sockets/moment.ts'
import type { Socket } from '../sockets/socket.ts'

/** Stretches of ids remembered at first, and at most. Older ids have no date, which is safe. */
const FEW = 1024
const MOST = 65_536

/** A context that nobody knows: it means nothing and proves nothing. */
export const UNKNOWN_CONTEXT = -1

/**
 * In which context Node gave out an async id (async_hooks). All ids come from one counter, so its
 * reading at each operation of the thread dates them: what was given out between two operations was
 * given out under the context in force then; unless immediates or timers ran meanwhile, whose own
 * ids are nobody's.
 */
export class AsyncIds {
  readonly #isOpen: (context: number) => boolean
  /** The last id of each stretch, and the context it was given out under. */
  #last = new Float64Array(FEW)
  #contexts = new Float64Array(FEW)
  #stretches = 0
  #count = 0
  #inForce = UNKNOWN_CONTEXT
  /** The socket that was read last, and the ids given out until then. */
  #readOn = -1
  #idsAtRead = 0
  /** Ids given out when immediates began to run last; 0: that is not seen. */
  #idsBefore = 0
  /** A counter that went back is none. */
  #broken = false

  /** `isOpen`: what the context means is a request that has no answer yet. */
  constructor(isOpen: (context: number) => boolean) {
    this.#isOpen = isOpen
  }

  /**
   * The context that an operation stands under. While the loop calls back for what it has polled,
   * that is of what the thread read last; immediates and timers run for whoever set them.
   */
  context(moment: Moment, socket: Socket): number {
    const { idCount, idsBefore, context } = moment
    const before = this.#count
    if (idCount < before || idsBefore > idCount) this.#broken = true
    if (this.#broken) return context
    this.#gaveOut(idCount, idsBefore)
    if (moment.ingress) return this.#read(moment, socket)
    if (moment.polling) return this.#polled(moment, socket)
    this.#inForce = this.#setUnder(moment, this.#idsBefore || before)
    return this.#inForce
  }

  #read({ context, idCount }: Moment, { id }: Socket): number {
    if (context !== 0) {
      this.#inForce = context
      this.#readOn = id
      this.#idsAtRead = idCount
    }
    return context
  }

  #polled({ context, trigger, atConnect }: Moment, socket: Socket): number {
    // By what else was polled than sockets: the results of other threads.
    const own = context === 0 ? UNKNOWN_CONTEXT : context
    // A connection that is free again goes to whoever waits for one, and got an id as it began to wait; a new one to
    // whoever asked for it, and got its id then.
    const isHandedOn = socket.role === 'client' && socket.id === this.#readOn
    if (trigger === 0 || !(atConnect || isHandedOn)) return own
    const set = this.#under(trigger, atConnect ? this.#count : this.#idsAtRead)
    if (set !== UNKNOWN_CONTEXT) return this.#isOpen(set) ? set : own
    return atConnect ? UNKNOWN_CONTEXT : own
  }

  /** `known`: ids up to there were not given out by the callback that runs. */
  #setUnder({ execution, trigger }: Moment, known: number): number {
    const context = this.#under(execution > known ? trigger : execution, known)
    return context !== UNKNOWN_CONTEXT && this.#isOpen(context) ? context : UNKNOWN_CONTEXT
  }

  /** Immediates began to run when `before` ids were given out. */
  #gaveOut(count: number, before: number): void {
    if (before > 0) {
      this.#idsBefore = before
      this.#remember(before, this.#inForce)
      this.#inForce = UNKNOWN_CONTEXT
    }
    this.#remember(count, this.#inForce)
    this.#count = count
  }

  #remember(last: number, context: number): void {
    if (last <= this.#count) return
    const room = this.#last.length
    if (this.#stretches === room && room < MOST) {
      this.#last = grown(this.#last)
      this.#contexts = grown(this.#contexts)
    }
    const place = this.#stretches % this.#last.length
    this.#last[place] = last
    this.#contexts[place] = context
    this.#stretches++
  }

  #under(id: number, most: number): number {
    const room = this.#last.length
    let low = Math.max(0, this.#stretches - room)
    let high = this.#stretches - 1
    // Of the oldest stretch the begin is not known.
    if (id === 0 || id > most || high <= low || id <= this.#last[low % room]!)
      return UNKNOWN_CONTEXT
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#last[middle % room]! < id) low = middle + 1
      else high = middle
    }
    return this.#contexts[low % room]!
  }
}

function grown(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(numbers.length * 2)
  more.set(numbers)
  return more
}
