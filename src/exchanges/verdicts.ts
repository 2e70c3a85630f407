import type { Socket } from '../sockets/socket.ts'

/** Where the kernel is told what user space wants to see. */
export interface VerdictSink {
  /**
   * For one socket: bytes to copy of each operation; nothing of those that end at or before a position
   * (as the kernel counts them; Number.MAX_SAFE_INTEGER: of none); `mute`: no data events at all.
   */
  verdict(
    socket: Socket,
    limit: number,
    skipEgressUntil: number,
    skipIngressUntil: number,
    mute: boolean,
  ): void
  /** Leaves a socket out for now, or reads it again: what is not read is counted as shed. */
  shed(socket: Socket, isShed: boolean): void
  /** It is closed. */
  forget(socketId: number): void
  /** For the next connections to a server port. `protocol`: number in the registry, 0 none known. */
  serverPort(port: number, protocol: number, limit: number): void
  /** The same for datagrams, of which nothing is seen anywhere else. */
  datagramPort(port: number, protocol: number, limit: number): void
}

/** Where there is no kernel side to be told: a replay. */
export const NO_VERDICTS: VerdictSink = {
  verdict() {},
  shed() {},
  forget() {},
  serverPort() {},
  datagramPort() {},
}

/** The protocols that server ports were seen to speak, and what is copied of each operation there. */
export class KnownPorts {
  readonly #sink: VerdictSink
  readonly #protocols: Uint8Array
  readonly #limits: Uint16Array
  readonly #datagrams: Uint8Array

  constructor(sink: VerdictSink) {
    this.#sink = sink
    this.#protocols = new Uint8Array(65_536)
    this.#limits = new Uint16Array(65_536)
    this.#datagrams = new Uint8Array(65_536)
  }

  /** Number in the registry, 0 none known. */
  get(port: number): number {
    return this.#protocols[port] ?? 0
  }

  /** What one connection was found to need, all that come are given, whatever the others speak. */
  set(port: number, protocol: number, limit: number): void {
    const isKnown = this.#protocols[port] === protocol
    if (port === 0 || (isKnown && (protocol === 0 || limit <= this.limit(port)))) return
    const most = protocol === 0 ? limit : Math.max(limit, this.limit(port))
    this.#protocols[port] = protocol
    this.#limits[port] = most
    this.#sink.serverPort(port, protocol, most)
  }

  /** Bytes copied of each operation on new connections to the port; 0 none known. */
  limit(port: number): number {
    return this.#limits[port] ?? 0
  }

  /** What datagrams speak that come from the port or go there; 0 none known. */
  datagrams(port: number): number {
    return this.#datagrams[port] ?? 0
  }

  setDatagrams(port: number, protocol: number, limit: number): void {
    if (port === 0 || this.#datagrams[port] === protocol) return
    this.#datagrams[port] = protocol
    this.#sink.datagramPort(port, protocol, limit)
  }
}
