import { type CloseEvent, DataEvent, DataFlag, Direction } from '../layout.ts'
import { BodyMasker } from './body-masker.ts'
import { HttpMasker } from './http-masker.ts'
import { Pairing } from './pairing.ts'

/** Sockets followed at a time. One that is forgotten is blanked up to its next head. */
const MAX_SOCKETS = 65_536

/** include/net/tcp_states.h */
const TCP_CLOSE = 7

export interface RedactionRules {
  /** Keep bodies, and mask secrets within them, instead of blanking them. */
  readonly keepBodies: boolean
  /** Keep the values of URL parameters without a secret's name. */
  readonly keepQueries: boolean
}

/** One direction of a socket: its masker, and the position where its next byte belongs. */
interface Side {
  readonly masker: HttpMasker
  /** -1: unknown. A stream begins at 0; one that was open before has lost its beginning. */
  next: number
}

interface Sides {
  readonly egress: Side
  readonly ingress: Side
}

/**
 * Takes secrets out of captured bytes, byte for byte: lengths and positions stay. It follows each
 * socket's two directions, so that a secret is found wherever operations cut it. Only HTTP/1 heads
 * and the framing of chunks are left readable; what protocol the rest is does not matter here.
 */
export class Redactor {
  readonly #rules: RedactionRules
  readonly #sockets: Map<number, Sides>

  constructor(rules: RedactionRules = { keepBodies: false, keepQueries: false }) {
    this.#rules = rules
    this.#sockets = new Map()
  }

  /** `bytes`: a copy of the event that may be written to, with the event at the same place. */
  data(event: DataEvent, bytes: Uint8Array): void {
    if ((event.flags & DataFlag.failed) !== 0) return
    const sides = this.#sockets.get(event.socketId) ?? this.#open(event.socketId)
    const side = event.direction === Direction.egress ? sides.egress : sides.ingress
    this.#place(side, event)
    const from = event.payloadAt
    side.masker.operation(bytes, from, from + event.captured)
    side.masker.skip(event.length - event.captured)
  }

  close(event: CloseEvent): void {
    if (event.state === TCP_CLOSE) this.#sockets.delete(event.socketId)
  }

  #place(side: Side, event: DataEvent): void {
    const { position, length } = event
    if ((event.flags & DataFlag.positionUnknown) !== 0) {
      side.next = -1
      return
    }
    if (position > side.next && side.next >= 0) side.masker.skip(position - side.next)
    else if (position !== side.next) side.masker.lose()
    side.next = position + length
  }

  #open(socketId: number): Sides {
    if (this.#sockets.size >= MAX_SOCKETS) {
      for (const oldest of this.#sockets.keys()) {
        this.#sockets.delete(oldest)
        break
      }
    }
    const pairing = new Pairing()
    const sides = { egress: this.#side(pairing), ingress: this.#side(pairing) }
    this.#sockets.set(socketId, sides)
    return sides
  }

  #side(pairing: Pairing): Side {
    const { keepBodies, keepQueries } = this.#rules
    const body = keepBodies ? new BodyMasker() : undefined
    return { masker: new HttpMasker(pairing, keepQueries, body), next: 0 }
  }
}

/** False for an event that says more than it holds. */
export function isWhole(event: DataEvent): boolean {
  return event.headerSize >= DataEvent.size + event.captured && event.captured <= event.length
}
