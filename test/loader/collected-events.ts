import {
  CloseEvent,
  DataEvent,
  EventHeader,
  EventKind,
  ProcessEvent,
  SocketEvent,
} from '../../src/events/layout.ts'
import type { Kernel } from '../../src/loader/kernel.ts'
import type { RingMemory } from '../../src/loader/perf-rings.ts'

const PERF_RECORD_SAMPLE = 9
const HEAD_WORD = 1024 / 8

/** Takes everything out of the rings, slowly and simply, and keeps copies. */
export class CollectedEvents {
  readonly sockets: SocketEvent[] = []
  readonly data: DataEvent[] = []
  readonly closes: CloseEvent[] = []
  readonly processes: ProcessEvent[] = []
  readonly #kernel: Kernel
  readonly #rings: RingMemory[]

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.#rings = kernel.onlineCpus().map((cpu) => kernel.rings.open(cpu)!)
  }

  /** Flushes every CPU and reads what is there, in order of time. */
  collect(): void {
    const events: DataView[] = []
    for (const ring of this.#rings) {
      while (this.#kernel.flusher.flush(ring.cpu) === 'busy');
      for (const record of takeRecords(ring)) events.push(...splitEvents(record))
    }
    const header = new EventHeader()
    const timeOf = (view: DataView): number => {
      header.view = view
      return header.time
    }
    events.sort((a, b) => timeOf(a) - timeOf(b))
    for (const view of events) this.#add(view)
  }

  /** Payloads of a socket's events of one direction, put together. */
  bytes(socketId: number, direction: number): Buffer {
    const events = this.of(socketId).filter((event) => event.direction === direction)
    return Buffer.concat(events.map((event) => payload(event)))
  }

  of(socketId: number): DataEvent[] {
    return this.data.filter((event) => event.socketId === socketId)
  }

  clear(): void {
    for (const list of [this.sockets, this.data, this.closes, this.processes]) list.length = 0
  }

  #add(view: DataView): void {
    const kind = new EventHeader(view).kind
    if (kind === EventKind.socket) this.sockets.push(new SocketEvent(view))
    else if (kind === EventKind.data) this.data.push(new DataEvent(view))
    else if (kind === EventKind.close) this.closes.push(new CloseEvent(view))
    else if (kind === EventKind.exec || kind === EventKind.exit)
      this.processes.push(new ProcessEvent(view))
    else throw new Error(`event of kind ${kind}`)
  }
}

export function payload(event: DataEvent): Buffer {
  return Buffer.from(event.view.buffer, event.view.byteOffset + event.payloadAt, event.captured)
}

function takeRecords(ring: RingMemory): Buffer[] {
  const positions = new BigUint64Array(ring.mapping)
  const data = Buffer.from(ring.mapping, ring.dataAt, ring.size)
  const head = Number(Atomics.load(positions, HEAD_WORD))
  let tail = Number(Atomics.load(positions, HEAD_WORD + 1))
  const records: Buffer[] = []
  while (tail < head) {
    const at = tail % ring.size
    const size = data.readUInt16LE((at + 6) % ring.size)
    const record = Buffer.concat([
      data.subarray(at, at + size),
      data.subarray(0, Math.max(0, at + size - ring.size)),
    ])
    if (record.readUInt32LE(0) === PERF_RECORD_SAMPLE) records.push(record.subarray(12))
    tail += size
  }
  Atomics.store(positions, HEAD_WORD + 1, BigInt(head))
  return records
}

/** Each in memory of its own. */
function splitEvents(record: Buffer): DataView[] {
  const events: DataView[] = []
  for (let at = 0; at + EventHeader.size <= record.length; ) {
    const size = record.readUInt32LE(at)
    if (size < EventHeader.size || size % 8 !== 0) throw new Error(`event of ${size} bytes`)
    const copy = Uint8Array.from(record.subarray(at, at + size))
    events.push(new DataView(copy.buffer))
    at += size
  }
  return events
}
