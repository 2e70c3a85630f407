import type { Libbpf, PerfHandle } from './libbpf.ts'
import { NativeError, PAGE_SIZE } from './native.ts'

/** One CPU's perf ring: a control page (struct perf_event_mmap_page), then the data. */
export interface RingMemory {
  readonly cpu: number
  /** The whole mapping, writable: the reader moves `data_tail`. */
  readonly mapping: ArrayBuffer
  readonly dataAt: number
  /** Bytes of data, a power of two. */
  readonly size: number
}

/** The rings behind `socket_data`. Each CPU's is opened, closed and opened again by itself. */
export class PerfRings {
  readonly #libbpf: Libbpf
  readonly #mapFd: number
  readonly #pages: number
  readonly #attr: Uint8Array
  readonly #open = new Map<number, PerfHandle>()

  /** `bytes` of data in each ring, a power of two. */
  constructor(libbpf: Libbpf, mapFd: number, bytes: number) {
    this.#libbpf = libbpf
    this.#mapFd = mapFd
    this.#pages = bytes / PAGE_SIZE
    this.#attr = outputAttributes(bytes)
  }

  /** Undefined: the CPU does not run. An old ring of the same CPU is closed: its memory must be out of use. */
  open(cpu: number): RingMemory | undefined {
    this.close(cpu)
    try {
      const ring = this.#libbpf.openRing(this.#mapFd, cpu, this.#pages, this.#attr)
      this.#open.set(cpu, ring)
      const mapping = this.#libbpf.ringMemory(ring)
      return { cpu, mapping, dataAt: PAGE_SIZE, size: this.#pages * PAGE_SIZE }
    } catch (error) {
      if (error instanceof NativeError && (error.errno === ENODEV || error.errno === ENXIO))
        return undefined
      throw error
    }
  }

  close(cpu: number): void {
    const ring = this.#open.get(cpu)
    if (ring === undefined) return
    this.#open.delete(cpu)
    this.#libbpf.closeRing(ring)
  }

  closeAll(): void {
    for (const cpu of [...this.#open.keys()]) this.close(cpu)
  }
}

const ENXIO = 6
const ENODEV = 19

const PERF_TYPE_SOFTWARE = 1
const PERF_COUNT_SW_BPF_OUTPUT = 10n
const PERF_SAMPLE_RAW = 1n << 10n
/** Bit of `watermark` among the flags. */
const WATERMARK = 1n << 14n

/** struct perf_event_attr, 112 bytes (version 5). Nobody polls the rings: a wake-up only once one is full. */
function outputAttributes(ringBytes: number): Uint8Array {
  const attr = new DataView(new ArrayBuffer(112))
  attr.setUint32(0, PERF_TYPE_SOFTWARE, true)
  attr.setUint32(4, attr.byteLength, true)
  attr.setBigUint64(8, PERF_COUNT_SW_BPF_OUTPUT, true)
  attr.setBigUint64(16, 1n, true) // sample_period
  attr.setBigUint64(24, PERF_SAMPLE_RAW, true)
  attr.setBigUint64(40, WATERMARK, true)
  attr.setUint32(48, ringBytes, true) // wakeup_watermark
  return new Uint8Array(attr.buffer)
}
