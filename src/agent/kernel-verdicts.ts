import { Mute } from '../events/layout.ts'
import type { VerdictSink } from '../exchanges/verdicts.ts'
import type { PortProtocols, SocketVerdicts } from '../loader/maps.ts'
import type { Socket } from '../sockets/socket.ts'

/** What the kernel side reads of verdicts. */
export interface KernelTables {
  readonly verdicts: Pick<SocketVerdicts, 'set' | 'mute' | 'clear'>
  readonly portProtocols: Pick<PortProtocols, 'set' | 'setDatagrams'>
}

/** Tells the kernel side what is wanted of a socket, by writing to mapped memory. */
export class KernelVerdicts implements VerdictSink {
  readonly #kernel: KernelTables
  /** What its protocol turns out to want does not end this. */
  readonly #shed = new Set<number>()

  constructor(kernel: KernelTables) {
    this.#kernel = kernel
  }

  verdict(
    socket: Socket,
    limit: number,
    skipEgress: number,
    skipIngress: number,
    mute: boolean,
  ): void {
    const wanted = mute ? Mute.unread : Mute.none
    const muting = this.#shed.has(socket.id) ? Mute.shed : wanted
    this.#kernel.verdicts.set(socket.id, { limit, mute: muting, skipEgress, skipIngress })
  }

  shed({ id }: Socket, isShed: boolean): void {
    if (isShed) this.#shed.add(id)
    else this.#shed.delete(id)
    this.#kernel.verdicts.mute(id, isShed ? Mute.shed : Mute.none)
  }

  forget(socketId: number): void {
    this.#shed.delete(socketId)
    this.#kernel.verdicts.clear(socketId)
  }

  serverPort(port: number, protocol: number, limit: number): void {
    this.#kernel.portProtocols.set(port, protocol, limit)
  }

  datagramPort(port: number, protocol: number, limit: number): void {
    this.#kernel.portProtocols.setDatagrams(port, protocol, limit)
  }
}
