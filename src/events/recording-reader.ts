import { type FileHandle, open } from 'node:fs/promises'
import { inflateRawSync } from 'node:zlib'
import { StartupError } from '../base/errors.ts'
import {
  CHUNK_HEADER,
  CHUNK_MARK,
  CHUNK_PACKED,
  chunkChecksum,
  MAX_CHUNK,
  type RecordingStart,
} from './recording-format.ts'
import { readHeader } from './recording-header.ts'

/** Where a recording is damaged. */
export interface Damage {
  /** Bytes from the start of the file. */
  readonly at: number
  readonly chunk: number
  readonly what: string
}

export type ReadChunk =
  | { readonly kind: 'chunk'; readonly frames: Buffer }
  | { readonly kind: 'end-of-file' }
  | { readonly kind: 'damage'; readonly damage: Damage }

/** Reads a recording chunk by chunk. */
export class RecordingReader {
  readonly path: string
  readonly start: RecordingStart
  readonly #file: FileHandle
  readonly #first: number
  readonly #size: number
  #position: number
  #chunk: number

  /** `first`: where the chunks begin; `size`: of the file. */
  constructor(path: string, file: FileHandle, start: RecordingStart, first: number, size: number) {
    this.path = path
    this.start = start
    this.#file = file
    this.#first = first
    this.#size = size
    this.#position = first
    this.#chunk = 0
  }

  /** Throws StartupError if this is no recording, or none that can be replayed here. */
  static async open(path: string): Promise<RecordingReader> {
    const file = await open(path, 'r').catch((error: Error) => {
      const message = `cannot read "${path}": ${error.message}`
      throw new StartupError('FILE_UNUSABLE', message, 'Name a file that can be read.', {
        cause: error,
      })
    })
    try {
      const { size } = await file.stat()
      const { start, end } = await readHeader(path, (at, length) => read(file, at, length))
      return new RecordingReader(path, file, start, end, size)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  rewind(): void {
    this.#position = this.#first
    this.#chunk = 0
  }

  async next(): Promise<ReadChunk> {
    const header = await read(this.#file, this.#position, CHUNK_HEADER)
    if (header.length === 0) return { kind: 'end-of-file' }
    if (header.length < CHUNK_HEADER) return this.#damage('the file is cut off')
    const length = header.readUInt32LE(8)
    const raw = header.readUInt32LE(12)
    const known =
      header.readUInt32LE(0) === CHUNK_MARK &&
      header.readUInt32LE(4) === this.#chunk &&
      length <= MAX_CHUNK &&
      raw <= MAX_CHUNK
    if (!known) return this.#damage('no chunk begins here')
    const at = this.#position + CHUNK_HEADER
    if (at + length > this.#size) return this.#damage('the file is cut off')
    const stored = await read(this.#file, at, length)
    if (chunkChecksum(header, stored) !== header.readUInt32LE(20)) {
      return this.#damage('the checksum is wrong')
    }
    const frames = unpack(stored, raw, header.readUInt32LE(16))
    if (frames === undefined) return this.#damage('the chunk cannot be unpacked')
    this.#position += CHUNK_HEADER + length
    this.#chunk++
    return { kind: 'chunk', frames }
  }

  /** Damage found at the place of reading, or in the chunk read last. */
  damage(what: string): Damage {
    return { at: this.#position, chunk: this.#chunk, what }
  }

  #damage(what: string): ReadChunk {
    return { kind: 'damage', damage: this.damage(what) }
  }
}

function unpack(stored: Buffer, raw: number, flags: number): Buffer | undefined {
  try {
    const frames = (flags & CHUNK_PACKED) !== 0 ? inflate(stored, raw) : stored
    return frames.length === raw ? frames : undefined
  } catch {
    return undefined // zlib's words say less than the place does
  }
}

function inflate(stored: Buffer, raw: number): Buffer {
  return inflateRawSync(stored, { maxOutputLength: Math.max(1, raw) })
}

/** Fewer bytes at the end of the file. */
async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}
