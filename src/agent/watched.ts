import type { Config } from '../config/config.ts'
import type { ProcessSource } from '../processes/process.ts'
import { hasCriteria, selects } from '../processes/selection.ts'
import type { Socket } from '../sockets/socket.ts'

/** Processes remembered; they are asked anew when this is full. */
const MAX_PROCESSES = 65_536

/**
 * Which sockets are traced. What is excluded never is; of what is left one criterion is enough, a
 * port at either end or anything about the process, and none given means all.
 */
export class Watched {
  readonly #config: Config
  readonly #processes: ProcessSource
  readonly #byProcess = new Map<number, { start: number; traced: boolean }>()
  readonly #ports: ReadonlySet<number>
  readonly #excludedPorts: ReadonlySet<number>

  constructor(config: Config, processes: ProcessSource) {
    this.#config = config
    this.#processes = processes
    this.#ports = new Set(config.select.ports)
    this.#excludedPorts = new Set(config.exclude.ports)
  }

  socket(socket: Socket): boolean {
    const { localPort, remotePort, tgid } = socket
    if (this.#excludedPorts.has(localPort) || this.#excludedPorts.has(remotePort)) return false
    const onPort = this.#ports.has(localPort) || this.#ports.has(remotePort)
    if (onPort) return !this.#isExcluded(socket)
    if (this.#ports.size > 0 && !hasCriteria(this.#config.select)) return false
    return this.process(tgid, socket.processStart, socket.comm)
  }

  process(tgid: number, start: number, comm: string): boolean {
    const known = this.#byProcess.get(tgid)
    if (known && known.start === start) return known.traced
    const process = this.#processes.of(tgid, start, comm)
    const traced = selects(process, this.#config.select, this.#config.exclude)
    if (this.#byProcess.size >= MAX_PROCESSES) this.#byProcess.clear()
    this.#byProcess.set(tgid, { start, traced })
    return traced
  }

  /** It runs another program now, or is gone. */
  forget(tgid: number): void {
    this.#byProcess.delete(tgid)
  }

  #isExcluded({ tgid, processStart, comm }: Socket): boolean {
    const { exclude } = this.#config
    if (!hasCriteria(exclude)) return false
    const everything = { ports: [], pids: [], executables: [], commands: [], containers: [] }
    return !selects(this.#processes.of(tgid, processStart, comm), everything, exclude)
  }
}
