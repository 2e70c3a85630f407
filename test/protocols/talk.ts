import { Cursor } from '../../src/protocols/cursor.ts'
import type {
  Conversation,
  Direction,
  Message,
  Protocol,
  Step,
} from '../../src/protocols/protocol.ts'
import type { Piece } from '../exchanges/session.ts'

/** Steps that a conversation may take for a byte, and before the first. */
const STEPS_PER_BYTE = 4
const STEPS = 64
const NOTHING = Buffer.alloc(0)
/** A head that does not end by then is not waited for. */
const MAX_WAITING = 1 << 17

/**
 * A conversation that is told bytes as a connection tells them, and held to what it promises: that it
 * reads nothing behind the end, passes nothing twice, and comes to an end.
 */
export class Talk {
  readonly #conversation: Conversation<Message, Message>
  readonly #cursor = new Cursor()
  readonly #inOrder: boolean
  #waiting: Record<Direction, Buffer> = { request: NOTHING, response: NOTHING }
  #position: Record<Direction, number> = { request: 0, response: 0 }
  #open: Message[] = []
  #left = false
  steps = 0

  constructor(protocol: Protocol, late = false) {
    this.#conversation = protocol.open(late)
    this.#inOrder = protocol.pairing === 'in-order'
  }

  /** `cut`: what follows these bytes never comes. */
  hears({ from, bytes, ends }: Piece, cut = false): this {
    const direction = from === 'C' ? 'request' : 'response'
    this.#waiting[direction] = Buffer.concat([this.#waiting[direction], bytes])
    let moved = true
    while (moved && !this.#left) {
      moved = this.#read('request', cut && direction === 'request')
      if (this.#read('response', cut && direction === 'response')) moved = true
    }
    if (ends) this.#conversation.endOfStream(direction)
    if (cut) this.#loses(direction)
    return this
  }

  #read(direction: Direction, cut: boolean): boolean {
    let moved = false
    let left = this.#waiting[direction].length * STEPS_PER_BYTE + STEPS
    while (!this.#left && this.#step(direction, cut)) {
      moved = true
      this.steps++
      if (--left < 0) throw new Error(`${direction}: no end of steps`)
    }
    return moved
  }

  /** False: it waits for more. */
  #step(direction: Direction, cut: boolean): boolean {
    const bytes = this.#waiting[direction]
    const cursor = this.#cursor.aim(bytes, 0, bytes.length, this.#position[direction], 0, cut)
    const step = this.#ask(direction)
    const taken = cursor.at
    if (taken < 0 || taken > bytes.length) throw new Error(`${direction}: passed ${taken}`)
    this.#waiting[direction] = bytes.subarray(taken)
    this.#position[direction] += taken
    if (step === 'lost-sync') {
      this.#loses(direction)
      return bytes.length > 0
    }
    const skippable = this.#conversation.skippable(direction)
    if (!(skippable >= 0)) throw new Error(`${direction}: ${skippable} can be skipped`)
    if (step !== 'need-more') {
      this.#note(direction, step)
      return true
    }
    if (this.#waiting[direction].length > MAX_WAITING) this.#loses(direction)
    return taken > 0
  }

  #ask(direction: Direction): Step<Message> {
    if (direction === 'request') return this.#conversation.readRequest(this.#cursor)
    return this.#conversation.readResponse(this.#cursor, this.#inOrder ? this.#open[0] : undefined)
  }

  #note(direction: Direction, step: Exclude<Step<Message>, string>): void {
    if (step.kind === 'leave') this.#left = true
    if (step.kind !== 'begin') return
    if (!Number.isSafeInteger(step.message.start)) throw new Error('begins nowhere')
    if (direction === 'response') this.#open.shift()
    else if (this.#open.push(step.message) > 64) this.#open.shift()
  }

  /** As after an operation without a message: what is there is passed over. */
  #loses(direction: Direction): void {
    this.#position[direction] += this.#waiting[direction].length
    this.#waiting[direction] = NOTHING
    this.#conversation.resync(direction)
  }
}
