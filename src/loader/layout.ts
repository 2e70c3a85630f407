// Generated from bpf/include by bpf/generate-layout.mjs. Do not edit.

/** Of the headers; the object carries the same number in its knobs. */
export const WIRE_HASH = 27127129863414

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
  get agentTgid(): number { return this.view.getUint32(this.at + 16, true) }
  set agentTgid(value: number) { this.view.setUint32(this.at + 16, value, true) }
  get payloadLimit(): number { return this.view.getUint32(this.at + 20, true) }
  set payloadLimit(value: number) { this.view.setUint32(this.at + 20, value, true) }
  get hookFamily(): number { return this.view.getUint32(this.at + 24, true) }
  set hookFamily(value: number) { this.view.setUint32(this.at + 24, value, true) }
  get taskStorage(): number { return this.view.getUint32(this.at + 28, true) }
  set taskStorage(value: number) { this.view.setUint32(this.at + 28, value, true) }
  get socketStorage(): number { return this.view.getUint32(this.at + 32, true) }
  set socketStorage(value: number) { this.view.setUint32(this.at + 32, value, true) }
  get verdicts(): number { return this.view.getUint32(this.at + 36, true) }
  set verdicts(value: number) { this.view.setUint32(this.at + 36, value, true) }
  get typedTask(): number { return this.view.getUint32(this.at + 40, true) }
  set typedTask(value: number) { this.view.setUint32(this.at + 40, value, true) }
  get stateHooks(): number { return this.view.getUint32(this.at + 44, true) }
  set stateHooks(value: number) { this.view.setUint32(this.at + 44, value, true) }
}

