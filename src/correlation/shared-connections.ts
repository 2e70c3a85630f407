import type { CallLineage } from './lineage.ts'

/** Undecided calls remembered of one connection; more are past their decision. */
const MAX_CALLS = 1024
const FEW = 32

interface Shared {
  /** Thread that wrote the first call; -1 once a second one did. */
  writer: number
  open: number
  /** A call was written while another was open, or might have been. */
  overlapped: boolean
  calls: CallLineage[]
  /** Length of `calls` at which the decided ones are dropped. */
  prune: number
}

/**
 * Client connections on which calls overlap (pipelined), or may at any time (multiplexed): once more
 * than one thread has written calls on such a one, or one write held calls of several owners, the
 * writer is no evidence of whose a call is (grpcio: 34 % of calls were written by another's thread,
 * and no answer contradicts).
 */
export class SharedConnections {
  readonly #bySocket = new Map<number, Shared>()

  /** A call was opened, its owner named by the model in force. */
  opened(call: CallLineage): void {
    const { opened, socket } = call.exchange
    const shared = this.#of(socket.id, opened.tid)
    if (shared.open > 0 || isMultiplexed(call)) shared.overlapped = true
    if (shared.writer !== opened.tid || severalOwners(shared, call)) shared.writer = -1
    shared.open++
    remember(shared, call)
    if (shared.overlapped && shared.writer === -1) withdraw(shared)
  }

  ended(call: CallLineage): void {
    const shared = this.#bySocket.get(call.exchange.socket.id)
    if (!shared) return
    shared.open--
    forgetOver(shared)
  }

  /** Before it is placed. */
  decided(call: CallLineage): void {
    const shared = this.#bySocket.get(call.exchange.socket.id)
    if (shared) forgetOver(shared)
  }

  closed(socketId: number): void {
    this.#bySocket.delete(socketId)
  }

  /** Calls remembered. */
  get size(): number {
    let size = 0
    for (const { calls } of this.#bySocket.values()) size += calls.length
    return size
  }

  #of(socketId: number, tid: number): Shared {
    let shared = this.#bySocket.get(socketId)
    if (!shared) {
      shared = { writer: tid, open: 0, overlapped: false, calls: [], prune: FEW }
      this.#bySocket.set(socketId, shared)
    }
    return shared
  }
}

/** Whoever holds the connection's lock writes for all: also what comes when no other call is open. */
function isMultiplexed({ exchange }: CallLineage): boolean {
  return exchange.protocol.pairing === 'multiplexed'
}

function severalOwners(shared: Shared, call: CallLineage): boolean {
  const last = shared.calls.at(-1)
  return last !== undefined && last.opened === call.opened && last.owner !== call.owner
}

/** Most connections are idle most of the time: nothing of them is kept then. */
function forgetOver({ calls }: Shared): void {
  while (calls[0]?.decided && calls[0].ended) calls.shift()
}

function remember(shared: Shared, call: CallLineage): void {
  if (shared.calls.length >= shared.prune) {
    shared.calls = shared.calls.filter((one) => !one.decided)
    if (shared.calls.length >= MAX_CALLS) shared.calls.shift()
    // Looked through again only once it has doubled: so a busy connection costs no more per call.
    shared.prune = Math.min(MAX_CALLS, Math.max(FEW, shared.calls.length * 2))
  }
  shared.calls.push(call)
}

function withdraw(shared: Shared): void {
  for (const call of shared.calls) {
    if (call.decided) continue
    call.owner = undefined
    call.doubt = 'hand-over'
  }
  shared.calls.length = 0
}
