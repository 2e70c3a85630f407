import type { LoadedMap } from './bpf-object.ts'
import {
  BurstSize,
  KprobePortBitmap,
  LostReason,
  LostWhat,
  type Mute,
  ProtocolFilter,
  ProtoInferCache,
  SocketVerdict,
  TraceConf,
  TraceStats,
  UncapturedReason,
} from './layout.ts'
import type { Libbpf } from './libbpf.ts'
import type { MapFacts } from './map-fill.ts'
import { type Mapping, mapMemory, PAGE_SIZE } from './native.ts'

/** An array map's memory: entries lie one behind the other, rounded up to 8 bytes. */
export class MappedArray {
  readonly mapping: ArrayBuffer
  readonly view: DataView
  readonly stride: number
  readonly entries: number
  readonly #mapped: Mapping

  constructor(map: LoadedMap) {
    this.stride = roundUp(map.valueSize, 8)
    this.entries = map.maxEntries
    this.#mapped = mapMemory(map.fd, roundUp(this.stride * map.maxEntries, PAGE_SIZE), true)
    this.mapping = this.#mapped.memory
    this.view = new DataView(this.mapping)
  }

  close(): void {
    this.#mapped.unmap()
  }
}

export type Muting = (typeof Mute)[keyof typeof Mute]

/** How much user space wants of a socket. */
export interface VerdictFields {
  /** Bytes copied per operation. */
  readonly limit: number
  /** Send no data events at all, and why not. */
  readonly mute: Muting
  /** Copy nothing that ends at or before these positions. */
  readonly skipEgress: number
  readonly skipIngress: number
}

/** `socket_verdict_map`. A later socket may take an entry over: both then live with the default or the last. */
export class SocketVerdicts {
  readonly #array: MappedArray
  readonly #ids: BigUint64Array
  readonly #verdict: SocketVerdict
  #entries = 0

  constructor(map: LoadedMap) {
    this.#array = new MappedArray(map)
    this.#ids = new BigUint64Array(this.#array.view.buffer)
    this.#verdict = new SocketVerdict(this.#array.view)
  }

