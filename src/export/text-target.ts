import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import type { Timers } from './timers.ts'

export type WriteError = Error & { readonly code?: string }

/** Where text goes. One write at a time; `done` is called when it is out or cannot be. */
export interface TextTarget {
  write(text: string, done: (error: WriteError | undefined) => void): void
  /** A write is over when it returns, so that several may follow each other before the first is `done`. */
  readonly isSynchronous: boolean
  /** Nothing goes out, because the disk is full; it is tried again. */
  readonly isDiskFull: boolean
  /** What is not out yet is given up; returns how many bytes of the oldest unfinished write are out. */
  close(): number
}

/** Whatever cannot be opened anew. */
export class StreamTarget implements TextTarget {
  readonly isSynchronous = false
  readonly isDiskFull = false
  readonly #stream: NodeJS.WritableStream

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
    // Told to `write` already; without a listener it would end the process.
    stream.on('error', () => {})
  }

  write(text: string, done: (error: WriteError | undefined) => void): void {
    this.#stream.write(text, (error) => done(error ?? undefined))
  }

  close(): number {
    return 0 // the stream is not ours
  }
}

interface Write {
  readonly bytes: Buffer
  at: number
  readonly done: (error: WriteError | undefined) => void
}

/** Until a full disk is tried again. */
const DISK_PAUSE_MS = 500

/**
 * A file, which takes everything at once. While its disk is full the rest waits, so that no line is
 * torn when there is room again. Node's own stream takes a short write for a whole one.
 */
export class FileTarget implements TextTarget {
  readonly #fd: number
  readonly #timers: Timers
  readonly #writeSync: typeof writeSync
  /** The oldest is the one that did not fit. */
  readonly #waiting: Write[] = []
  #closed = false

  /** `fd` is not ours to close. */
  constructor(fd: number, timers: Timers, write = writeSync) {
    this.#fd = fd
    this.#timers = timers
    this.#writeSync = write
  }

  get isSynchronous(): boolean {
    return !this.isDiskFull
  }

  get isDiskFull(): boolean {
    return this.#waiting.length > 0
  }

  /** `done` comes a turn later, so that what is said meanwhile goes out together. */
  write(text: string, done: (error: WriteError | undefined) => void): void {
    const write = { bytes: Buffer.from(text), at: 0, done }
    if (this.isDiskFull) this.#waiting.push(write)
    else if (!this.#finish(write)) this.#wait(write)
  }

  close(): number {
    this.#closed = true
    return this.#waiting[0]?.at ?? 0
  }

  #wait(write: Write): void {
    this.#waiting.push(write)
    this.#timers.after(DISK_PAUSE_MS, () => this.#again())
  }

  #again(): void {
    if (this.#closed) return
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (!this.#finish(next)) {
        this.#timers.after(DISK_PAUSE_MS, () => this.#again())
        return
      }
      this.#waiting.shift()
    }
  }

  /** False: there is no room. */
  #finish(write: Write): boolean {
    let error: WriteError | undefined
    try {
      while (write.at < write.bytes.length)
        write.at += this.#writeSync(this.#fd, write.bytes, write.at)
    } catch (thrown) {
      error = thrown as WriteError
      if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return false
    }
    this.#timers.soon(() => write.done(error))
    return true
  }
}

/** Milliseconds until a reader who takes nothing is tried again: at first, and at last. */
const FIRST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 20

/**
 * A terminal or a pipe. Node writes to a terminal in blocking mode: a stopped one (Ctrl-S) or a
 * slow line would stop the agent; and it does not let a process end whose pipe nobody reads. So it
 * is opened anew, without blocking, which leaves the mode of whoever shares it alone.
 */
export class NonBlockingTarget implements TextTarget {
  readonly isSynchronous = false
  readonly isDiskFull = false
  readonly #fd: number
  readonly #timers: Timers
  /** Bytes of the unfinished write that are out. */
  #out = 0
  #pauseMs = FIRST_PAUSE_MS
  #closed = false

  /** `path`: e.g. /dev/stdout. Throws when it cannot be opened. */
  constructor(path: string, timers: Timers) {
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    this.#timers = timers
  }

  write(text: string, done: (error: WriteError | undefined) => void): void {
    this.#pauseMs = FIRST_PAUSE_MS
    this.#continue(Buffer.from(text), 0, done)
  }

  close(): number {
    if (!this.#closed) closeSync(this.#fd)
    this.#closed = true
    return this.#out
  }

  #continue(bytes: Buffer, from: number, done: (error: WriteError | undefined) => void): void {
    if (this.#closed) return
    let at = from
    try {
      while (at < bytes.length) at += writeSync(this.#fd, bytes, at)
    } catch (error) {
      const trouble = error as WriteError
      this.#out = at
      if (trouble.code === 'EAGAIN') this.#later(bytes, at, at > from, done)
      else done(trouble)
      return
    }
    this.#out = 0
    done(undefined)
  }

  #later(
    bytes: Buffer,
    at: number,
    moved: boolean,
    done: (error: WriteError | undefined) => void,
  ): void {
    this.#pauseMs = moved ? FIRST_PAUSE_MS : Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
    this.#timers.after(this.#pauseMs, () => this.#continue(bytes, at, done))
  }
}

/** Standard output, by what it is. */
export function standardOutput(
  stream: NodeJS.WriteStream & { readonly fd: number },
  timers: Timers,
): TextTarget {
  try {
    const status = fstatSync(stream.fd)
    if (stream.isTTY || status.isFIFO()) return new NonBlockingTarget('/dev/stdout', timers)
    if (status.isFile()) return new FileTarget(stream.fd, timers)
  } catch {
    // Another user's terminal (su) may be written to but not opened: then as Node does it.
  }
  return new StreamTarget(stream)
}
