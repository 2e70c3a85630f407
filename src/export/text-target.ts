import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import type { Timers } from './timers.ts'

export type WriteError = Error & { readonly code?: string }

/** Where text goes. One write at a time; `done` is called when it is out or cannot be. */
export interface TextTarget {
  write(text: string, done: (error: WriteError | undefined) => void): void
  /** A write is over when it returns, so that several may follow each other before the first is `done`. */
  readonly isSynchronous: boolean
  /** What is not out yet is given up. */
  close(): void
}

/** Files, where writing never waits for a reader, and whatever cannot be opened anew. */
export class StreamTarget implements TextTarget {
  readonly #stream: NodeJS.WritableStream
  readonly isSynchronous: boolean

  /** `isSynchronous`: of a file, to which Node writes at once (process I/O in its documentation). */
  constructor(stream: NodeJS.WritableStream, isSynchronous: boolean) {
    this.#stream = stream
    this.isSynchronous = isSynchronous
    // Told to `write` already; without a listener it would end the process.
    stream.on('error', () => {})
  }

  write(text: string, done: (error: WriteError | undefined) => void): void {
    this.#stream.write(text, (error) => done(error ?? undefined))
  }

  close(): void {} // the stream is not ours
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
  readonly #fd: number
  readonly #timers: Timers
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

  close(): void {
    if (this.#closed) return
    this.#closed = true
    closeSync(this.#fd)
  }

  #continue(bytes: Buffer, from: number, done: (error: WriteError | undefined) => void): void {
    if (this.#closed) return
    let at = from
    try {
      while (at < bytes.length) at += writeSync(this.#fd, bytes, at)
    } catch (error) {
      const trouble = error as WriteError
      if (trouble.code === 'EAGAIN') this.#later(bytes, at, at > from, done)
      else done(trouble)
      return
    }
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
    return new StreamTarget(stream, status.isFile())
  } catch {
    // Another user's terminal (su) may be written to but not opened: then as Node does it.
  }
  return new StreamTarget(stream, false)
}
