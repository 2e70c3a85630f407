/** A file, or part of one, that is read in pieces. */
export interface Bytes {
  /** Fewer than `length` bytes, or none, where there are no more. */
  read(at: number, length: number): Uint8Array
}

/** Numbers out of bytes in either byte order; 0 past the end. */
export class Fields {
  readonly #view: DataView
  readonly #little: boolean

  constructor(bytes: Uint8Array, little: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#little = little
  }

  u16(at: number): number {
    return at + 2 <= this.#view.byteLength ? this.#view.getUint16(at, this.#little) : 0
  }

  u32(at: number): number {
    return at + 4 <= this.#view.byteLength ? this.#view.getUint32(at, this.#little) : 0
  }

  /** As a double: file offsets and sizes beyond 2^53 do not occur in files that exist. */
  u64(at: number): number {
    const first = this.u32(at)
    const second = this.u32(at + 4)
    return this.#little ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second
  }

  f64(at: number): number {
    return at + 8 <= this.#view.byteLength ? this.#view.getFloat64(at, this.#little) : 0
  }

  /** An address or offset as wide as the file's class. */
  word(at: number, wide: boolean): number {
    return wide ? this.u64(at) : this.u32(at)
  }
}

/** The text up to the next zero byte. */
export function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at)
  return latin(bytes.subarray(at, end < 0 ? bytes.length : end))
}

export function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
