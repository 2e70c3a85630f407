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
  readonly identity: (act: Act) => number
}

interface Running {
  readonly number: number
  readonly exchange: Exchange
  calls: number
  pending: Exchange | undefined
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
    const exchange = this.world.open(this.world.connection(1, APP).server, doing)
    this.#running.push({ number, exchange, calls: 0, pending: undefined, due: this.#later(number) })
  }

  #step(one: Running): void {
    if (one.pending) {
      this.world.answer(one.pending, this.#doing({ what: 'reply', request: one.number }))
      one.pending = undefined
    } else if (one.calls < this.#program.callsEach) {
      one.calls++
      one.pending = this.#call(one.number, one.exchange)
    } else {
      this.world.answer(one.exchange, this.#doing({ what: 'answer', request: one.number }))
      this.#running = this.#running.filter((other) => other !== one)
    }
    one.due = this.#later(one.number)
  }

  #background(): void {
    const call = this.#call(-1, undefined)
    this.world.answer(call, this.#doing({ what: 'reply', request: -1 }))
  }

  #call(number: number, request: Exchange | undefined): Exchange {
    const doing = this.#doing({ what: 'call', request: number })
    const call = this.world.open(this.world.connection(APP, BACK).client, doing)
    this.#made.push({ call, request })
    return call
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
