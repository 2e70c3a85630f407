import type { MonotonicNs } from '../base/time.ts'
import type { Counters } from '../telemetry/counters.ts'
import { EventMemory } from './event-memory.ts'
import type { EventSink } from './event-sink.ts'
import type { RingMemory } from './memory.ts'
import { PendingEvents } from './pending-events.ts'
import { PendingRecords } from './pending-records.ts'

// include/uapi/linux/perf_event.h: struct perf_event_mmap_page, struct perf_event_header
const HEAD_AT = 1024
const RECORD_LOST = 2
const RECORD_SAMPLE = 9
const RECORD_HEADER = 8
/** struct perf_event_header, then u32 raw size, then the raw bytes: a burst. */
const SAMPLE_HEADER = 12
/** A record's size is 16 bits, and a multiple of 8. */
const LARGEST_RECORD = 65_536
/** struct perf_event_header, u64 id, u64 lost. */
const LOST_RECORD = 24

/** struct event_header in bpf/include/wire.h: size at 0, time at 8. */
const EVENT_HEADER = 16

/** Place of a note that the kernel lost records here; ~offset is a place in the scratch memory. */
const LOST_PLACE = -1

/**
 * One CPU's perf ring. `index` notes where the events lie, in order of time; `deliver` hands them
 * over; `release` gives the room back to the kernel. Nothing is copied but the one record a lap
 * that wraps.
 */
export class CpuRing {
  readonly cpu: number
  readonly pending: PendingEvents
  readonly #counter: Counters['transport']
  /** The agent's start, split: times are subtracted in halves to stay exact beyond 2^53. */
  readonly #startLow: number
  readonly #startHigh: number
  readonly #records: PendingRecords
  /** The wrapped record in one piece. A ring holds one at most. */
  readonly #scratch: EventMemory
  readonly #memory: EventMemory
  readonly #control: BigUint64Array
  readonly #mask: number
  /** Positions in bytes since the ring was opened, as data_head and data_tail are. */
  readonly #start: number
  #head: number
  #read: number
  #tail: number
  /** Time of the event read last, in ring order. */
  #newest: number

  constructor(memory: RingMemory, start: bigint, counter: Counters['transport']) {
    this.cpu = memory.cpu
    this.pending = new PendingEvents()
    this.#counter = counter
    this.#startLow = Number(start & 0xffff_ffffn)
    this.#startHigh = Number(start >> 32n)
    this.#records = new PendingRecords()
    this.#scratch = new EventMemory(new ArrayBuffer(LARGEST_RECORD), 0, LARGEST_RECORD)
    this.#memory = new EventMemory(memory.mapping, memory.dataAt, memory.size)
    this.#control = new BigUint64Array(memory.mapping, HEAD_AT, 2)
    this.#mask = memory.size - 1
    this.#tail = Number(Atomics.load(this.#control, 1))
    this.#start = this.#tail
    this.#read = this.#tail
    this.#head = this.#tail
    this.#newest = 0
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.#read - this.#start
  }

  /** Looks how far the kernel has written and returns how full the ring is, from 0 to 1. */
  snapshot(): number {
    this.pending.compact(this.#records.compact())
    const head = Number(Atomics.load(this.#control, 0))
    this.#head = head - (head % 8)
    if (this.#head - this.#tail > this.#mask + 1) this.#giveUp()
    return Math.min(1, (this.#head - this.#tail) / (this.#mask + 1))
  }

  /** Reads up to `most` records; true once everything up to the snapshot was read. */
  index(most: number): boolean {
    const { words } = this.#memory
    for (let count = 0; this.#read < this.#head; count++) {
      if (count === most) return false
      const at = (this.#read >>> 0) & this.#mask
      const size = words[(at + 4) >> 2]! >>> 16
      if (size < RECORD_HEADER || (size & 7) !== 0 || size > this.#head - this.#read) {
        this.#giveUp()
        break
      }
      this.#indexRecord(words[at >> 2]!, at, size)
      this.#read += size
    }
    return true
  }

  /** Hands over events up to `limit`, at most `most`, and returns how many. */
  deliver(limit: number, most: number, sink: EventSink): number {
    const pending = this.pending
    const { left } = this.#records
    const { times, places, records } = pending
    const start = pending.first
    const end = Math.min(pending.end, start + most)
    for (; pending.first < end; ) {
      const i = pending.first
      const time = times[i]! as MonotonicNs
      if (time > limit) break
      pending.first++
      const place = places[i]!
      left[records[i]!]!--
      if (place >= 0) sink.event(this.#memory, place, time)
      else if (place !== LOST_PLACE) sink.event(this.#scratch, ~place, time)
      else sink.lost(this.#lostAt(records[i]!), time)
    }
    return pending.first - start
  }

  /** Moves the kernel's tail past all that was handed over. */
  release(): void {
    const tail = this.#records.done(this.#read)
    if (tail === this.#tail) return
    this.#tail = tail
    Atomics.store(this.#control, 1, BigInt(tail))
  }

  /** Where the next record begins is unknown: goes on behind the last one. */
  #giveUp(): void {
    this.#counter.add('ring-damaged')
    this.#read = this.#head
  }

  #indexRecord(type: number, at: number, size: number): void {
    if (type === RECORD_SAMPLE) this.#indexSample(at, size)
    else if (type === RECORD_LOST && size >= LOST_RECORD) {
      const record = this.#records.open(this.#read)
      this.#note(this.#newest, LOST_PLACE, record)
    } else this.#counter.add('record-unknown')
  }

  #indexSample(at: number, size: number): void {
    const wraps = at + size > this.#mask + 1
    if (wraps) this.#unwrap(at, size)
    const base = wraps ? 0 : at
    const { words } = wraps ? this.#scratch : this.#memory
    const raw = words[(base + RECORD_HEADER) >> 2]!
    if (size < SAMPLE_HEADER || raw > size - SAMPLE_HEADER) {
      this.#counter.add('record-damaged')
      return
    }
    const record = this.#records.open(this.#read)
    if (!this.#indexBurst(words, base + SAMPLE_HEADER, raw, wraps, record)) {
      this.#counter.add('record-damaged')
    }
  }

  /** False if the events do not fill the burst: those from the damage on are not read. */
  #indexBurst(
    words: Uint32Array,
    at: number,
    raw: number,
    wraps: boolean,
    record: number,
  ): boolean {
    let left = raw
    while (left >= EVENT_HEADER) {
      const word = at >> 2
      const size = words[word]!
      if (size < EVENT_HEADER || (size & 7) !== 0 || size > left) return false
      this.#newest =
        (words[word + 3]! - this.#startHigh) * 0x1_0000_0000 + (words[word + 2]! - this.#startLow)
      this.#note(this.#newest, wraps ? ~at : at, record)
      at += size
      left -= size
    }
    return left < 8 // the kernel pads raw data to 8 bytes, its size field included
  }

  #note(time: number, place: number, record: number): void {
    this.#records.left[record]!++
    this.pending.add(time, place, record)
  }

  #unwrap(at: number, size: number): void {
    const { bytes } = this.#memory
    const first = this.#mask + 1 - at
    this.#scratch.bytes.set(bytes.subarray(at))
    this.#scratch.bytes.set(bytes.subarray(0, size - first), first)
  }

  #lostAt(record: number): number {
    const at = ((this.#records.positions[record]! >>> 0) + 16) & this.#mask
    return this.#memory.words[at >> 2]!
  }
}
