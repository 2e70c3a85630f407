import type { BurstMemory, Flusher, FlushResult, RingMemory } from '../../src/ring/memory.ts'

const PAGE = 4096
const BURST_EVENTS = 16
const BURST_BYTES = 16_384
const STRIDE = 49_344
const DATA_AT = 64

/** A perf ring as the kernel writes it: kernel/events/ring_buffer.c. */
export class SyntheticRing {
  readonly memory: RingMemory
  readonly #positions: BigUint64Array
  readonly #data: Uint8Array
  /** Records that found no room since the last that did. */
  #missed = 0

  /** `start`: position of the first byte, for rings that have run for a while. */
  constructor(cpu: number, size: number, start = 0) {
    const mapping = new ArrayBuffer(PAGE + size)
    this.memory = { cpu, mapping, dataAt: PAGE, size }
    this.#positions = new BigUint64Array(mapping, 1024, 2)
    this.#positions.fill(BigInt(start))
    this.#data = new Uint8Array(mapping, PAGE, size)
  }

  get head(): number {
    return Number(this.#positions[0])
  }

  get tail(): number {
    return Number(this.#positions[1])
  }

  /** bpf_perf_event_output: false if there was no room. */
  output(raw: Uint8Array): boolean {
    const padded = ((4 + raw.length + 7) & ~7) - 4
    const record = new Uint8Array(12 + padded)
    new DataView(record.buffer).setUint32(8, padded, true)
    record.set(raw, 12)
    const needed = record.length + (this.#missed > 0 ? 24 : 0)
    if (this.#room() < needed) {
      this.#missed++
      return false
    }
    if (this.#missed > 0) this.#writeLost()
    this.write(9, record)
    return true
  }

  /** Any record; its header is filled in. */
  write(type: number, record: Uint8Array, size = record.length): void {
    const view = new DataView(record.buffer, record.byteOffset)
    view.setUint32(0, type, true)
    view.setUint16(6, size, true)
    const at = this.head % this.memory.size
    const first = Math.min(record.length, this.memory.size - at)
    this.#data.set(record.subarray(0, first), at)
    this.#data.set(record.subarray(first), 0)
    this.#positions[0] = BigInt(this.head + record.length)
  }

  #writeLost(): void {
    const record = new Uint8Array(24)
    new DataView(record.buffer).setBigUint64(16, BigInt(this.#missed), true)
    this.write(2, record)
    this.#missed = 0
  }

  #room(): number {
    return this.memory.size - (this.head - this.tail) - 1
  }
}

/** An event of the right size; `fill` may write behind the header. */
export function makeEvent(kind: number, cpu: number, time: bigint, size: number): Uint8Array {
  const event = new Uint8Array(size)
  const view = new DataView(event.buffer)
  view.setUint32(0, size, true)
  view.setUint8(4, kind)
  view.setUint16(6, cpu, true)
  view.setBigUint64(8, time, true)
  return event
}

/** The emitting side of bpf/include/emit.h, one step at a time. */
export class SyntheticKernel implements Flusher {
  readonly rings: (SyntheticRing | undefined)[]
  readonly bursts: BurstMemory
  readonly offline = new Set<number>()
  /** Their rings take nothing any more. */
  readonly dead = new Set<number>()
  flushes = 0
  /** Events that found no room. */
  lost = 0
  readonly #words: Int32Array

  constructor(cpus: number, ringSize: number, start = 0) {
    this.rings = Array.from({ length: cpus }, (_, cpu) => new SyntheticRing(cpu, ringSize, start))
    this.bursts = { mapping: new ArrayBuffer(cpus * STRIDE), stride: STRIDE }
    this.#words = new Int32Array(this.bursts.mapping)
  }

  get memories(): RingMemory[] {
    return this.rings.flatMap((ring) => (ring === undefined ? [] : [ring.memory]))
  }

  /** Marks the burst busy, as an emitter does before it takes its time. */
  enter(cpu: number): void {
    this.#words[this.#at(cpu)] = 1
  }

  leave(cpu: number): void {
    this.#words[this.#at(cpu)] = 0
  }

  emit(cpu: number, event: Uint8Array): void {
    const at = this.#at(cpu)
    if (this.#words[at] !== 0) this.#output(cpu, event, 1)
    else this.append(cpu, event)
  }

  /** What an emitter does after its event is filled in. */
  append(cpu: number, event: Uint8Array): void {
    const at = this.#at(cpu)
    const length = this.#words[at + 2]!
    new Uint8Array(this.bursts.mapping, at * 4 + DATA_AT).set(event, length)
    this.#words[at + 2] = length + event.length
    this.#words[at + 1]!++
    if (this.#words[at + 1]! >= BURST_EVENTS || this.#words[at + 2]! >= BURST_BYTES)
      this.#write(cpu)
  }

  flush(cpu: number): FlushResult {
    this.flushes++
    if (this.offline.has(cpu)) return 'offline'
    if (this.#words[this.#at(cpu)] !== 0) return 'busy'
    if (this.dead.has(cpu)) {
      this.#words.fill(0, this.#at(cpu) + 1, this.#at(cpu) + 3)
      return 'dead'
    }
    this.#write(cpu)
    return 'flushed'
  }

  #write(cpu: number): void {
    const at = this.#at(cpu)
    const length = this.#words[at + 2]!
    const count = this.#words[at + 1]!
    if (count > 0) {
      const raw = new Uint8Array(this.bursts.mapping, at * 4 + DATA_AT, length)
      this.#output(cpu, raw, count)
    }
    this.#words[at + 1] = 0
    this.#words[at + 2] = 0
  }

  #output(cpu: number, raw: Uint8Array, count: number): void {
    if (this.rings[cpu]?.output(raw) !== true) this.lost += count
  }

  #at(cpu: number): number {
    return (cpu * STRIDE) >> 2
  }
}
