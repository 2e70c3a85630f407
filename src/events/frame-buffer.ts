import type { EventMemory } from '../ring/event-memory.ts'
import { FrameKind } from './recording-format.ts'

const CAPACITY = 1 << 18
const NUMBER_FRAME = 24
const JSON_AT = 12
/** Together with what is in the buffer already, still a chunk. */
const MAX_JSON = 1 << 25

/** Frames one behind the other, until they are taken as a chunk. */
export class FrameBuffer {
  bytes: Buffer
  view: DataView
  length: number
  events: number

  constructor() {
    this.bytes = Buffer.alloc(CAPACITY)
    this.view = viewOf(this.bytes)
    this.length = 0
    this.events = 0
  }

  get full(): boolean {
    return this.length >= CAPACITY
  }

  /** Returns where the copy lies. */
  event(memory: EventMemory, at: number, size: number): number {
    const place = this.#room(size)
    this.bytes.set(memory.bytes.subarray(at, at + size), place)
    this.events++
    return place
  }

  tick(horizon: number): void {
    this.#numbers(FrameKind.tick, horizon)
  }

  lost(bursts: number, time: number): void {
    const place = this.#numbers(FrameKind.lost, time)
    this.view.setUint32(place + 16, bursts, true)
  }

  offset(offset: bigint, at: number): void {
    const place = this.#numbers(FrameKind.offset, at)
    this.view.setBigInt64(place + 16, offset, true)
  }

  /** False, and nothing was added, if it is too large. */
  json(kind: number, value: unknown): boolean {
    const text = Buffer.from(JSON.stringify(value))
    if (text.length > MAX_JSON) return false
    const size = (JSON_AT + text.length + 7) & ~7
    const place = this.#room(size)
    this.#head(place, size, kind)
    this.view.setUint32(place + 8, text.length, true)
    text.copy(this.bytes, place + JSON_AT)
    return true
  }

  /** The frames so far; begins anew. */
  take(): Buffer {
    const frames = this.bytes.subarray(0, this.length)
    this.bytes = Buffer.alloc(CAPACITY)
    this.view = viewOf(this.bytes)
    this.length = 0
    this.events = 0
    return frames
  }

  #numbers(kind: number, first: number): number {
    const place = this.#room(NUMBER_FRAME)
    this.#head(place, NUMBER_FRAME, kind)
    this.view.setFloat64(place + 8, first, true)
    return place
  }

  #head(place: number, size: number, kind: number): void {
    this.view.setUint32(place, size, true)
    this.view.setUint8(place + 4, kind)
  }

  #room(size: number): number {
    const place = this.length
    this.length += size
    if (this.length > this.bytes.length) this.#grow()
    return place
  }

  #grow(): void {
    const larger = Buffer.alloc(Math.max(this.length, this.bytes.length * 2))
    this.bytes.copy(larger)
    this.bytes = larger
    this.view = viewOf(larger)
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
