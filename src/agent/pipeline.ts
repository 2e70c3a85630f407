import { Oldest } from '../base/oldest.ts'
import { type Clock, type MonotonicNs, SECOND } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import { Correlator } from '../correlation/correlator.ts'
import type { Place } from '../correlation/place.ts'
import type { EventHandlers } from '../events/dispatch.ts'
import type { CloseEvent, DataEvent, ProcessEvent, SocketEvent } from '../events/layout.ts'
import type { Wanted } from '../events/recorder.ts'
import type { Json } from '../events/recording-format.ts'
import type { Exchange } from '../exchanges/exchange.ts'
import { Exchanges } from '../exchanges/exchanges.ts'
import type { VerdictSink } from '../exchanges/verdicts.ts'
import type { SpanSink } from '../export/exporter.ts'
import { KeptTraces } from '../export/kept-traces.ts'
import type { RequestDurations } from '../export/request-durations.ts'
import { TraceSampler } from '../export/sampler.ts'
import type { Host } from '../processes/host.ts'
import type { Process, ProcessSource } from '../processes/process.ts'
import { namesAny } from '../processes/selection.ts'
import type { SpanFacts } from '../protocols/protocol.ts'
import type { Socket } from '../sockets/socket.ts'
import { errorOf, SpanBuilder } from '../spans/build-span.ts'
import type { Counters } from '../telemetry/counters.ts'
import { Shedding } from './shedding.ts'
import { StoresLeftOut } from './stores-left-out.ts'
import { Watched } from './watched.ts'

const MAX_PROCESSES = 65_536

export interface PipelineParts {
  readonly config: Config
  readonly clock: Clock
  readonly host: Host
  readonly processes: ProcessSource
  readonly counters: Counters
  readonly sink: SpanSink
  readonly verdicts: VerdictSink
  /** Counts how long requests take. */
  readonly durations?: RequestDurations | undefined
  /** One per run: two runs name their spans differently. */
  readonly seed: number
  /** A process whose sockets are traced moved bytes. */
  readonly onTraced: (socket: Socket, now: MonotonicNs) => void
  /** A process is left out, so the kernel need not send anything of it. */
  readonly onLeftOut: (tgid: number) => void
  /** The process is gone, or runs another program: its number may be another's now. */
  readonly onGone: (tgid: number) => void
  /** A process runs another program now. */
  readonly onStarted: (tgid: number, now: MonotonicNs) => void
}

/** The user side from events to spans: the same for live events and for a recording. */
export class Pipeline implements EventHandlers {
  readonly exchanges: Exchanges
  readonly correlator: Correlator
  readonly #parts: PipelineParts
  readonly #watched: Watched
  readonly #spans: SpanBuilder
  readonly #sampler: TraceSampler
  readonly #kept = new KeptTraces()
  readonly #shedding: Shedding
  readonly #wanted = new Map<number, Wanted>()
  /** With sockets that are traced: what their threads do on others tells what they work for. */
  readonly #tracedProcesses = new Set<number>()
  readonly #oldest = new Oldest(this.#tracedProcesses)
  #now = 0 as MonotonicNs

  constructor(parts: PipelineParts) {
    const { config, clock, host, processes, counters, verdicts, seed } = parts
    this.#parts = parts
    this.#watched = new Watched(config, processes)
    this.#spans = new SpanBuilder(config, host, clock, counters)
    this.#sampler = new TraceSampler(config.traces)
    this.#shedding = new Shedding(verdicts)
    this.correlator = new Correlator(
      seed,
      {
        threadServes: (exchange) => this.#processOf(exchange).threadServes,
        kindOf: (exchange) => this.#spans.kindOf(exchange, this.#processOf(exchange)),
        isExcluded: (exchange) => this.#spans.isExcluded(exchange),
      },
      counters,
      (exchange, place) => this.#place(exchange, place),
    )
    const heard = namesAny(config.select)
      ? this.correlator
      : new StoresLeftOut(this.correlator, counters)
    const { names } = this.#spans
    const listener = {
      operation: heard.operation.bind(heard),
      carried: heard.carried.bind(heard),
      opened: (exchange: Exchange) => {
        names.opened(exchange)
        heard.opened(exchange)
      },
      answered: heard.answered.bind(heard),
      ended: (exchange: Exchange) => {
        names.ended(exchange)
        heard.ended(exchange)
      },
      lost: heard.lost.bind(heard),
      closed: (socket: Socket) => this.#forget(socket),
    }
    this.exchanges = new Exchanges({ config, counters, listener, verdicts })
  }

  socket(event: SocketEvent, time: MonotonicNs): void {
    const socket = this.exchanges.socket(event)
    const traced = this.#watched.socket(socket)
    if (traced) {
      this.#traces(socket.tgid)
      this.#wanted.set(socket.id, 'all')
      this.#parts.onTraced(socket, time)
      if (socket.role === 'server') this.#shedding.accepted(socket, time)
    } else this.#leaveOut(socket)
  }

  data(event: DataEvent, time: MonotonicNs, bytes: Uint8Array): void {
    const wanted = this.wanted(event.socketId)
    if (wanted !== 'all') this.#parts.counters.dropped.add('not-selected')
    if (wanted === 'operations') this.exchanges.leftOut(event, time)
    if (wanted === 'all') this.exchanges.data(event, time, bytes)
  }

  /** What of a socket bears on spans; one whose description was lost is not left out. */
  wanted(socketId: number): Wanted {
    return this.#wanted.get(socketId) ?? 'all'
  }

