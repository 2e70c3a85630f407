import type { MonotonicNs } from '../../src/base/time.ts'
import { MS } from '../../src/base/time.ts'
import { Correlator } from '../../src/correlation/correlator.ts'
import type { Place } from '../../src/correlation/place.ts'
import type { Exchange, ExchangeListener } from '../../src/exchanges/exchange.ts'
import type { ThreadServes } from '../../src/processes/process.ts'
import type { Carrier, Pairing, Protocol } from '../../src/protocols/protocol.ts'
import type { Moment } from '../../src/sockets/moment.ts'
import type { Socket } from '../../src/sockets/socket.ts'
import { Counters } from '../../src/telemetry/counters.ts'

export interface Doing {
  tid: number
  tgid?: number
  loops?: boolean
  threadLate?: boolean
  activity?: number
  parentActivity?: number
  grandparentActivity?: number
  goneActivity?: number
  execution?: number
  trigger?: number
  idCount?: number
  idsBefore?: number
  polling?: boolean
}

/** A host of processes whose socket operations are told to a correlator, one by one. */
export class World {
  readonly counters = new Counters()
  readonly places = new Map<Exchange, Place>()
  /** What threads of a process serve, if it is not one activity each. */
  readonly serves = new Map<number, ThreadServes>()
  readonly excluded = new Set<Exchange>()
  readonly correlator: Correlator
  /** Who is told: the correlator, if nobody stands before it. */
  listener: ExchangeListener
  now = 20_000 * MS
  #sequence = 0
  #sockets = 0
  #contexts = 0
  readonly #reads = new Map<number, number>()
  readonly #context = new Map<number, number>()
  readonly #turns = new Map<number, number>()

  constructor(seed = 7) {
    this.correlator = new Correlator(
      seed,
      {
        kindOf: () => 'GET back',
        threadServes: (exchange) => this.serves.get(exchange.opened.tgid) ?? 'one',
        isExcluded: (exchange) => this.excludePaths && exchange.role === 'server',
      },
      this.counters,
      (exchange, place) => this.places.set(exchange, place),
    )
    this.listener = this.correlator
  }

  excludePaths = false
  /** How what is opened from now on pairs. */
  pairing: Pairing = 'in-order'
  /** What is opened from now on is of a data store. */
  isStore = false

  /** Both ends of a TCP connection. */
  connection(client: number, server: number, late = false): { client: Socket; server: Socket } {
    const n = ++this.#sockets
    const end = (role: 'client' | 'server', tgid: number) =>
      ({
        id: n * 2 + (role === 'client' ? 0 : 1),
        transport: 'tcp',
        role,
        tgid,
        late,
        peerId: 0,
        clientInitial: 1000 + n,
        serverInitial: 9000 + n,
      }) as Socket
    return { client: end('client', client), server: end('server', server) }
  }

  /** A read that was lost before anybody saw it. */
  loseRead(tid: number): void {
    this.#reads.set(tid, (this.#reads.get(tid) ?? 0) + 1)
  }

  /** The thread's loop waited: a new turn, nothing read in it yet. */
  turn(doing: Doing): void {
    this.#context.set(doing.tid, 0)
    this.#turns.set(doing.tid, (this.#turns.get(doing.tid) ?? 0) + 1)
  }

  /** `fresh`: it brought bytes, and a context with them. */
  moment(socket: Socket, doing: Doing, ingress: boolean, fresh = ingress): Moment {
    const reads = (this.#reads.get(doing.tid) ?? 0) + (ingress ? 1 : 0)
    this.#reads.set(doing.tid, reads)
    if (fresh) this.#context.set(doing.tid, ++this.#contexts)
    this.now += 1 * MS
    const moment: Moment = {
      time: this.now as MonotonicNs,
      ingress,
      tgid: doing.tgid ?? socket.tgid,
      tid: doing.tid,
      context: ingress && !fresh ? 0 : (this.#context.get(doing.tid) ?? 0),
      activity: doing.activity ?? 0,
      parentActivity: doing.parentActivity ?? 0,
      grandparentActivity: doing.grandparentActivity ?? 0,
      goneActivity: doing.goneActivity ?? 0,
      execution: doing.execution ?? 0,
      trigger: doing.trigger ?? 0,
      idCount: doing.idCount ?? 0,
      idsBefore: doing.idsBefore ?? 0,
      polling: doing.polling ?? false,
      reads,
      loops: doing.loops ?? false,
      atConnect: false,
      threadLate: doing.threadLate ?? false,
    }
    this.listener.operation(socket, moment, this.#turns.get(doing.tid) ?? 0)
    return moment
  }

  /** A request read (server) or call written (client) at this end. */
  open(socket: Socket, doing: Doing, start = 0, carrier?: Carrier): Exchange {
    const opened = this.moment(socket, doing, socket.role === 'server')
    return this.openAt(socket, opened, start, carrier)
  }

  openAt(socket: Socket, opened: Moment, start = 0, carrier?: Carrier): Exchange {
    const exchange: Exchange = {
      sequence: ++this.#sequence,
      socket,
      protocol: { pairing: this.pairing, isStore: this.isStore } as Protocol,
      role: socket.role as 'client' | 'server',
      request: { start, carrier },
      opened,
      response: undefined,
      answered: undefined,
      ended: undefined,
      outcome: undefined,
      damaged: false,
    }
    this.listener.opened(exchange)
    this.listener.carried(exchange, opened)
    return exchange
  }

  /** The whole response, in one operation. */
  answer(exchange: Exchange, doing: Doing): void {
    const moment = this.moment(exchange.socket, doing, exchange.role === 'client')
    exchange.answered = moment
    exchange.response = { start: 0 }
    this.listener.answered(exchange)
    this.listener.carried(exchange, moment)
    this.end(exchange, moment)
  }

  /** The response begins, and lasts until the end of the stream. */
  begin(exchange: Exchange, doing: Doing): void {
    const moment = this.moment(exchange.socket, doing, exchange.role === 'client')
    exchange.answered = moment
    this.listener.answered(exchange)
    this.listener.carried(exchange, moment)
  }

  end(exchange: Exchange, moment: Moment | undefined): void {
    exchange.ended = moment
    exchange.outcome = exchange.answered ? 'answered' : 'closed'
    this.listener.ended(exchange)
  }

  /** Lets everything fall due. */
  wait(ms = 15_000): void {
    this.now += ms * MS
    this.correlator.tick(this.now as MonotonicNs)
  }

  place(exchange: Exchange): Place {
    const place = this.places.get(exchange)
    if (!place) throw new Error('not placed')
    return place
  }
}
