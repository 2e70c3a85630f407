import type { Act } from './identity-simulation.ts'

/** By what reads are done that are nobody's own. */
export const READER = 7

/** Addresses as CPython gives them out: the one that was given back last comes first. */
class Addresses {
  readonly #free: number[] = []
  #next = 0x1000

  take(): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    this.#next += 0x40
    return this.#next
  }

  giveBack(address: number): void {
    this.#free.push(address)
  }
}

/** A context for each request, from its first byte to its answer. */
export function handlers(): (act: Act) => number {
  const addresses = new Addresses()
  const contexts = new Map<number, number>()
  const background = addresses.take()
  return ({ what, request }) => {
    if (request < 0) return what === 'call' ? background : READER
    if (what === 'read') contexts.set(request, addresses.take())
    if (what === 'read' || what === 'reply') return READER
    const own = contexts.get(request)!
    if (what === 'answer') addresses.giveBack(own)
    return own
  }
}

/** The same, but a context made for the answer alone writes it, as for a streamed response. */
export function streamers(): (act: Act) => number {
  const addresses = new Addresses()
  const contexts = new Map<number, number>()
  return ({ what, request }) => {
    if (what === 'read') contexts.set(request, addresses.take())
    if (what === 'read' || what === 'reply') return READER
    const own = contexts.get(request)!
    if (what === 'call') return own
    const answering = addresses.take()
    addresses.giveBack(own)
    addresses.giveBack(answering)
    return answering
  }
}

/** What reads and what writes have an address each: as of a function's frame. */
export const functions = ({ what }: Act) => (what === 'read' || what === 'reply' ? 0x100 : 0x200)
