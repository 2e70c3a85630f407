import type { MonotonicNs } from '../base/time.ts'

/** Why a span has no parent: the first that applies, in this order (design: Reasons). */
export const UNPARENTED_REASONS = [
  'entry',
  'no-request',
  'already-answered',
  'several-in-turn',
  'mixed-read',
  'unconfirmed',
  'model-contradicted',
  'hand-over',
  'service-activity',
  'runtime-unsupported',
  'identity-lost',
  'attached-late',
  'events-lost',
  'unseen-read',
  'peer-unknown',
] as const
export type UnparentedReason = (typeof UNPARENTED_REASONS)[number]

/** What a parent rests on. */
export type ParentModel = 'thread' | 'segment' | 'identity' | 'connection' | 'header'

/** Where a finished exchange stands in a trace: handed from correlation to spans. Borrowed: ids are read off as they are asked for. */
export interface Place {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  readonly parent:
    | { readonly spanId: string; readonly model: ParentModel; readonly remote: boolean }
    | undefined
  readonly reason: UnparentedReason | undefined
  /** Work done after the answer: a link to the request it came from. */
  readonly link: { readonly traceId: string; readonly spanId: string } | undefined
  /** When the first span of the trace on this host began, with which all others stand or fall. */
  readonly began: MonotonicNs
  /** It begins with a call: nothing that was read here asked for it. */
  readonly beginsWithCall: boolean
  /** `tracestate` that came with the trace, or ''. */
  readonly traceState: string
  /** W3C flags of an adopted header; undefined: none came. */
  readonly remoteSampled: boolean | undefined
  /** Span id of the client end as the other host can compute it: `underspan.peer.id`. */
  readonly peerId: string | undefined
}
