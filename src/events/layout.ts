// Generated from bpf/include by bpf/generate-layout.mjs. Do not edit.

export * from '../loader/layout.ts'

const NO_VIEW = new DataView(new ArrayBuffer(0))

/** struct event_header, 16 bytes. Borrowed: valid as long as the view is. */
export class EventHeader {
  static readonly size = 16
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get size(): number { return this.view.getUint32(this.at + 0, true) }
  get kind(): number { return this.view.getUint8(this.at + 4) }
  get cpu(): number { return this.view.getUint16(this.at + 6, true) }
  get time(): number { return this.view.getUint32(this.at + 8, true) + this.view.getUint32(this.at + 8 + 4, true) * 0x1_0000_0000 }
}

/** struct socket_event, 136 bytes. Borrowed: valid as long as the view is. */
export class SocketEvent {
  static readonly size = 136
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get headerSize(): number { return this.view.getUint32(this.at + 0, true) }
  get headerKind(): number { return this.view.getUint8(this.at + 4) }
  get headerCpu(): number { return this.view.getUint16(this.at + 6, true) }
  get headerTime(): number { return this.view.getUint32(this.at + 8, true) + this.view.getUint32(this.at + 8 + 4, true) * 0x1_0000_0000 }
  get socketId(): number { return this.view.getUint32(this.at + 16, true) + this.view.getUint32(this.at + 16 + 4, true) * 0x1_0000_0000 }
  get peerId(): number { return this.view.getUint32(this.at + 24, true) + this.view.getUint32(this.at + 24 + 4, true) * 0x1_0000_0000 }
  get inode(): number { return this.view.getUint32(this.at + 32, true) + this.view.getUint32(this.at + 32 + 4, true) * 0x1_0000_0000 }
  get processStart(): number { return this.view.getUint32(this.at + 40, true) + this.view.getUint32(this.at + 40 + 4, true) * 0x1_0000_0000 }
  get tgid(): number { return this.view.getUint32(this.at + 48, true) }
  get tid(): number { return this.view.getUint32(this.at + 52, true) }
  get netns(): number { return this.view.getUint32(this.at + 56, true) }
  get flags(): number { return this.view.getUint32(this.at + 60, true) }
  get initialSent(): number { return this.view.getUint32(this.at + 64, true) }
  get initialReceived(): number { return this.view.getUint32(this.at + 68, true) }
  get family(): number { return this.view.getUint16(this.at + 72, true) }
  get protocol(): number { return this.view.getUint16(this.at + 74, true) }
  get localPort(): number { return this.view.getUint16(this.at + 76, true) }
  get remotePort(): number { return this.view.getUint16(this.at + 78, true) }
  get localAddressAt(): number { return this.at + 80 }
  get remoteAddressAt(): number { return this.at + 96 }
  get commAt(): number { return this.at + 112 }
  get role(): number { return this.view.getUint8(this.at + 128) }
}

