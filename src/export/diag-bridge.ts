import type { Log } from '../telemetry/log.ts'
import { type DiagLogger, DiagLogLevel, diag } from './sdk.ts'

/** How the exporter reports a partial success: there is no other way to learn of it (0.223). */
const PARTIAL_SUCCESS = 'Received Partial Success response:'
/** Each client made says its warnings again; clients are made again while a collector is away. */
const MOST_REMEMBERED = 256
/** The exporter reads int64 without its sign (0.223): from here on it was negative. */
const NEGATIVE = 2 ** 63

export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

const ALL_ACCEPTED: PartialSuccess = { rejected: 0, message: '' }

/** Leads what the OpenTelemetry packages say (`diag`) to the log, each message once. */
export class DiagBridge implements DiagLogger {
  readonly #log: Log
  readonly #said = new Set<string>()
  #partial = ALL_ACCEPTED

  constructor(log: Log) {
    this.#log = log
  }

  install(): void {
    const logLevel = this.#log.isEnabled('debug') ? DiagLogLevel.DEBUG : DiagLogLevel.WARN
    diag.setLogger(this, { logLevel, suppressOverrideMessage: true })
  }

  uninstall(): void {
    diag.disable()
  }

  /**
   * What the last response rejected. The exporter reports it in the same turn as, and right
   * before, it calls back: taken there it belongs to that very batch.
   */
  takePartialSuccess(): PartialSuccess {
    const partial = this.#partial
    this.#partial = ALL_ACCEPTED
    return partial
  }

  error(message: string, ...args: unknown[]): void {
    this.#once('error', message, args)
  }

  warn(message: string, ...args: unknown[]): void {
    if (message === PARTIAL_SUCCESS) {
      this.#partial = parsePartialSuccess(args[0])
      return
    }
    this.#once(isHarmless(message) ? 'debug' : 'warn', message, args)
  }

  info(message: string, ...args: unknown[]): void {
    this.#once('debug', message, args)
  }

  debug(message: string, ...args: unknown[]): void {
    this.#once('debug', message, args)
  }

  verbose(): void {}

  #once(level: 'error' | 'warn' | 'debug', message: string, args: unknown[]): void {
    const text = [message, ...args.filter(isWorthSaying)].map(textOf).join(' ')
    if (this.#said.has(text)) return
    if (this.#said.size < MOST_REMEMBERED) this.#said.add(text)
    this.#log[level]('otel-warning', text)
  }
}

/** Said by 0.223 whenever a CA is set without a client certificate, which is the usual case. */
function isHarmless(message: string): boolean {
  return message.startsWith('Client key and certificate must both be provided')
}

/** Debug messages carry whole batches of spans. */
function isWorthSaying(value: unknown): boolean {
  return typeof value !== 'object' || value instanceof Error
}

function textOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value)
}

function parsePartialSuccess(json: unknown): PartialSuccess {
  try {
    const parsed: unknown = JSON.parse(String(json))
    if (typeof parsed !== 'object' || parsed === null) return ALL_ACCEPTED
    const rejected = Number(
      'rejectedSpans' in parsed
        ? parsed.rejectedSpans
        : 'rejectedDataPoints' in parsed
          ? parsed.rejectedDataPoints
          : 0,
    )
    const message = 'errorMessage' in parsed ? String(parsed.errorMessage) : ''
    return { rejected: rejected > 0 && rejected < NEGATIVE ? rejected : 0, message }
  } catch {
    return ALL_ACCEPTED // not the JSON we know: the exporter was updated, a test says so
  }
}
