import type { Outcome } from '../protocol.ts'

const ERRORS: { readonly [O in Outcome]?: string } = {
  reset: 'connection_reset',
  timeout: 'timeout',
  closed: 'connection_closed',
}

/** `error.type` where no status code tells. */
export function outcomeError(outcome: Outcome | undefined): string | undefined {
  return outcome && ERRORS[outcome]
}
