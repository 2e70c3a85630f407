/** A stretch of memory that holds events. The three views begin at the same, 8-aligned byte. */
export class EventMemory {
  readonly view: DataView
  readonly bytes: Uint8Array
  readonly words: Uint32Array

  /** `length` in bytes, a multiple of 4. */
  constructor(buffer: ArrayBuffer, at: number, length: number) {
    this.view = new DataView(buffer, at, length)
    this.bytes = new Uint8Array(buffer, at, length)
    this.words = new Uint32Array(buffer, at, length >> 2)
  }
}
