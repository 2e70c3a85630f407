/** What the loader maps and hands over. All of it belongs to the loader and outlives its reader. */

/** One CPU's perf ring: struct perf_event_mmap_page, then the data. */
export interface RingMemory {
  readonly cpu: number
  /** The whole mapping, writable: the reader moves `data_tail`. */
  readonly mapping: ArrayBuffer
  /** Bytes from the mapping's start to the data: one page. */
  readonly dataAt: number
  /** Bytes of data, a power of two. */
  readonly size: number
}

/** `data_buf`: one struct burst per possible CPU, read only. */
export interface BurstMemory {
  readonly mapping: ArrayBuffer
  /** Bytes from one CPU's entry to the next. */
  readonly stride: number
}

/**
 * `flushed`: what lingered in the CPU's burst is in its ring; `busy`: an emitter was caught inside,
 * nothing was done; `offline`: the CPU does not run; `dead`: it was away for a moment, and its ring with
 * it, so what lingered is lost and counted.
 */
export type FlushResult = 'flushed' | 'busy' | 'offline' | 'dead'

/** Runs the flushing program on a CPU and waits for it: 17 to 23 µs. */
export interface Flusher {
  flush(cpu: number): FlushResult
}

/** How the kernel wakes a sleeping reader. */
export interface Wake {
  /** need_wake, in word 0: set by the reader, cleared by the emitter that wakes it. */
  readonly flag: Int32Array
  /**
   * Calls back at every readiness of the wake descriptor, until `stop`. What made it ready is taken
   * away before: it must not be ready again for the same reason.
   */
  start(onReadable: () => void): void
  stop(): void
}