  set(socketId: number, fields: VerdictFields): void {
    const at = (socketId % this.#array.entries) * this.#array.stride
    const word = at / 8
    const before = Atomics.exchange(this.#ids, word, 0n) // the kernel may look at any moment
    if (before === 0n) this.#entries++
    this.#verdict.at = at
    this.#verdict.limit = fields.limit
    this.#verdict.mute = fields.mute
    this.#verdict.skipEgress = fields.skipEgress
    this.#verdict.skipIngress = fields.skipIngress
    Atomics.store(this.#ids, word, BigInt(socketId))
  }

  /** Whether data events are sent; all else stays as it is, or as it is for a new connection. */
  mute(socketId: number, mute: Muting): void {
    const at = (socketId % this.#array.entries) * this.#array.stride
    this.#verdict.at = at
    const isKnown = Number(this.#ids[at / 8]) === socketId
    const limit = isKnown ? this.#verdict.limit : BurstSize.payloadMax
    const skipEgress = isKnown ? this.#verdict.skipEgress : 0
    const skipIngress = isKnown ? this.#verdict.skipIngress : 0
    this.set(socketId, { limit, mute, skipEgress, skipIngress })
  }

  /** Back to the default. */
  clear(socketId: number): void {
    const word = ((socketId % this.#array.entries) * this.#array.stride) / 8
    if (Number(this.#ids[word]) !== socketId) return
    Atomics.store(this.#ids, word, 0n)
    this.#entries--
  }

  get fill(): MapFacts {
    return { name: 'socket_verdict_map', entries: this.#entries, limit: this.#array.entries }
  }

  close(): void {
    this.#array.close()
  }
}

/** As bpf/include/verdict.h. */
const DATAGRAMS_AT = 65_536

/** `proto_infer_cache_map`: what a new connection to a port starts with. */
export class PortProtocols {
  readonly #array: MappedArray
  readonly #entry: ProtoInferCache

  constructor(map: LoadedMap) {
    this.#array = new MappedArray(map)
    this.#entry = new ProtoInferCache(this.#array.view)
  }

  /** `protocol` is its number in the registry, from 1; 0 forgets. */
  set(port: number, protocol: number, limit: number): void {
    this.#set(port, protocol, limit)
  }

  /** The same of datagrams, whose entries lie behind those of connections. */
  setDatagrams(port: number, protocol: number, limit: number): void {
    this.#set(DATAGRAMS_AT + port, protocol, limit)
  }

  #set(index: number, protocol: number, limit: number): void {
    this.#entry.at = index * this.#array.stride
    this.#entry.limit = limit
    this.#entry.protocol = protocol
  }

  close(): void {
    this.#array.close()
  }
}

/** `protocol_filter`: connections to a port known to speak a disabled protocol are left alone. */
export class ProtocolSwitches {
  readonly #array: MappedArray
  readonly #entry: ProtocolFilter

  constructor(map: LoadedMap) {
    this.#array = new MappedArray(map)
    this.#entry = new ProtocolFilter(this.#array.view)
  }

  enable(protocol: number, enabled: boolean): void {
    this.#entry.at = protocol * this.#array.stride
    this.#entry.disabled = enabled ? 0 : 1
  }

  close(): void {
    this.#array.close()
  }
}

/** `kprobe_port_bitmap`. */
export class PortMarks {
  readonly #array: MappedArray
  readonly #bits: KprobePortBitmap

  constructor(map: LoadedMap) {
    this.#array = new MappedArray(map)
    this.#bits = new KprobePortBitmap(this.#array.view)
  }

  /** Sockets with this port at either end are neither handled nor sent up. */
  leaveAlone(port: number, marked: boolean): void {
    this.#mark(this.#bits.leftAloneAt, port, marked)
  }

  /** Datagrams with this port are sent up although no protocol is known. */
  sendUnrecognised(port: number, marked: boolean): void {
    this.#mark(this.#bits.unrecognisedAt, port, marked)
  }

  #mark(at: number, port: number, marked: boolean): void {
    const byte = at + (port >> 3)
    const bit = 1 << (port & 7)
    const now = this.#array.view.getUint8(byte)
    this.#array.view.setUint8(byte, marked ? now | bit : now & ~bit)
  }

  close(): void {
    this.#array.close()
  }
}

/** `ignored_processes`: their sockets are left alone from then on; those already sent up are not. */
export class IgnoredProcesses {
  readonly #libbpf: Libbpf
  readonly #fd: number
  readonly #key = new Uint32Array(1)
  readonly #keyBytes = new Uint8Array(this.#key.buffer)
  readonly #present = Uint8Array.of(1)

  constructor(libbpf: Libbpf, map: LoadedMap) {
    this.#libbpf = libbpf
    this.#fd = map.fd
  }

  /** False: there is no room. */
  add(tgid: number): boolean {
    this.#key[0] = tgid
    try {
      this.#libbpf.update(this.#fd, this.#keyBytes, this.#present)
      return true
    } catch {
      return false
    }
  }

  remove(tgid: number): void {
    this.#key[0] = tgid
    this.#libbpf.remove(this.#fd, this.#keyBytes)
  }
}

/** Sums over all CPUs. */
export interface KernelStats {
  readonly events: number
  readonly bursts: number
  readonly direct: number
  readonly wakeups: number
  readonly sockets: number
  readonly socketsGone: number
  readonly threads: number
  readonly threadsGone: number
  readonly conflicts: number
  /** By reason (enum lost_reason), then by what was lost (enum lost_what). */
  readonly lost: readonly (readonly number[])[]
  /** By enum uncaptured_reason. */
  readonly uncaptured: readonly number[]
}

/** `trace_stats_map`. */
export class StatsReader {
  readonly #libbpf: Libbpf
  readonly #fd: number
  readonly #values: Uint8Array
  readonly #stats: TraceStats

  constructor(libbpf: Libbpf, map: LoadedMap, possibleCpus: number) {
    this.#libbpf = libbpf
    this.#fd = map.fd
    this.#values = new Uint8Array(TraceStats.size * possibleCpus)
    this.#stats = new TraceStats(new DataView(this.#values.buffer))
  }

  read(): KernelStats {
    this.#libbpf.lookup(this.#fd, FIRST, this.#values)
    const sum = (pick: (stats: TraceStats) => number): number => this.#sum(pick)
    const lost = Array.from({ length: LostReason.reasons }, (_, reason) =>
      Array.from({ length: LostWhat.whats }, (_, what) =>
        sum((cpu) => cpu.lost(reason * LostWhat.whats + what)),
      ),
    )
    const uncaptured = Array.from({ length: UncapturedReason.reasons }, (_, reason) =>
      sum((cpu) => cpu.uncaptured(reason)),
    )
    return {
      events: sum((cpu) => cpu.events),
      bursts: sum((cpu) => cpu.bursts),
      direct: sum((cpu) => cpu.direct),
      wakeups: sum((cpu) => cpu.wakeups),
      sockets: sum((cpu) => cpu.sockets),
      socketsGone: sum((cpu) => cpu.socketsGone),
      threads: sum((cpu) => cpu.threads),
      threadsGone: sum((cpu) => cpu.threadsGone),
      conflicts: sum((cpu) => cpu.conflicts),
      lost,
      uncaptured,
    }
  }

  #sum(pick: (stats: TraceStats) => number): number {
    let total = 0
    for (let at = 0; at < this.#values.length; at += TraceStats.size) {
      this.#stats.at = at
      total += pick(this.#stats)
    }
    return total
  }
}

/** 13 bits of CPU above 40 bits of count. */
const ID_STEP = 2 ** 40

/** `trace_conf_map`: where each CPU begins to count its ids. Before anything is attached. */
export function setFirstIds(libbpf: Libbpf, map: LoadedMap, possibleCpus: number): void {
  const values = new Uint8Array(TraceConf.size * possibleCpus)
  const conf = new TraceConf(new DataView(values.buffer))
  for (let cpu = 0; cpu < possibleCpus; cpu++) {
    conf.at = cpu * TraceConf.size
    conf.contextId = cpu * ID_STEP
    conf.setSocketId(0, cpu * ID_STEP)
    conf.setSocketId(1, cpu * ID_STEP + 1)
  }
  libbpf.update(map.fd, FIRST, values)
}

const FIRST = new Uint8Array(4)

function roundUp(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step
}
