import type { MonotonicNs } from '../base/time.ts'
import { SECOND } from '../base/time.ts'
import type { EventMemory } from '../ring/event-memory.ts'
import type { EventSink } from '../ring/event-sink.ts'
import { FrameBuffer } from './frame-buffer.ts'
import { CloseEvent, DataEvent, EventKind } from './layout.ts'
import type { RecordingFile } from './recording-file.ts'
import { FrameKind } from './recording-format.ts'
import { isWhole, type Redactor } from './redaction/redactor.ts'

/** Of struct event_header, and of the member that follows it in every event of a socket. */
const KIND_AT = 4
const SOCKET_ID_AT = 16

/** A recording cut off by force lacks so much at most. */
const SEAL_AFTER = 1 * SECOND

/** What of a socket's events goes into a recording: `operations` are without the bytes they moved. */
export type Wanted = 'all' | 'operations' | 'nothing'

/** Takes what a stage learned from outside, at the moment it was used. Values are plain data. */
export interface FactLog {
  fact(name: string, value: unknown): void
}

/**
 * Stands before the dispatcher and writes down what passes. An event is written after it was
 * handled: the facts that its handling used lie before it, where a replay needs them.
 */
export class Recorder implements EventSink, FactLog {
  readonly #next: EventSink
  readonly #file: RecordingFile
  readonly #redactor: Redactor | undefined
  readonly #wants: (socketId: number) => Wanted
  readonly #frames: FrameBuffer
  readonly #data: DataEvent
  readonly #close: CloseEvent
  #sealed: number

  /**
   * Without a redactor the recording shows everything. `wants` is asked about each event of a
   * socket after it was handled: what is left out of the tracing is left out of the recording.
   */
  constructor(
    next: EventSink,
    file: RecordingFile,
    redactor: Redactor | undefined,
    wants: (socketId: number) => Wanted = () => 'all',
  ) {
    this.#wants = wants
    this.#next = next
    this.#file = file
    this.#redactor = redactor
    this.#frames = new FrameBuffer()
    this.#data = new DataEvent()
    this.#close = new CloseEvent()
    this.#sealed = 0
  }

  event(memory: EventMemory, at: number, time: MonotonicNs): void {
    this.#next.event(memory, at, time)
    const wanted = this.#wanted(memory.view, at)
    if (wanted === 'nothing') return
    if (this.#file.stopped) {
      this.#seal() // what waited when it ended is not in it either
      this.#file.missed(1)
      return
    }
    const size = memory.view.getUint32(at, true)
    const place = this.#frames.event(memory, at, size)
    if (wanted === 'operations') this.#blank(place, size)
    else if (this.#redactor !== undefined) this.#redact(this.#redactor, place, size)
    if (this.#frames.full) this.#seal()
  }

  lost(bursts: number, time: MonotonicNs): void {
    this.#next.lost(bursts, time)
    if (!this.#file.stopped) this.#frames.lost(bursts, time)
  }

  drained(horizon: MonotonicNs): void {
    this.#next.drained(horizon)
    if (this.#file.stopped) return
    this.#frames.tick(horizon)
    if (horizon - this.#sealed >= SEAL_AFTER) {
      this.#sealed = horizon
      this.#seal()
    }
  }

  /** From `at` on, Unix time is so much more than the agent's. */
  offset(offset: bigint, at: MonotonicNs): void {
    if (!this.#file.stopped) this.#frames.offset(offset, at)
  }

  fact(name: string, value: unknown): void {
    if (this.#file.stopped) return
    if (!this.#frames.json(FrameKind.fact, [name, value])) {
      this.#seal()
      this.#file.stop('too-large', undefined)
    } else if (this.#frames.full) this.#seal()
  }

  async end(): Promise<void> {
    this.#seal()
    await this.#file.end()
  }

  #wanted(view: DataView, at: number): Wanted {
    const kind = view.getUint8(at + KIND_AT)
    if (kind !== EventKind.data && kind !== EventKind.socket && kind !== EventKind.close)
      return 'all'
    if (at + SOCKET_ID_AT + 8 > view.byteLength) return 'all'
    return this.#wants(
      view.getUint32(at + SOCKET_ID_AT, true) +
        view.getUint32(at + SOCKET_ID_AT + 4, true) * 0x1_0000_0000,
    )
  }

  /** That something was moved bears on what its thread works for; what it was does not. */
  #blank(place: number, size: number): void {
    const { view, bytes } = this.#frames
    const isData = view.getUint8(place + KIND_AT) === EventKind.data
    if (isData && size > DataEvent.size) bytes.fill(0, place + DataEvent.size, place + size)
  }

  #redact(redactor: Redactor, place: number, size: number): void {
    const { view, bytes } = this.#frames
    const kind = view.getUint8(place + KIND_AT)
    if (kind === EventKind.data && size >= DataEvent.size) {
      this.#data.view = view
      this.#data.at = place
      if (isWhole(this.#data)) redactor.data(this.#data, bytes)
      else bytes.fill(0, place + DataEvent.size, place + size)
    } else if (kind === EventKind.close && size >= CloseEvent.size) {
      this.#close.view = view
      this.#close.at = place
      redactor.close(this.#close)
    }
  }

  #seal(): void {
    if (this.#frames.length === 0) return
    const { events } = this.#frames
    this.#file.chunk(this.#frames.take(), events)
  }
}
