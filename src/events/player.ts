import type { MonotonicNs } from '../base/time.ts'
import { EventMemory } from '../ring/event-memory.ts'
import type { EventSink } from '../ring/event-sink.ts'
import type { FrameTarget } from './frame-walk.ts'
import type { Json, RecordingEnd } from './recording-format.ts'
import type { ReplayClock } from './replay-clock.ts'

/** What frames are walked for, and how far that came. */
export interface Pass extends FrameTarget {
  readonly events: number
  readonly ended: RecordingEnd | undefined
  /** Before the frames of a chunk are walked, in the view returned. */
  load(frames: Buffer): DataView
}

/** Reads everything and keeps nothing. */
export class CheckPass implements Pass {
  events = 0
  ended: RecordingEnd | undefined = undefined

  load(frames: Buffer): DataView {
    return new DataView(frames.buffer, frames.byteOffset, frames.length)
  }

  event(): void {
    this.events++
  }

  end(end: RecordingEnd): void {
    this.ended = end
  }

  tick(): void {}
  lost(): void {}
  offset(): void {}
  fact(): void {}
}

/** Hands over what was recorded, each thing at its own time. */
export class Player implements Pass {
  events: number
  ended: RecordingEnd | undefined
  readonly #startLow: number
  readonly #startHigh: number
  readonly #sink: EventSink
  readonly #clock: ReplayClock
  readonly #onFact: (name: string, value: Json) => void
  #memory: EventMemory

  /** `start`: CLOCK_MONOTONIC at the start of the agent that recorded. */
  constructor(
    start: bigint,
    sink: EventSink,
    clock: ReplayClock,
    onFact: (name: string, value: Json) => void,
  ) {
    this.events = 0
    this.ended = undefined
    this.#startLow = Number(start & 0xffff_ffffn)
    this.#startHigh = Number(start >> 32n)
    this.#sink = sink
    this.#clock = clock
    this.#onFact = onFact
    this.#memory = new EventMemory(new ArrayBuffer(0), 0, 0)
  }

  load(frames: Buffer): DataView {
    if (this.#memory.bytes.length < frames.length) {
      const length = (frames.length + 7) & ~7
      this.#memory = new EventMemory(new ArrayBuffer(length), 0, length)
    }
    this.#memory.bytes.set(frames)
    return new DataView(this.#memory.bytes.buffer, 0, frames.length)
  }

  event(at: number): void {
    const { view } = this.#memory
    const high = view.getUint32(at + 12, true) - this.#startHigh
    const time = high * 0x1_0000_0000 + (view.getUint32(at + 8, true) - this.#startLow)
    this.events++
    this.#clock.advance(time)
    this.#sink.event(this.#memory, at, time as MonotonicNs)
  }

  tick(horizon: number): void {
    this.#clock.advance(horizon)
    this.#sink.drained(horizon as MonotonicNs)
  }

  lost(bursts: number, time: number): void {
    this.#sink.lost(bursts, time as MonotonicNs)
  }

  offset(offset: bigint): void {
    this.#clock.setOffset(offset)
  }

  fact(name: string, value: Json): void {
    this.#onFact(name, value)
  }

  end(end: RecordingEnd): void {
    this.ended = end
  }
}
