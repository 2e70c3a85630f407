import { constants, type FileHandle, lstat, open, unlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import { StartupError } from '../base/errors.ts'
import { FrameBuffer } from './frame-buffer.ts'
import { type EndReason, encodeChunkHeader, FrameKind, MAGIC } from './recording-format.ts'

const pack = promisify(deflateRaw)

/** Bytes waiting to be written, at most. */
const MAX_WAITING = 1 << 25

const PRIVATE = 0o600

/** Where the writing ends up; a FileHandle is one. */
export interface RecordingDisk {
  write(
    bytes: Buffer,
    from: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export interface RecordingStop {
  readonly reason: EndReason
  /** Events that the file holds. */
  readonly events: number
  readonly cause: unknown
}

/** What becomes of events: in the file, or not in it for a reason. */
export type RecordedAs = 'written' | Exclude<EndReason, 'complete'>

/** Writes chunks, one after the other, without making anyone wait. */
export class RecordingFile {
  readonly #disk: RecordingDisk
  readonly #onStop: (stop: RecordingStop) => void
  readonly #count: (what: RecordedAs, events: number) => void
  #sequence: number
  /** End of the last chunk that was written whole. */
  #end: number
  #events: number
  #waiting: number
  #writing: Promise<void>
  #cause: unknown
  #reason: EndReason
  #closed: boolean

  /**
   * `header` is what the file begins with. `onStop` is called if it ends before `end` is called;
   * `count` hears of each event once.
   */
  constructor(
    disk: RecordingDisk,
    header: Buffer,
    onStop: (stop: RecordingStop) => void,
    count: (what: RecordedAs, events: number) => void = () => {},
  ) {
    this.#disk = disk
    this.#onStop = onStop
    this.#count = count
    this.#sequence = 0
    this.#end = 0
    this.#events = 0
    this.#waiting = 0
    this.#cause = undefined
    this.#reason = 'complete'
    this.#closed = false
    this.#writing = this.#write([header]).catch((error: unknown) => this.#fail(error))
  }

  /** Takes no more chunks. */
  get stopped(): boolean {
    return this.#reason !== 'complete'
  }

  /** Takes `frames` over. */
  chunk(frames: Buffer, events: number): void {
    if (!this.stopped && this.#waiting + frames.length > MAX_WAITING)
      this.stop('too-slow', undefined)
    if (this.stopped) {
      this.missed(events)
      return
    }
    this.#waiting += frames.length
    this.#writing = this.#writing.then(() => this.#append(frames, events))
  }

  /** Events that came after the end. */
  missed(events: number): void {
    if (this.#reason !== 'complete') this.#count(this.#reason, events)
  }

  /** Ends the recording here, for a reason that is written into it. */
  stop(reason: EndReason, cause: unknown): void {
    if (this.stopped) return
    this.#reason = reason
    this.#cause = cause
    this.#writing = this.#writing.then(() => this.#close())
  }

  /** Resolves when everything is on disk, or was given up. */
  async end(): Promise<void> {
    if (!this.stopped) this.#writing = this.#writing.then(() => this.#close())
    await this.#writing
  }

  async #append(frames: Buffer, events: number): Promise<void> {
    this.#waiting -= frames.length
    if (this.#cause !== undefined) {
      this.missed(events)
      return
    }
    try {
      await this.#writeChunk(frames)
      this.#events += events
      this.#count('written', events)
    } catch (error) {
      this.#fail(error)
      this.missed(events)
    }
  }

  async #writeChunk(frames: Buffer): Promise<void> {
    const packed = await pack(frames, { level: 1 })
    const stored = packed.length < frames.length ? packed : frames
    const header = encodeChunkHeader(this.#sequence, frames.length, stored, stored === packed)
    await this.#write([header, stored])
    this.#sequence++
  }

  async #write(parts: Buffer[]): Promise<void> {
    const bytes = Buffer.concat(parts)
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#disk.write(
        bytes,
        done,
        bytes.length - done,
        this.#end + done,
      )
      done += bytesWritten
    }
    this.#end += bytes.length
  }

  #fail(error: unknown): void {
    this.stop(isFull(error) ? 'disk-full' : 'write-failed', error)
    this.#cause ??= error
  }

  /** The end mark is small: where the disk is full, cutting off the chunk that failed makes room. */
  async #close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const end = new FrameBuffer()
    end.json(FrameKind.end, { reason: this.#reason, events: this.#events })
    try {
      if (this.stopped) await this.#disk.truncate(this.#end)
      await this.#writeChunk(end.take())
    } catch (error) {
      this.#reason = this.stopped ? this.#reason : isFull(error) ? 'disk-full' : 'write-failed'
      this.#cause ??= error
    }
    await this.#disk.close().catch((error: unknown) => {
      this.#cause ??= error
    })
    if (this.stopped) {
      this.#onStop({ reason: this.#reason, events: this.#events, cause: this.#cause })
    }
  }
}

/** For the operator, in one line. */
export function describeStop(path: string, { reason, events, cause }: RecordingStop): string {
  const why: { readonly [Reason in EndReason]: string } = {
    complete: 'it was ended',
    'disk-full': 'no space is left on the disk',
    'write-failed': messageOf(cause),
    'too-slow': 'the disk is slower than the traffic',
    'too-large': 'a fact is larger than a recording can hold',
  }
  return `recording stopped: ${why[reason]}; "${path}" holds the ${events} events before`
}

/** Opens a new file for this user alone. An old recording of that name is replaced; nothing else is. */
export async function createRecording(path: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  try {
    await removeRecording(path)
    return await open(path, flags, PRIVATE)
  } catch (error) {
    if (error instanceof StartupError) throw error
    throw new StartupError(
      'FILE_UNUSABLE',
      `cannot write a recording to "${path}": ${messageOf(error)}`,
      'Name a file in a directory that exists and may be written to.',
      { cause: error },
    )
  }
}

async function removeRecording(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isFile() || (found.size > 0 && !(await isRecording(path)))) {
    throw new StartupError(
      'FILE_UNUSABLE',
      `"${path}" is there already and is no recording`,
      'Name another file, or remove this one.',
    )
  }
  await unlink(path)
}

async function isRecording(path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const head = Buffer.alloc(MAGIC.length)
    await file.read(head, 0, head.length, 0)
    return head.equals(MAGIC)
  } finally {
    await file.close()
  }
}

function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
