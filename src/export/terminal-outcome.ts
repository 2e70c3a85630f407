import { ERROR_TYPE, SERVER_ADDRESS, SERVER_PORT } from '../spans/attributes.ts'
import { type ReadableSpan, SpanStatusCode } from './sdk.ts'
import { safe } from './terminal-text.ts'

const STATUS_CODES = ['http.response.status_code', 'rpc.status_code', 'db.response.status_code']
const LONGEST = 24

export interface Outcome {
  /** `200`, `404`, `timeout`, `200 reset`; '' when there is nothing to say. */
  readonly text: string
  readonly mood: 'good' | 'doubtful' | 'bad'
}

/** How it ended, as the span says. */
export function outcomeOf(span: ReadableSpan): Outcome {
  const code = statusCode(span)
  const failed = span.status.code === SpanStatusCode.ERROR
  const error = safe(String(span.attributes[ERROR_TYPE] ?? span.status.message ?? ''))
  const text = failed && error !== code ? [code, error || 'error'].filter(Boolean).join(' ') : code
  const doubtful = /^[45]\d\d$/.test(code)
  return { text: text.slice(0, LONGEST), mood: failed ? 'bad' : doubtful ? 'doubtful' : 'good' }
}

function statusCode(span: ReadableSpan): string {
  for (const name of STATUS_CODES) {
    const code = span.attributes[name]
    if (code !== undefined) return safe(String(code))
  }
  return ''
}

/** Where a call went that nobody here answered: `api.example.com:443`; '' when not known. */
export function destinationOf(span: ReadableSpan): string {
  const address = span.attributes[SERVER_ADDRESS]
  if (typeof address !== 'string') return ''
  const port = span.attributes[SERVER_PORT]
  const host = address.includes(':') ? `[${address}]` : address
  return safe(port === undefined ? host : `${host}:${port}`)
}
