import { type Clock, SECOND } from '../base/time.ts'
import type { LogCode } from './log-codes.ts'

const LEVELS = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LEVELS)[number]

/** Lines of one code that are written at once; after them, one per `GAP`. */
const BURST = 5
const GAP = 10 * SECOND
const MAX_LENGTH = 2000

export interface LogOptions {
  readonly level: LogLevel
  readonly clock: Clock
  /** Gets one line with its newline; standard error in the agent. */
  readonly write: (line: string) => void
}

interface Flow {
  /** Lines that may be written now. */
  budget: number
  refilled: number
  silenced: number
  level: LogLevel
}

/** What the agent says about itself: one plain line a message, rate-limited by code. */
export class Log {
  readonly #enabled: number
  readonly #clock: Clock
  readonly #write: (line: string) => void
  readonly #flows = new Map<LogCode, Flow>()

  constructor(options: LogOptions) {
    this.#enabled = LEVELS.indexOf(options.level)
    this.#clock = options.clock
    this.#write = options.write
  }

  error(code: LogCode, message: string): void {
    this.#say('error', code, message)
  }

  warn(code: LogCode, message: string): void {
    this.#say('warn', code, message)
  }

  info(code: LogCode, message: string): void {
    this.#say('info', code, message)
  }

  debug(code: LogCode, message: string): void {
    this.#say('debug', code, message)
  }

  isEnabled(level: LogLevel): boolean {
    return LEVELS.indexOf(level) <= this.#enabled
  }

  /** Says how many lines were held back and not yet reported: at the end of the run. */
  flush(): void {
    for (const [code, flow] of this.#flows) {
      if (flow.silenced > 0) this.#print(flow.level, code, silencedNote(flow.silenced))
      flow.silenced = 0
    }
  }

  #say(level: LogLevel, code: LogCode, message: string): void {
    if (!this.isEnabled(level)) return
    const flow = this.#flowOf(code, level)
    if (flow.budget < 1) {
      flow.silenced++
      return
    }
    flow.budget--
    const note = flow.silenced > 0 ? ` (${silencedNote(flow.silenced)})` : ''
    flow.silenced = 0
    this.#print(level, code, message + note)
  }

  #flowOf(code: LogCode, level: LogLevel): Flow {
    const now = this.#clock.now()
    let flow = this.#flows.get(code)
    if (!flow) {
      flow = { budget: BURST, refilled: now, silenced: 0, level }
      this.#flows.set(code, flow)
    }
    const periods = Math.floor((now - flow.refilled) / GAP)
    if (periods > 0) {
      flow.budget = Math.min(BURST, flow.budget + periods)
      flow.refilled += periods * GAP
    }
    flow.level = level
    return flow
  }

  #print(level: LogLevel, code: LogCode, message: string): void {
    const unixMs = Number(this.#clock.unix(this.#clock.now()) / 1_000_000n)
    const time = new Date(unixMs).toISOString()
    this.#write(`${time} ${level.padEnd(5)} ${code}: ${oneLine(message)}\n`)
  }
}

function silencedNote(count: number): string {
  return `${count} more like this ${count === 1 ? 'was' : 'were'} not shown`
}

/** Messages may quote what a peer sent: no control character reaches the terminal. */
function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
  return plain.length > MAX_LENGTH ? `${plain.slice(0, MAX_LENGTH)}…` : plain
}