/** struct member_offsets, 212 bytes. Borrowed: valid as long as the view is. */
export class MemberOffsets {
  static readonly size = 212
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get taskFiles(): number { return this.view.getUint32(this.at + 0, true) }
  set taskFiles(value: number) { this.view.setUint32(this.at + 0, value, true) }
  get taskGroupLeader(): number { return this.view.getUint32(this.at + 4, true) }
  set taskGroupLeader(value: number) { this.view.setUint32(this.at + 4, value, true) }
  get taskRealParent(): number { return this.view.getUint32(this.at + 8, true) }
  set taskRealParent(value: number) { this.view.setUint32(this.at + 8, value, true) }
  get taskSignal(): number { return this.view.getUint32(this.at + 12, true) }
  set taskSignal(value: number) { this.view.setUint32(this.at + 12, value, true) }
  get taskStartTime(): number { return this.view.getUint32(this.at + 16, true) }
  set taskStartTime(value: number) { this.view.setUint32(this.at + 16, value, true) }
  get taskTgid(): number { return this.view.getUint32(this.at + 20, true) }
  set taskTgid(value: number) { this.view.setUint32(this.at + 20, value, true) }
  get taskThreadPointer(): number { return this.view.getUint32(this.at + 24, true) }
  set taskThreadPointer(value: number) { this.view.setUint32(this.at + 24, value, true) }
  get signalLive(): number { return this.view.getUint32(this.at + 28, true) }
  set signalLive(value: number) { this.view.setUint32(this.at + 28, value, true) }
  get filesFdt(): number { return this.view.getUint32(this.at + 32, true) }
  set filesFdt(value: number) { this.view.setUint32(this.at + 32, value, true) }
  get fdtMaxFds(): number { return this.view.getUint32(this.at + 36, true) }
  set fdtMaxFds(value: number) { this.view.setUint32(this.at + 36, value, true) }
  get fdtFd(): number { return this.view.getUint32(this.at + 40, true) }
  set fdtFd(value: number) { this.view.setUint32(this.at + 40, value, true) }
  get fileOp(): number { return this.view.getUint32(this.at + 44, true) }
  set fileOp(value: number) { this.view.setUint32(this.at + 44, value, true) }
  get filePrivateData(): number { return this.view.getUint32(this.at + 48, true) }
  set filePrivateData(value: number) { this.view.setUint32(this.at + 48, value, true) }
  get fileCount(): number { return this.view.getUint32(this.at + 52, true) }
  set fileCount(value: number) { this.view.setUint32(this.at + 52, value, true) }
  get fileCountLast(): number { return this.view.getUint32(this.at + 56, true) }
  set fileCountLast(value: number) { this.view.setUint32(this.at + 56, value, true) }
  get inodeNumber(): number { return this.view.getUint32(this.at + 60, true) }
  set inodeNumber(value: number) { this.view.setUint32(this.at + 60, value, true) }
  get socketFile(): number { return this.view.getUint32(this.at + 64, true) }
  set socketFile(value: number) { this.view.setUint32(this.at + 64, value, true) }
  get socketSk(): number { return this.view.getUint32(this.at + 68, true) }
  set socketSk(value: number) { this.view.setUint32(this.at + 68, value, true) }
  get socketInode(): number { return this.view.getUint32(this.at + 72, true) }
  set socketInode(value: number) { this.view.setUint32(this.at + 72, value, true) }
  get sockError(): number { return this.view.getUint32(this.at + 76, true) }
  set sockError(value: number) { this.view.setUint32(this.at + 76, value, true) }
  get sockFamily(): number { return this.view.getUint32(this.at + 80, true) }
  set sockFamily(value: number) { this.view.setUint32(this.at + 80, value, true) }
  get sockFlags(): number { return this.view.getUint32(this.at + 84, true) }
  set sockFlags(value: number) { this.view.setUint32(this.at + 84, value, true) }
  get sockLocalPort(): number { return this.view.getUint32(this.at + 88, true) }
  set sockLocalPort(value: number) { this.view.setUint32(this.at + 88, value, true) }
  get sockLocalV4(): number { return this.view.getUint32(this.at + 92, true) }
  set sockLocalV4(value: number) { this.view.setUint32(this.at + 92, value, true) }
  get sockLocalV6(): number { return this.view.getUint32(this.at + 96, true) }
  set sockLocalV6(value: number) { this.view.setUint32(this.at + 96, value, true) }
  get sockNet(): number { return this.view.getUint32(this.at + 100, true) }
  set sockNet(value: number) { this.view.setUint32(this.at + 100, value, true) }
  get sockProtocol(): number { return this.view.getUint32(this.at + 104, true) }
  set sockProtocol(value: number) { this.view.setUint32(this.at + 104, value, true) }
  get sockQueue(): number { return this.view.getUint32(this.at + 108, true) }
  set sockQueue(value: number) { this.view.setUint32(this.at + 108, value, true) }
  get sockQueueLength(): number { return this.view.getUint32(this.at + 112, true) }
  set sockQueueLength(value: number) { this.view.setUint32(this.at + 112, value, true) }
  get sockRemotePort(): number { return this.view.getUint32(this.at + 116, true) }
  set sockRemotePort(value: number) { this.view.setUint32(this.at + 116, value, true) }
  get sockRemoteV4(): number { return this.view.getUint32(this.at + 120, true) }
  set sockRemoteV4(value: number) { this.view.setUint32(this.at + 120, value, true) }
  get sockRemoteV6(): number { return this.view.getUint32(this.at + 124, true) }
  set sockRemoteV6(value: number) { this.view.setUint32(this.at + 124, value, true) }
  get sockShutdown(): number { return this.view.getUint32(this.at + 128, true) }
  set sockShutdown(value: number) { this.view.setUint32(this.at + 128, value, true) }
  get sockSocket(): number { return this.view.getUint32(this.at + 132, true) }
  set sockSocket(value: number) { this.view.setUint32(this.at + 132, value, true) }
  get sockType(): number { return this.view.getUint32(this.at + 136, true) }
  set sockType(value: number) { this.view.setUint32(this.at + 136, value, true) }
  get netInum(): number { return this.view.getUint32(this.at + 140, true) }
  set netInum(value: number) { this.view.setUint32(this.at + 140, value, true) }
  get bufferNext(): number { return this.view.getUint32(this.at + 144, true) }
  set bufferNext(value: number) { this.view.setUint32(this.at + 144, value, true) }
  get bufferLength(): number { return this.view.getUint32(this.at + 148, true) }
  set bufferLength(value: number) { this.view.setUint32(this.at + 148, value, true) }
  get bufferConsumed(): number { return this.view.getUint32(this.at + 152, true) }
  set bufferConsumed(value: number) { this.view.setUint32(this.at + 152, value, true) }
  get unixAddr(): number { return this.view.getUint32(this.at + 156, true) }
  set unixAddr(value: number) { this.view.setUint32(this.at + 156, value, true) }
  get unixPeer(): number { return this.view.getUint32(this.at + 160, true) }
  set unixPeer(value: number) { this.view.setUint32(this.at + 160, value, true) }
  get tcpUlp(): number { return this.view.getUint32(this.at + 164, true) }
  set tcpUlp(value: number) { this.view.setUint32(this.at + 164, value, true) }
  get tcpBytesAcked(): number { return this.view.getUint32(this.at + 168, true) }
  set tcpBytesAcked(value: number) { this.view.setUint32(this.at + 168, value, true) }
  get tcpBytesReceived(): number { return this.view.getUint32(this.at + 172, true) }
  set tcpBytesReceived(value: number) { this.view.setUint32(this.at + 172, value, true) }
  get tcpCopiedSeq(): number { return this.view.getUint32(this.at + 176, true) }
  set tcpCopiedSeq(value: number) { this.view.setUint32(this.at + 176, value, true) }
  get tcpRcvNxt(): number { return this.view.getUint32(this.at + 180, true) }
  set tcpRcvNxt(value: number) { this.view.setUint32(this.at + 180, value, true) }
  get tcpSndUna(): number { return this.view.getUint32(this.at + 184, true) }
  set tcpSndUna(value: number) { this.view.setUint32(this.at + 184, value, true) }
  get tcpUrgSeq(): number { return this.view.getUint32(this.at + 188, true) }
  set tcpUrgSeq(value: number) { this.view.setUint32(this.at + 188, value, true) }
  get tcpWriteSeq(): number { return this.view.getUint32(this.at + 192, true) }
  set tcpWriteSeq(value: number) { this.view.setUint32(this.at + 192, value, true) }
  get sockPiece(): number { return this.view.getUint32(this.at + 196, true) }
  set sockPiece(value: number) { this.view.setUint32(this.at + 196, value, true) }
  get sockPieceSize(): number { return this.view.getUint32(this.at + 200, true) }
  set sockPieceSize(value: number) { this.view.setUint32(this.at + 200, value, true) }
  get tcpPiece(): number { return this.view.getUint32(this.at + 204, true) }
  set tcpPiece(value: number) { this.view.setUint32(this.at + 204, value, true) }
  get tcpPieceSize(): number { return this.view.getUint32(this.at + 208, true) }
  set tcpPieceSize(value: number) { this.view.setUint32(this.at + 208, value, true) }
}

