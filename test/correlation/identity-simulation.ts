import type { Exchange } from '../../src/exchanges/exchange.ts'
import { Random } from '../support/random.ts'
import { World } from '../support/world.ts'

const APP = 100
const BACK = 200
const THREAD = 1

/** What an operation is done by and for. */
export interface Act {
  readonly what: 'read' | 'call' | 'reply' | 'answer'
  /** Number of the request; of background work -1. */
  readonly request: number
}

export interface Program {
  readonly requests: number
  readonly inFlight: number
  readonly callsEach: number
  /** Every so many ms a call for nobody; 0: none. */
  readonly backgroundMs?: number
  /** One of so many requests takes 2 s; 0: none. */
  readonly slowOneOf?: number
  /** One of so many operations is lost; 0: none. */
  readonly lostOneOf?: number
  readonly identity: (act: Act) => number
}

interface Running {
  readonly number: number
  /** undefined: nobody saw it. */
  readonly exchange: Exchange | undefined
  calls: number
  pending: Exchange | 'unseen' | undefined
  due: number
}

/** A loop with one thread; says how many calls found their request, and how many another. */
export class Simulation {
  readonly world = new World()
  readonly #program: Program
  readonly #random = new Random(7)
  readonly #made: { call: Exchange; request: Exchange | undefined }[] = []
  #running: Running[] = []
  #started = 0
  #clock = 0

  constructor(program: Program) {
    this.#program = program
  }

  run(): { right: number; wrong: number; calls: number } {
    let nextBackground = this.#program.backgroundMs || Number.POSITIVE_INFINITY
    while (this.#started < this.#program.requests || this.#running.length > 0) {
      this.#clock++
      this.world.wait(1)
      const room = this.#running.length < this.#program.inFlight
      if (room && this.#started < this.#program.requests) this.#read()
      if (this.#clock >= nextBackground) {
        nextBackground += this.#program.backgroundMs!
        this.#background()
      }
      for (const one of [...this.#running]) if (one.due <= this.#clock) this.#step(one)
    }
    this.world.wait()
    return this.#count()
  }

  #read(): void {
    const number = this.#started++
    const doing = this.#doing({ what: 'read', request: number })
    const isLost = this.#isLost()
    if (isLost) this.world.loseRead(THREAD)
    const { server } = this.world.connection(1, APP)
    const exchange = isLost ? undefined : this.world.open(server, doing)
    this.#running.push({ number, exchange, calls: 0, pending: undefined, due: this.#later(number) })
  }

  #step(one: Running): void {
    if (one.pending) {
      this.#reply(one.pending, one.number)
      one.pending = undefined
    } else if (one.calls < this.#program.callsEach) {
      one.calls++
      one.pending = this.#call(one.number, one.exchange)
    } else {
      this.#answer(one)
      this.#running = this.#running.filter((other) => other !== one)
    }
    one.due = this.#later(one.number)
  }

  #background(): void {
    this.#reply(this.#call(-1, undefined), -1)
  }

  /** What is lost of it comes to light when its connection ends. */
  #reply(call: Exchange | 'unseen', number: number): void {
    const doing = this.#doing({ what: 'reply', request: number })
    const isLost = this.#isLost()
    if (isLost) this.world.loseRead(THREAD)
    if (call === 'unseen') return
    call.damaged = isLost
    if (isLost) this.world.end(call, undefined)
    else this.world.answer(call, doing)
  }

  #answer({ number, exchange }: Running): void {
    const doing = this.#doing({ what: 'answer', request: number })
    if (!exchange) return
    exchange.damaged = this.#isLost()
    if (exchange.damaged) this.world.end(exchange, undefined)
    else this.world.answer(exchange, doing)
  }

  #call(number: number, request: Exchange | undefined): Exchange | 'unseen' {
    const doing = this.#doing({ what: 'call', request: number })
    if (this.#isLost()) return 'unseen'
    const call = this.world.open(this.world.connection(APP, BACK).client, doing)
    this.#made.push({ call, request })
    return call
  }

  #isLost(): boolean {
    const { lostOneOf = 0 } = this.#program
    const isLost = lostOneOf > 0 && this.#random.below(lostOneOf) === 0
    if (isLost) this.world.correlator.eventsLost(this.world.now as never)
    return isLost
  }

  #later(number: number): number {
    const { slowOneOf } = this.#program
    const slow = slowOneOf && (number + 1) % slowOneOf === 0
    return this.#clock + (slow ? 700 : 1 + this.#random.below(8))
  }

  /** A turn of its own each time. */
  #doing(act: Act) {
    const doing = { tid: THREAD, loops: true, activity: this.#program.identity(act) }
    this.world.turn(doing)
    return doing
  }

  #count() {
    const count = { right: 0, wrong: 0, calls: this.#made.length }
    for (const { call, request } of this.#made) {
      const parent = this.world.places.get(call)?.parent?.spanId
      if (parent === undefined) continue
      if (request && parent === this.world.place(request).spanId) count.right++
      else count.wrong++
    }
    return count
  }
}
