import { type MonotonicNs, SECOND } from '../base/time.ts'
import type { VerdictSink } from '../exchanges/verdicts.ts'
import type { Socket } from '../sockets/socket.ts'

/** A connection is left out for so long, then judged again. */
const LEFT_OUT = 5 * SECOND
/** Connections left out at one time. */
const MAX_LEFT_OUT = 65_536
/** After the end of shedding calls may still stem from requests that nobody saw. */
const AFTERMATH = 5 * SECOND

/**
 * When reading alone is too much: some of the connections on which work enters this host are not
 * read for a while, whole. What the work causes further in has lost its beginning, and makes no
 * traces of its own.
 */
export class Shedding {
  readonly #verdicts: VerdictSink
  /** Part of the connections that is read. */
  #read = 1
  #until = -1
  /** Sockets left out, by when that ends; the first to end first. */
  readonly #leftOut = new Map<number, { readonly socket: Socket; readonly until: number }>()
  /** Server ports on which requests from elsewhere came. */
  readonly #entries = new Set<number>()
  #began = -1

  constructor(verdicts: VerdictSink) {
    this.#verdicts = verdicts
  }

  /** Part of the connections to read from now on; 1 all. */
  readPart(part: number, now: MonotonicNs): void {
    if (part < 1 && this.#read === 1 && now > this.#until) this.#began = now
    if (part === 1 && this.#read < 1) this.#until = now + AFTERMATH
    this.#read = part
    if (part < 1) return
    this.#entries.clear()
    for (const { socket } of this.#leftOut.values()) this.#verdicts.shed(socket, false)
    this.#leftOut.clear()
  }

  /** Traces that begin with a call at this time have perhaps lost their request. */
  hidesCauseAt(began: number): boolean {
    return this.#began >= 0 && began >= this.#began && (this.#read < 1 || began <= this.#until)
  }

  get isOn(): boolean {
    return this.#read < 1
  }

  /** A connection was accepted. */
  accepted(socket: Socket, now: MonotonicNs): void {
    if (this.isOn && this.#entries.has(socket.localPort)) this.#judge(socket, now)
  }

  /** A request from outside came on this connection. */
  entered(socket: Socket, now: MonotonicNs): void {
    if (this.#read === 1) return
    this.#entries.add(socket.localPort)
    this.#judge(socket, now)
  }

  forget(socketId: number): void {
    this.#leftOut.delete(socketId)
  }

  tick(now: MonotonicNs): void {
    for (const [id, { socket, until }] of this.#leftOut) {
      if (until > now) return
      this.#leftOut.delete(id)
      if (this.#mayRead(id, now)) this.#verdicts.shed(socket, false)
      else this.#leftOut.set(id, { socket, until: now + LEFT_OUT })
    }
  }

  get size(): number {
    return this.#leftOut.size
  }

  #judge(socket: Socket, now: MonotonicNs): void {
    if (this.#leftOut.has(socket.id) || this.#leftOut.size >= MAX_LEFT_OUT) return
    if (this.#mayRead(socket.id, now)) return
    this.#leftOut.set(socket.id, { socket, until: now + LEFT_OUT })
    this.#verdicts.shed(socket, true)
  }

  #mayRead(socketId: number, now: MonotonicNs): boolean {
    return chance(socketId, Math.floor(now / LEFT_OUT)) < this.#read
  }
}

/** 0 to 1, the same for a socket throughout a period, and another in the next. */
function chance(socketId: number, period: number): number {
  let x = Math.imul((socketId >>> 0) ^ Math.imul(period, 0x9e3779b1), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}
