import { UNPARENTED_REASONS, type UnparentedReason } from '../correlation/place.ts'
import { UNPARENTED_REASON } from '../spans/attributes.ts'
import type { ReadableSpan } from './sdk.ts'

/** Why a trace begins here, for people. docs/counters.md says more. */
const WORDS: Record<UnparentedReason, string> = {
  entry: 'from outside',
  'no-request': 'of its own accord',
  'already-answered': 'after the answer',
  'several-in-turn': 'one of several requests',
  'mixed-read': 'read with other requests',
  unconfirmed: 'cause not proven',
  'model-contradicted': 'handed between threads',
  'hand-over': 'sent by another thread',
  'service-activity': 'by a background sender',
  'runtime-unsupported': 'runtime not supported',
  'identity-lost': 'task lost from sight',
  'attached-late': 'older than the agent',
  'events-lost': 'events were lost',
  'unseen-read': 'request not seen whole',
  'peer-unknown': 'caller not matched',
}

const KNOWN: ReadonlySet<string> = new Set(UNPARENTED_REASONS)

/** '' when the span has a parent here. */
export function whyItBeginsHere(span: ReadableSpan): string {
  const reason = span.attributes[UNPARENTED_REASON]
  if (isKnown(reason)) return WORDS[reason]
  return span.parentSpanContext?.isRemote === true ? 'continues a trace' : ''
}

function isKnown(reason: unknown): reason is UnparentedReason {
  return typeof reason === 'string' && KNOWN.has(reason)
}
