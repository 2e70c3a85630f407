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
    this.#kernel.verdicts.set(socket.id, { limit, mute, skipEgress, skipIngress })
  }

  serverPort(port: number, protocol: number, limit: number): void {
    this.#kernel.portProtocols.set(port, protocol, limit)
  }
}
