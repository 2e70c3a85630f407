import { LruMap } from '../base/lru-map.ts'
import { SECOND } from '../base/time.ts'
import type { Exchange } from '../exchanges/exchange.ts'
import type { Socket } from '../sockets/socket.ts'

/** Processes, and addresses of each, that are remembered; the one unused for longest goes first. */
const MAX_PROCESSES = 4096
const MAX_ADDRESSES = 1024
/** Programs keep addresses for a while whatever they were told: the JVM for 30 s. */
const LEAST_SECONDS = 60
const MOST_SECONDS = 86_400

interface Named {
  /** '' several, so that none is known to be meant. */
  name: string
  until: number
}

/**
 * What processes call the servers that they connect to: the names that they resolved to those addresses
 * before. A connection keeps the name that it began with.
 */
export class ResolvedNames {
  readonly #byProcess = new LruMap<number, LruMap<string, Named>>(MAX_PROCESSES)
  readonly #bySocket = new WeakMap<Socket, string>()

  /** The first call on a connection finds its name. */
  opened({ role, socket, opened }: Exchange): void {
    if (role !== 'client' || socket.transport !== 'tcp' || this.#bySocket.has(socket)) return
    const named = socket.late
      ? undefined
      : this.#byProcess.get(opened.tgid)?.get(socket.remoteAddress)
    this.#bySocket.set(socket, named && named.until >= opened.time ? named.name : '')
  }

  /** A lookup may have been answered. */
  ended({ role, protocol, request, response, opened, ended }: Exchange): void {
    if (role !== 'client' || !response || !protocol.resolvedBy) return
    const resolved = protocol.resolvedBy(request, response)
    if (!resolved) return
    const now = ended?.time ?? opened.time
    const seconds = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, resolved.seconds))
    const names = this.#of(opened.tgid)
    for (const address of resolved.addresses)
      learn(names, address, resolved.name, now, now + seconds * SECOND)
  }

  /** '' unknown. */
  of(socket: Socket): string {
    return this.#bySocket.get(socket) ?? ''
  }

  /** The process is gone, or runs another program. */
  forget(tgid: number): void {
    this.#byProcess.delete(tgid)
  }

  #of(tgid: number): LruMap<string, Named> {
    let names = this.#byProcess.get(tgid)
    if (names === undefined) {
      names = new LruMap(MAX_ADDRESSES)
      this.#byProcess.set(tgid, names)
    }
    return names
  }
}

function learn(
  names: LruMap<string, Named>,
  address: string,
  name: string,
  now: number,
  until: number,
): void {
  const known = names.get(address)
  if (known === undefined) {
    names.set(address, { name, until })
    return
  }
  const other = known.until >= now && known.name.toLowerCase() !== name.toLowerCase()
  known.name = other ? '' : name
  known.until = other ? Math.max(known.until, until) : until
}
