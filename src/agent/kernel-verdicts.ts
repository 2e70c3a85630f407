import { Mute } from '../events/layout.ts'
import type { VerdictSink } from '../exchanges/verdicts.ts'
import type { Kernel } from '../loader/kernel.ts'
import type { Socket } from '../sockets/socket.ts'

/** Tells the kernel side what is wanted of a socket, by writing to mapped memory. */
export class KernelVerdicts implements VerdictSink {
  readonly #kernel: Kernel

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  verdict(
    socket: Socket,
    limit: number,
    skipEgress: number,
    skipIngress: number,
    mute: boolean,
  ): void {
    const muting = mute ? Mute.unread : Mute.none
    this.#kernel.verdicts.set(socket.id, { limit, mute: muting, skipEgress, skipIngress })
  }

  shed({ id }: Socket, isShed: boolean): void {
    this.#kernel.verdicts.mute(id, isShed ? Mute.shed : Mute.none)
  }

  forget(socketId: number): void {
    this.#kernel.verdicts.clear(socketId)
  }

  serverPort(port: number, protocol: number, limit: number): void {
    this.#kernel.portProtocols.set(port, protocol, limit)
  }

  datagramPort(port: number, protocol: number, limit: number): void {
    this.#kernel.portProtocols.setDatagrams(port, protocol, limit)
  }
}
