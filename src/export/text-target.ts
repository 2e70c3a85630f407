import { closeSync, constants, openSync, writeSync } from 'node:fs'
import type { Timers } from './timers.ts'

export type WriteError = Error & { readonly code?: string }

/** Where text goes. One write at a time; `done` is called when it is out or cannot be. */
export interface TextTarget {
  write(text: string, done: (error: WriteError | undefined) => void): void
  /** What is not out yet is given up. */
  close(): void
}

/** Pipes, sockets and files: Node writes to pipes and sockets without blocking. */
export class StreamTarget implements TextTarget {
  readonly #stream: NodeJS.WritableStream

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
    // Told to `write` already; without a listener it would end the process.
    stream.on('error', () => {})
  }

  write(text: string, done: (error: WriteError | undefined) => void): void {
    this.#stream.write(text, (error) => done(error ?? undefined))
  }

  close(): void {} // the stream is not ours
}

/** Milliseconds until a terminal that takes nothing is tried again. */
const FULL_MS = 20

/**
 * A terminal. Node writes to one in blocking mode: a stopped terminal (Ctrl-S) or a slow line
 * would stop the agent. So it is opened anew, which leaves the mode of whoever shares it alone.
 */
export class TerminalTarget implements TextTarget {
  readonly #fd: number
  readonly #timers: Timers
  #closed = false

  /** `path`: e.g. /dev/stdout. Throws when it cannot be opened. */
  constructor(path: string, timers: Timers) {
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    this.#timers = timers
  }

  write(text: string, done: (error: WriteError | undefined) => void): void {
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
      if (trouble.code !== 'EAGAIN') {
        done(trouble)
        return
      }
      this.#timers.after(FULL_MS, () => this.#continue(bytes, at, done))
      return
    }
    done(undefined)
  }
}

/** Standard output, by what it is. */
export function standardOutput(stream: NodeJS.WriteStream, timers: Timers): TextTarget {
  if (stream.isTTY) {
    try {
      return new TerminalTarget('/dev/stdout', timers)
    } catch {
      // Another user's terminal (su) may be written to but not opened: then as Node does it.
    }
  }
  return new StreamTarget(stream)
}