/** struct trace_stats, 384 bytes. Borrowed: valid as long as the view is. */
export class TraceStats {
  static readonly size = 384
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
  /** `index` below 28. */
  lost(index: number): number { return this.view.getUint32(this.at + 72 + index * 8, true) + this.view.getUint32(this.at + 72 + index * 8 + 4, true) * 0x1_0000_0000 }
  get uncapturedAt(): number { return this.at + 296 }
  /** `index` below 11. */
  uncaptured(index: number): number { return this.view.getUint32(this.at + 296 + index * 8, true) + this.view.getUint32(this.at + 296 + index * 8 + 4, true) * 0x1_0000_0000 }
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

/** struct proc_info, 48 bytes. Borrowed: valid as long as the view is. */
export class ProcInfo {
  static readonly size = 48
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get contextType(): number { return this.view.getUint32(this.at + 0, true) + this.view.getUint32(this.at + 0 + 4, true) * 0x1_0000_0000 }
  set contextType(value: number) { this.view.setUint32(this.at + 0, value >>> 0, true); this.view.setUint32(this.at + 0 + 4, value / 0x1_0000_0000, true) }
  get kind(): number { return this.view.getUint32(this.at + 8, true) }
  set kind(value: number) { this.view.setUint32(this.at + 8, value, true) }
  get slot(): number { return this.view.getUint32(this.at + 12, true) }
  set slot(value: number) { this.view.setUint32(this.at + 12, value, true) }
  get context(): number { return this.view.getUint32(this.at + 16, true) }
  set context(value: number) { this.view.setUint32(this.at + 16, value, true) }
  get asyncIds(): number { return this.view.getUint32(this.at + 24, true) + this.view.getUint32(this.at + 24 + 4, true) * 0x1_0000_0000 }
  set asyncIds(value: number) { this.view.setUint32(this.at + 24, value >>> 0, true); this.view.setUint32(this.at + 24 + 4, value / 0x1_0000_0000, true) }
  get idsBefore(): number { return this.view.getUint32(this.at + 32, true) + this.view.getUint32(this.at + 32 + 4, true) * 0x1_0000_0000 }
  set idsBefore(value: number) { this.view.setUint32(this.at + 32, value >>> 0, true); this.view.setUint32(this.at + 32 + 4, value / 0x1_0000_0000, true) }
  get polled(): number { return this.view.getUint32(this.at + 40, true) + this.view.getUint32(this.at + 40 + 4, true) * 0x1_0000_0000 }
  set polled(value: number) { this.view.setUint32(this.at + 40, value >>> 0, true); this.view.setUint32(this.at + 40 + 4, value / 0x1_0000_0000, true) }
}

/** struct proc_info_count, 16 bytes. Borrowed: valid as long as the view is. */
export class ProcInfoCount {
  static readonly size = 16
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get processes(): number { return this.view.getUint32(this.at + 0, true) }
  set processes(value: number) { this.view.setUint32(this.at + 0, value, true) }
  get births(): number { return this.view.getUint32(this.at + 4, true) }
  set births(value: number) { this.view.setUint32(this.at + 4, value, true) }
  get nodes(): number { return this.view.getUint32(this.at + 8, true) }
  set nodes(value: number) { this.view.setUint32(this.at + 8, value, true) }
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
  shed: 3,
  reasons: 4,
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

/** enum mute */
export const Mute = {
  none: 0,
  unread: 1,
  shed: 2,
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

/** enum runtime_kind */
export const RuntimeKind = {
  python: 1,
  node: 2,
} as const

/** enum hook_family */
export const HookFamily = {
  socket: 1,
  syscall: 2,
} as const

/** Bytes from the start of the object's .rodata. */
export const Rodata = {
  knobs: 0,
  memberOffsets: 48,
} as const