  close(event: CloseEvent, time: MonotonicNs): void {
    this.exchanges.close(event, time)
  }

  exec(event: ProcessEvent, time: MonotonicNs): void {
    this.#spans.names.forget(event.tgid)
    this.#watched.forget(event.tgid)
    this.#parts.processes.forget(event.tgid)
    this.#parts.onGone(event.tgid)
    this.#parts.onStarted(event.tgid, time)
  }

  exit(event: ProcessEvent, _time: MonotonicNs): void {
    this.#watched.forget(event.tgid)
    this.#spans.names.forget(event.tgid)
    this.correlator.processExited(event.tgid)
    this.#tracedProcesses.delete(event.tgid)
    this.#parts.processes.forget(event.tgid)
    this.#parts.onGone(event.tgid)
  }

  lost(_bursts: number, time: MonotonicNs): void {
    this.correlator.eventsLost(time)
  }

  tick(horizon: MonotonicNs): void {
    this.#now = horizon
    this.#shedding.tick(horizon)
    this.exchanges.tick(horizon)
    this.correlator.tick(horizon)
  }

  /** Something from outside that bears on parents. False: it is no such thing. */
  learn(name: string, value: Json): boolean {
    if (name === 'events-lost' && typeof value === 'number')
      this.correlator.eventsLost(value as MonotonicNs)
    else if (name === 'threads-shared' && typeof value === 'number')
      this.correlator.threadsServe(value, 'many')
    else if (name === 'work-moves' && typeof value === 'number')
      this.correlator.threadsServe(value, 'segments')
    else if (name === 'waits-seen' && isNumbers(value, 2))
      this.correlator.waitsSeenSince(value[0]!, value[1] as MonotonicNs)
    else if (name === 'shares' && isNumbers(value, 3)) this.#share(value[0]!, value[1]!, value[2]!)
    else return false
    return true
  }

  /** Nothing more will come. */
  finish(): void {
    this.exchanges.finish(this.#now)
    this.correlator.finish()
  }

  /** Ends of processes may be lost: the oldest goes when there are too many. */
  #traces(tgid: number): void {
    this.#tracedProcesses.add(tgid)
    if (this.#tracedProcesses.size > MAX_PROCESSES)
      this.#tracedProcesses.delete(this.#oldest.next()!)
  }

  #leaveOut(socket: Socket): void {
    const isOfTraced = this.#tracedProcesses.has(socket.tgid)
    this.#wanted.set(socket.id, isOfTraced ? 'operations' : 'nothing')
    const { verdicts, onLeftOut } = this.#parts
    verdicts.verdict(socket, 0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true)
    const { tgid, processStart, comm } = socket
    // With ports selected, another socket of the same process may be traced.
    if (this.#parts.config.select.ports.length > 0) return
    if (!this.#watched.process(tgid, processStart, comm)) onLeftOut(tgid)
  }

  #forget(socket: Socket): void {
    this.#wanted.delete(socket.id)
    this.#shedding.forget(socket.id)
    this.correlator.closed(socket)
  }

  #processOf({ opened, socket }: Exchange): Process {
    const own = opened.tgid === socket.tgid
    return this.#parts.processes.of(
      opened.tgid,
      own ? socket.processStart : 0,
      own ? socket.comm : '',
    )
  }

  /** Parts of the traces, and of the connections, to deal with from `from` on. */
  #share(traces: number, connections: number, from: number): void {
    this.#kept.keep(traces, from as MonotonicNs)
    this.#shedding.readPart(connections, from as MonotonicNs)
  }

  #place(exchange: Exchange, place: Place): void {
    const { isOn } = this.#shedding
    if (isOn && exchange.role === 'server' && (place.parent?.remote ?? true))
      this.#shedding.entered(exchange.socket, this.#now)
    const { spans } = this.#parts.counters
    const { protocol, request, response, outcome } = exchange
    if (protocol.isSilent?.(request, response, outcome)) {
      spans.add('silent')
      return
    }
    const facts = this.#measure(exchange)
    const { traceId, remoteSampled, began, traceState } = place
    if (!this.#sampler.keeps(traceId, remoteSampled)) {
      spans.add('sampled-out')
      return
    }
    if (place.beginsWithCall && this.#shedding.hidesCauseAt(began)) {
      spans.add('cause-shed')
      return
    }
    const state = this.#kept.stateOf(traceId, began, traceState)
    if (state === undefined) {
      spans.add('over-cpu-limit')
      return
    }
    const process = this.#processOf(exchange)
    this.#parts.sink.accept(this.#spans.build(exchange, place, process, state, facts))
  }

  /** Before anything is sampled: counts are exact. Returns what it had to find out. */
  #measure(exchange: Exchange): SpanFacts | undefined {
    const { durations } = this.#parts
    if (!durations) return undefined
    const process = this.#processOf(exchange)
    const { role, opened } = exchange
    const last = exchange.ended ?? exchange.answered ?? opened
    const facts = this.#spans.describe(exchange, process)
    durations.add(this.#spans.resourceOf(process), {
      role,
      attributes: facts.attributes,
      error: errorOf(exchange, facts),
      seconds: Math.max(0, last.time - opened.time) / SECOND,
    })
    return facts
  }
}

function isNumbers(value: Json, count: number): value is readonly number[] {
  return Array.isArray(value) && value.length === count && value.every((n) => typeof n === 'number')
}