/** struct data_event, 112 bytes. Borrowed: valid as long as the view is. */
export class DataEvent {
  static readonly size = 112
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get headerSize(): number { return this.view.getUint32(this.at + 0, true) }
  get headerKind(): number { return this.view.getUint8(this.at + 4) }
  get headerCpu(): number { return this.view.getUint16(this.at + 6, true) }
  get headerTime(): number { return this.view.getUint32(this.at + 8, true) + this.view.getUint32(this.at + 8 + 4, true) * 0x1_0000_0000 }
  get socketId(): number { return this.view.getUint32(this.at + 16, true) + this.view.getUint32(this.at + 16 + 4, true) * 0x1_0000_0000 }
  get contextId(): number { return this.view.getUint32(this.at + 24, true) + this.view.getUint32(this.at + 24 + 4, true) * 0x1_0000_0000 }
  get position(): number { return this.view.getUint32(this.at + 32, true) + this.view.getUint32(this.at + 32 + 4, true) * 0x1_0000_0000 }
  get tgid(): number { return this.view.getUint32(this.at + 40, true) }
  get tid(): number { return this.view.getUint32(this.at + 44, true) }
  get turn(): number { return this.view.getUint32(this.at + 48, true) }
  get reads(): number { return this.view.getUint32(this.at + 52, true) }
  get initialSent(): number { return this.view.getUint32(this.at + 56, true) }
  get initialReceived(): number { return this.view.getUint32(this.at + 60, true) }
  get length(): number { return this.view.getUint32(this.at + 64, true) }
  get captured(): number { return this.view.getUint32(this.at + 68, true) }
  get flags(): number { return this.view.getUint16(this.at + 72, true) }
  get direction(): number { return this.view.getUint8(this.at + 74) }
  get role(): number { return this.view.getUint8(this.at + 75) }
  get uncaptured(): number { return this.view.getUint8(this.at + 76) }
  get activity(): number { return this.view.getUint32(this.at + 80, true) + this.view.getUint32(this.at + 80 + 4, true) * 0x1_0000_0000 }
  get parentActivity(): number { return this.view.getUint32(this.at + 88, true) + this.view.getUint32(this.at + 88 + 4, true) * 0x1_0000_0000 }
  get grandparentActivity(): number { return this.view.getUint32(this.at + 96, true) + this.view.getUint32(this.at + 96 + 4, true) * 0x1_0000_0000 }
  get goneActivity(): number { return this.view.getUint32(this.at + 104, true) + this.view.getUint32(this.at + 104 + 4, true) * 0x1_0000_0000 }
  get payloadAt(): number { return this.at + 112 }
}

/** struct close_event, 40 bytes. Borrowed: valid as long as the view is. */
export class CloseEvent {
  static readonly size = 40
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get headerSize(): number { return this.view.getUint32(this.at + 0, true) }
  get headerKind(): number { return this.view.getUint8(this.at + 4) }
  get headerCpu(): number { return this.view.getUint16(this.at + 6, true) }
  get headerTime(): number { return this.view.getUint32(this.at + 8, true) + this.view.getUint32(this.at + 8 + 4, true) * 0x1_0000_0000 }
  get socketId(): number { return this.view.getUint32(this.at + 16, true) + this.view.getUint32(this.at + 16 + 4, true) * 0x1_0000_0000 }
  get tgid(): number { return this.view.getUint32(this.at + 24, true) }
  get error(): number { return this.view.getUint32(this.at + 28, true) }
  get state(): number { return this.view.getUint8(this.at + 32) }
  get role(): number { return this.view.getUint8(this.at + 33) }
}

/** struct process_event, 48 bytes. Borrowed: valid as long as the view is. */
export class ProcessEvent {
  static readonly size = 48
  view: DataView
  at: number

  constructor(view: DataView = NO_VIEW, at = 0) {
    this.view = view
    this.at = at
  }

  get headerSize(): number { return this.view.getUint32(this.at + 0, true) }
  get headerKind(): number { return this.view.getUint8(this.at + 4) }
  get headerCpu(): number { return this.view.getUint16(this.at + 6, true) }
  get headerTime(): number { return this.view.getUint32(this.at + 8, true) + this.view.getUint32(this.at + 8 + 4, true) * 0x1_0000_0000 }
  get start(): number { return this.view.getUint32(this.at + 16, true) + this.view.getUint32(this.at + 16 + 4, true) * 0x1_0000_0000 }
  get tgid(): number { return this.view.getUint32(this.at + 24, true) }
  get parent(): number { return this.view.getUint32(this.at + 28, true) }
  get commAt(): number { return this.at + 32 }
}

/** enum event_kind */
export const EventKind = {
  socket: 1,
  data: 2,
  close: 3,
  exec: 4,
  exit: 5,
} as const

/** enum direction */
export const Direction = {
  egress: 0,
  ingress: 1,
} as const

/** enum socket_role */
export const SocketRole = {
  unknown: 0,
  client: 1,
  server: 2,
} as const

/** enum socket_flag */
export const SocketFlag = {
  late: 1,
  noPosition: 2,
} as const

/** enum data_flag */
export const DataFlag = {
  loops: 1,
  connectContext: 2,
  positionUnknown: 4,
  threadLate: 8,
  end: 16,
  failed: 32,
  drained: 64,
  asyncIds: 128,
  polling: 256,
} as const
