import { type MonotonicNs, SECOND } from '../base/time.ts'
import type { Process, ThreadServes } from '../processes/process.ts'
import type { LiveProcessSource } from '../processes/recorded-processes.ts'
import type { Socket } from '../sockets/socket.ts'

/** Virtual threads and fibers show only once the first of them ran. */
const EVERY = 2 * SECOND
/** Processes looked at again; each look may read a file per thread. */
const MAX_PROCESSES = 1024

/** Looks again at traced processes whose runtime may begin to share threads among activities. */
export class ProcessRecheck {
  readonly #source: LiveProcessSource
  readonly #onShared: (tgid: number, serves: ThreadServes) => void
  readonly #processes = new Map<number, Process>()
  #next = 0

  constructor(source: LiveProcessSource, onShared: (tgid: number, serves: ThreadServes) => void) {
    this.#source = source
    this.#onShared = onShared
  }

  add({ tgid, processStart, comm }: Socket): void {
    if (this.#processes.has(tgid) || this.#processes.size >= MAX_PROCESSES) return
    const process = this.#source.of(tgid, processStart, comm)
    if (process.threadServes === 'one') this.#processes.set(tgid, process)
  }

  exited(tgid: number): void {
    this.#processes.delete(tgid)
  }

  tick(now: MonotonicNs): void {
    if (now < this.#next) return
    this.#next = now + EVERY
    for (const [tgid, process] of this.#processes) {
      const checked = this.#source.recheck?.(process) ?? process
      if (checked.threadServes === 'one') this.#processes.set(tgid, checked)
      else {
        this.#processes.delete(tgid)
        this.#onShared(tgid, checked.threadServes)
      }
    }
  }
}
