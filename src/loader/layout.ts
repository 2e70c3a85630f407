// Generated from bpf/include by bpf/generate-layout.mjs. Do not edit.

/** Of the headers; the object carries the same number in its knobs. */
export const WIRE_HASH = 281113283781858

const NO_VIEW = new DataView(new ArrayBuffer(0))

/** struct knobs, 48 bytes. Borrowed: valid as long as the view is. */
export class Knobs {
  static readonly size = 48
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get wireHash(): number { return this.view.getUint32(this.at + 0, true) + this.view.getUint32(this.at + 0 + 4, true) * 0x1_0000_0000 }
  set wireHash(value: number) { this.view.setUint32(this.at + 0, value >>> 0, true); this.view.setUint32(this.at + 0 + 4, value / 0x1_0000_0000, true) }
  get agentStart(): number { return this.view.getUint32(this.at + 8, true) + this.view.getUint32(this.at + 8 + 4, true) * 0x1_0000_0000 }
  set agentStart(value: number) { this.view.setUint32(this.at + 8, value >>> 0, true); this.view.setUint32(this.at + 8 + 4, value / 0x1_0000_0000, true) }
  get agentStartReal(): number { return this.view.getUint32(this.at + 16, true) + this.view.getUint32(this.at + 16 + 4, true) * 0x1_0000_0000 }
  set agentStartReal(value: number) { this.view.setUint32(this.at + 16, value >>> 0, true); this.view.setUint32(this.at + 16 + 4, value / 0x1_0000_0000, true) }
  get agentTgid(): number { return this.view.getUint32(this.at + 24, true) }
  set agentTgid(value: number) { this.view.setUint32(this.at + 24, value, true) }
  get payloadLimit(): number { return this.view.getUint32(this.at + 28, true) }
  set payloadLimit(value: number) { this.view.setUint32(this.at + 28, value, true) }
  get hookFamily(): number { return this.view.getUint32(this.at + 32, true) }
  set hookFamily(value: number) { this.view.setUint32(this.at + 32, value, true) }
  get taskStorage(): number { return this.view.getUint32(this.at + 36, true) }
  set taskStorage(value: number) { this.view.setUint32(this.at + 36, value, true) }
  get socketStorage(): number { return this.view.getUint32(this.at + 40, true) }
  set socketStorage(value: number) { this.view.setUint32(this.at + 40, value, true) }
  get verdicts(): number { return this.view.getUint32(this.at + 44, true) }
  set verdicts(value: number) { this.view.setUint32(this.at + 44, value, true) }
}

/** struct trace_stats, 328 bytes. Borrowed: valid as long as the view is. */
export class TraceStats {
  static readonly size = 328
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get events(): number { return this.view.getUint32(this.at + 0, true) + this.view.getUint32(this.at + 0 + 4, true) * 0x1_0000_0000 }
  get bursts(): number { return this.view.getUint32(this.at + 8, true) + this.view.getUint32(this.at + 8 + 4, true) * 0x1_0000_0000 }
  get direct(): number { return this.view.getUint32(this.at + 16, true) + this.view.getUint32(this.at + 16 + 4, true) * 0x1_0000_0000 }
  get wakeups(): number { return this.view.getUint32(this.at + 24, true) + this.view.getUint32(this.at + 24 + 4, true) * 0x1_0000_0000 }
  get sockets(): number { return this.view.getUint32(this.at + 32, true) + this.view.getUint32(this.at + 32 + 4, true) * 0x1_0000_0000 }
  get socketsGone(): number { return this.view.getUint32(this.at + 40, true) + this.view.getUint32(this.at + 40 + 4, true) * 0x1_0000_0000 }
  get threads(): number { return this.view.getUint32(this.at + 48, true) + this.view.getUint32(this.at + 48 + 4, true) * 0x1_0000_0000 }
  get threadsGone(): number { return this.view.getUint32(this.at + 56, true) + this.view.getUint32(this.at + 56 + 4, true) * 0x1_0000_0000 }
  get conflicts(): number { return this.view.getUint32(this.at + 64, true) + this.view.getUint32(this.at + 64 + 4, true) * 0x1_0000_0000 }
  get lostAt(): number { return this.at + 72 }
  /** `index` below 21. */
  lost(index: number): number { return this.view.getUint32(this.at + 72 + index * 8, true) + this.view.getUint32(this.at + 72 + index * 8 + 4, true) * 0x1_0000_0000 }
  get uncapturedAt(): number { return this.at + 240 }
  /** `index` below 11. */
  uncaptured(index: number): number { return this.view.getUint32(this.at + 240 + index * 8, true) + this.view.getUint32(this.at + 240 + index * 8 + 4, true) * 0x1_0000_0000 }
}

/** struct burst, 49344 bytes. Borrowed: valid as long as the view is. */
export class Burst {
  static readonly size = 49344
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get busy(): number { return this.view.getUint32(this.at + 0, true) }
  get count(): number { return this.view.getUint32(this.at + 4, true) }
  get length(): number { return this.view.getUint32(this.at + 8, true) }
  get pendingAt(): number { return this.at + 12 }
  /** `index` below 7. */
  pending(index: number): number { return this.view.getUint32(this.at + 12 + index * 4, true) }
  get dataAt(): number { return this.at + 64 }
}

