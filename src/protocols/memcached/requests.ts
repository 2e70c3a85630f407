import type { Cursor } from '../cursor.ts'
import type { Step } from '../protocol.ts'
import { COMMANDS, type Command, FAREWELLS } from './commands.ts'
import { findLineEnd, lengthOf, textOf } from './line.ts'
import type { MemcachedRequest } from './message.ts'
import { Rest } from './rest.ts'

/** Of a line so much is waited for; many keys make it longer. */
const MAX_LINE = 2048
/** Of a line so much is kept. */
const MAX_KEPT = 512

/** What a client sends: lines, and the values that follow some. */
export class Requests {
  readonly #rest: Rest
  #request: MemcachedRequest | undefined
  /** Nobody answers what is being read. */
  #passing: boolean
  /** The place of reading may be in the middle of something. */
  #unsure: boolean
  #quiet: number

  constructor(late: boolean) {
    this.#rest = new Rest()
    this.#request = undefined
    this.#passing = false
    this.#unsure = late
    this.#quiet = 0
  }

  get isInMessage(): boolean {
    return this.#request !== undefined
  }

  get skippable(): number {
    return this.#request || this.#passing ? this.#rest.skippable : 0
  }

  resync(): void {
    this.#request = undefined
    this.#passing = false
    this.#unsure = true
    this.#quiet = 0
  }

  read(cursor: Cursor): Step<MemcachedRequest> {
    for (;;) {
      if (this.#request || this.#passing) {
        const progress = this.#rest.read(cursor)
        if (progress !== 'end') return progress
        const message = this.#request
        this.#request = undefined
        this.#passing = false
        if (message) return { kind: 'end', message }
      }
      const step = this.#readLine(cursor)
      if (step !== 'nothing') return step
    }
  }

  #readLine(cursor: Cursor): Step<MemcachedRequest> | 'nothing' {
    if (cursor.readable <= 0) return 'need-more'
    const { bytes, at, end, position } = cursor
    const found = findLineEnd(bytes, at, end)
    if (found === -1 && !cursor.cut && cursor.readable < MAX_LINE) return 'need-more'
    const line = textOf(bytes, at, found === -1 ? end : found)
    const words = line.split(' ')
    const name = words[0]!
    const command = COMMANDS.get(name)
    if (!command && (this.#unsure || found === -1 || !isWord(name))) return 'lost-sync'
    this.#unsure = false
    cursor.at = found === -1 ? end : found + 1
    this.#rest.begin(lengthOfValue(command, words), found === -1)
    return this.#take(position, name, command, line, words, found === -1 && cursor.cut)
  }

  #take(
    start: number,
    name: string,
    command: Command | undefined,
    line: string,
    words: readonly string[],
    mayBeUnanswered: boolean,
  ): Step<MemcachedRequest> | 'nothing' {
    if (this.#isUnanswered(name, command, words)) {
      this.#passing = true
      return 'nothing'
    }
    const kept = line.length > MAX_KEPT ? line.slice(0, MAX_KEPT) : line
    const opaque = command?.isMeta ? opaqueOf(words) : ''
    const quietBefore = this.#quiet
    const message = { start, name, line: kept, opaque, quietBefore, mayBeUnanswered }
    this.#quiet = 0
    this.#request = message
    return { kind: 'begin', message }
  }

  #isUnanswered(name: string, command: Command | undefined, words: readonly string[]): boolean {
    if (FAREWELLS.has(name)) return true
    if (!command?.isMeta) return words.at(-1) === 'noreply'
    if (!words.includes('q', 2)) return false
    this.#quiet++
    return true
  }
}

/** Bytes of the value and of the line end behind it. */
function lengthOfValue(command: Command | undefined, words: readonly string[]): number {
  if (!command || command.length === 0) return 0
  const length = lengthOf(words[command.length])
  return length === -1 ? 0 : length + 2
}

function opaqueOf(words: readonly string[]): string {
  return words.find((word, i) => i > 1 && word.startsWith('O')) ?? ''
}

function isWord(name: string): boolean {
  return /^[a-zA-Z_]{1,32}$/.test(name)
}
