import type { MonotonicNs } from '../base/time.ts'
import type { EventMemory } from '../ring/event-memory.ts'
import type { EventSink } from '../ring/event-sink.ts'
import type { Counters } from '../telemetry/counters.ts'
import {
  CloseEvent,
  DataEvent,
  EventHeader,
  EventKind,
  ProcessEvent,
  SocketEvent,
} from './layout.ts'

/**
 * What the stages do with events. Events and bytes are borrowed: valid until the handler returns.
 * `time` is the event's, since the agent's start; the event's own is not shifted.
 */
export interface EventHandlers {
  socket(event: SocketEvent, time: MonotonicNs): void
  /** The payload is `bytes` from `event.payloadAt` on, `event.captured` long. */
  data(event: DataEvent, time: MonotonicNs, bytes: Uint8Array): void
  close(event: CloseEvent, time: MonotonicNs): void
  exec(event: ProcessEvent, time: MonotonicNs): void
  exit(event: ProcessEvent, time: MonotonicNs): void
  /** One CPU's ring was full: so many bursts of events are missing from `time` on. */
  lost(bursts: number, time: MonotonicNs): void
  /** All events up to `horizon` were handled. Comes several times a second, traffic or not. */
  tick(horizon: MonotonicNs): void
}

/** Hands each event to its handler, in one reused object per kind. */
export class Dispatcher implements EventSink {
  readonly #handlers: EventHandlers
  readonly #counters: Counters
  readonly #onBug: (error: unknown) => void
  readonly #header: EventHeader
  readonly #socket: SocketEvent
  readonly #data: DataEvent
  readonly #close: CloseEvent
  readonly #process: ProcessEvent

  /** `onBug` gets what a handler threw: a mistake of ours, that must not end the agent. */
  constructor(handlers: EventHandlers, counters: Counters, onBug: (error: unknown) => void) {
    this.#handlers = handlers
    this.#counters = counters
    this.#onBug = onBug
    this.#header = new EventHeader()
    this.#socket = new SocketEvent()
    this.#data = new DataEvent()
    this.#close = new CloseEvent()
    this.#process = new ProcessEvent()
  }

  event(memory: EventMemory, at: number, time: MonotonicNs): void {
    try {
      this.#dispatch(memory, at, time)
    } catch (error) {
      this.#failed(error)
    }
  }

  lost(bursts: number, time: MonotonicNs): void {
    this.#counters.transport.add('burst-lost', bursts)
    try {
      this.#handlers.lost(bursts, time)
    } catch (error) {
      this.#failed(error)
    }
  }

  drained(horizon: MonotonicNs): void {
    try {
      this.#handlers.tick(horizon)
    } catch (error) {
      this.#failed(error)
    }
  }

  #dispatch(memory: EventMemory, at: number, time: MonotonicNs): void {
    const header = this.#header
    header.view = memory.view
    header.at = at
    switch (header.kind) {
      case EventKind.data:
        this.#dispatchData(memory, at, time)
        break
      case EventKind.socket:
        if (this.#place(this.#socket, memory, at, SocketEvent.size)) {
          this.#handlers.socket(this.#socket, time)
        }
        break
      case EventKind.close:
        if (this.#place(this.#close, memory, at, CloseEvent.size)) {
          this.#handlers.close(this.#close, time)
        }
        break
      case EventKind.exec:
        if (this.#place(this.#process, memory, at, ProcessEvent.size)) {
          this.#handlers.exec(this.#process, time)
        }
        break
      case EventKind.exit:
        if (this.#place(this.#process, memory, at, ProcessEvent.size)) {
          this.#handlers.exit(this.#process, time)
        }
        break
      default:
        this.#counters.transport.add('event-unknown')
    }
  }

  #dispatchData(memory: EventMemory, at: number, time: MonotonicNs): void {
    const event = this.#data
    if (!this.#place(event, memory, at, DataEvent.size)) return
    const { captured } = event
    if (captured > event.headerSize - DataEvent.size || captured > event.length) {
      this.#counters.transport.add('event-malformed')
      return
    }
    this.#handlers.data(event, time, memory.bytes)
  }

  #place(
    event: { view: DataView; at: number },
    memory: EventMemory,
    at: number,
    size: number,
  ): boolean {
    event.view = memory.view
    event.at = at
    if (this.#header.size >= size) return true
    this.#counters.transport.add('event-malformed')
    return false
  }

  #failed(error: unknown): void {
    this.#counters.dropped.add('bug')
    this.#onBug(error)
  }
}