/** struct socket_verdict, 32 bytes. Borrowed: valid as long as the view is. */
export class SocketVerdict {
  static readonly size = 32
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get socketId(): number { return this.view.getUint32(this.at + 0, true) + this.view.getUint32(this.at + 0 + 4, true) * 0x1_0000_0000 }
  set socketId(value: number) { this.view.setUint32(this.at + 0, value >>> 0, true); this.view.setUint32(this.at + 0 + 4, value / 0x1_0000_0000, true) }
  get skipEgress(): number { return this.view.getUint32(this.at + 8, true) + this.view.getUint32(this.at + 8 + 4, true) * 0x1_0000_0000 }
  set skipEgress(value: number) { this.view.setUint32(this.at + 8, value >>> 0, true); this.view.setUint32(this.at + 8 + 4, value / 0x1_0000_0000, true) }
  get skipIngress(): number { return this.view.getUint32(this.at + 16, true) + this.view.getUint32(this.at + 16 + 4, true) * 0x1_0000_0000 }
  set skipIngress(value: number) { this.view.setUint32(this.at + 16, value >>> 0, true); this.view.setUint32(this.at + 16 + 4, value / 0x1_0000_0000, true) }
  get limit(): number { return this.view.getUint32(this.at + 24, true) }
  set limit(value: number) { this.view.setUint32(this.at + 24, value, true) }
  get mute(): number { return this.view.getUint32(this.at + 28, true) }
  set mute(value: number) { this.view.setUint32(this.at + 28, value, true) }
}

/** struct proto_infer_cache, 8 bytes. Borrowed: valid as long as the view is. */
export class ProtoInferCache {
  static readonly size = 8
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get protocol(): number { return this.view.getUint32(this.at + 0, true) }
  set protocol(value: number) { this.view.setUint32(this.at + 0, value, true) }
  get limit(): number { return this.view.getUint32(this.at + 4, true) }
  set limit(value: number) { this.view.setUint32(this.at + 4, value, true) }
}

/** struct kprobe_port_bitmap, 16384 bytes. Borrowed: valid as long as the view is. */
export class KprobePortBitmap {
  static readonly size = 16384
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get unrecognisedAt(): number { return this.at + 0 }
  get leftAloneAt(): number { return this.at + 8192 }
}

/** struct protocol_filter, 4 bytes. Borrowed: valid as long as the view is. */
export class ProtocolFilter {
  static readonly size = 4
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get disabled(): number { return this.view.getUint32(this.at + 0, true) }
  set disabled(value: number) { this.view.setUint32(this.at + 0, value, true) }
}

/** struct wake, 64 bytes. Borrowed: valid as long as the view is. */
export class Wake {
  static readonly size = 64
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get needWake(): number { return this.view.getUint32(this.at + 0, true) }
  set needWake(value: number) { this.view.setUint32(this.at + 0, value, true) }
}

/** struct trace_conf, 24 bytes. Borrowed: valid as long as the view is. */
export class TraceConf {
  static readonly size = 24
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get contextId(): number { return this.view.getUint32(this.at + 0, true) + this.view.getUint32(this.at + 0 + 4, true) * 0x1_0000_0000 }
  set contextId(value: number) { this.view.setUint32(this.at + 0, value >>> 0, true); this.view.setUint32(this.at + 0 + 4, value / 0x1_0000_0000, true) }
  get socketIdAt(): number { return this.at + 8 }
  /** `index` below 2. */
  socketId(index: number): number { return this.view.getUint32(this.at + 8 + index * 8, true) + this.view.getUint32(this.at + 8 + index * 8 + 4, true) * 0x1_0000_0000 }
  setSocketId(index: number, value: number): void { this.view.setUint32(this.at + 8 + index * 8, value >>> 0, true); this.view.setUint32(this.at + 8 + index * 8 + 4, value / 0x1_0000_0000, true) }
}

/** enum uncaptured_reason */
export const UncapturedReason = {
  none: 0,
  limit: 1,
  verdict: 2,
  noCall: 3,
  otherCall: 4,
  compat: 5,
  many: 6,
  flags: 7,
  fault: 8,
  protocol: 9,
  vector: 10,
  reasons: 11,
} as const

/** enum lost_reason */
export const LostReason = {
  ringFull: 0,
  reentered: 1,
  noRoom: 2,
  reasons: 3,
} as const

/** enum lost_what */
export const LostWhat = {
  egressUnknown: 0,
  egressClient: 1,
  egressServer: 2,
  ingressUnknown: 3,
  ingressClient: 4,
  ingressServer: 5,
  other: 6,
  whats: 7,
} as const

/** enum burst_size */
export const BurstSize = {
  burstEvents: 16,
  burstBytes: 16384,
  payloadMax: 16384,
  burstData: 49280,
} as const

/** enum id_source */
export const IdSource = {
  data: 0,
  state: 1,
} as const

/** enum hook_family */
export const HookFamily = {
  socket: 1,
  syscall: 2,
} as const

/** Bytes from the start of the object's .rodata. */
export const Rodata = {
  knobs: 0,
} as const
