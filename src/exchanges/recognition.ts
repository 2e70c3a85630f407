import type { Protocol } from '../protocols/protocol.ts'
import type { ByteStream } from '../sockets/byte-stream.ts'
import type { LiveSocket } from '../sockets/live-socket.ts'

/** Operations looked at before a socket is given up: opened in sight, or joined in the middle. */
const MAX_TRIALS = 16
const MAX_LATE_TRIALS = 256
/** Bytes that are waited on to become the start of a message. */
const MAX_START = 8192

/** What a socket seems to speak, and which way the requests go. */
export interface Candidate {
  readonly protocol: Protocol
  readonly requests: 'egress' | 'ingress'
}

/** Finds out what a socket speaks. What begins no operation is not looked at. */
export class Recognition {
  readonly #socket: LiveSocket
  readonly #protocols: readonly Protocol[]
  #trialsLeft: number
  /** Directions that began with something else: they are no answers. */
  #foreignEgress: boolean
  #foreignIngress: boolean
  /** Events of a direction were lost before it was recognised. */
  lostEgress: boolean
  lostIngress: boolean
  /** Something was there to be looked at. */
  hasLooked: boolean

  /** `protocols`: in order of trial. */
  constructor(socket: LiveSocket, protocols: readonly Protocol[]) {
    this.#socket = socket
    this.#protocols = protocols
    this.#trialsLeft = trialsFor(socket)
    this.#foreignEgress = false
    this.#foreignIngress = false
    this.lostEgress = false
    this.lostIngress = false
    this.hasLooked = false
  }

  /** `nothing`: it was looked at for long enough. Undefined: more must come. */
  look(): Candidate | 'nothing' | undefined {
    const { egress, ingress } = this.#socket
    const found = this.#lookAt(egress, 'egress') ?? this.#lookAt(ingress, 'ingress')
    if (found) return found
    return this.#trialsLeft <= 0 ? 'nothing' : undefined
  }

  /** A candidate was wrong: what is left of the trials is halved, so that this ends. */
  wasWrong(): void {
    this.#trialsLeft >>= 1
  }

  #lookAt(stream: ByteStream, side: 'egress' | 'ingress'): Candidate | undefined {
    while (this.#trialsLeft > 0) {
      if (stream.readable > 0) {
        this.hasLooked = true
        this.#skipToRequest(stream, side)
        const verdict = this.#try(headOf(stream), side)
        if (verdict === 'need-more' && stream.readable < MAX_START) return undefined
        if (typeof verdict === 'object' && !this.#isForeign(verdict)) return verdict
        this.#noteForeign(stream)
        stream.skipOperation()
      } else {
        if (!stream.cut) return undefined
        stream.skipGap()
        this.#noteLoss(side)
      }
      this.#trialsLeft--
    }
    return undefined
  }

  /** The other end spoke first, and something else. */
  #isForeign({ requests }: Candidate): boolean {
    return requests === 'ingress' ? this.#foreignEgress : this.#foreignIngress
  }

  #noteLoss(side: 'egress' | 'ingress'): void {
    if (side === 'egress') this.lostEgress = true
    else this.lostIngress = true
  }

  #noteForeign(stream: ByteStream): void {
    const { late, egress } = this.#socket
    if (late || stream.position !== 0) return
    if (stream === egress) this.#foreignEgress = true
    else this.#foreignIngress = true
  }

  #try(head: Buffer, side: 'egress' | 'ingress'): Candidate | 'need-more' | 'no' {
    let undecided = false
    for (const protocol of this.#protocols) {
      if (protocol.carriedBy === 'datagram') continue
      const verdict = protocol.detect(head)
      if (verdict === 'request') return { protocol, requests: side }
      if (verdict === 'response') return { protocol, requests: opposite(side) }
      if (verdict === 'need-more') undecided = true
    }
    return undecided ? 'need-more' : 'no'
  }

  /** What waits for more may be the rest of something; an operation that begins a request is none. */
  #skipToRequest(stream: ByteStream, side: 'egress' | 'ingress'): void {
    const { newest } = stream
    if (newest === undefined) return
    for (const protocol of this.#protocols) {
      if (protocol.carriedBy !== 'datagram' && protocol.detect(newest) === 'request') {
        if (stream.cut && !this.#socket.late) this.#noteLoss(side)
        stream.skipToNewest()
        return
      }
    }
  }
}

function trialsFor({ late }: LiveSocket): number {
  return late ? MAX_LATE_TRIALS : MAX_TRIALS
}

function headOf({ memory, from, readable }: ByteStream): Buffer {
  return memory.subarray(from, from + readable)
}

function opposite(side: 'egress' | 'ingress'): 'egress' | 'ingress' {
  return side === 'egress' ? 'ingress' : 'egress'
}
