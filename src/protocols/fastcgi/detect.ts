import type { Verdict } from '../protocol.ts'
import { FIXED, HEADER, lookAtHeader, RecordType, record, VERSION } from './records.ts'

/** Responder, authorizer, filter. */
const MAX_ROLE = 3

/** The begin of a request alone: what is answered begins with the words of a program. */
export function detect(head: Uint8Array): Verdict {
  if (head[0] !== VERSION) return 'no'
  if (head.length > 1 && head[1] !== RecordType.beginRequest) return 'no'
  if (head.length < HEADER + FIXED) return 'need-more'
  const isBegin = lookAtHeader(head, 0) && record.length === FIXED && record.padding === 0
  return isBegin && head[7] === 0 && isBeginBody(head) ? 'request' : 'no'
}

function isBeginBody(head: Uint8Array): boolean {
  if (head[8] !== 0 || head[9]! < 1 || head[9]! > MAX_ROLE || head[10]! > 1) return false
  for (let i = 11; i < HEADER + FIXED; i++) if (head[i] !== 0) return false
  return true
}
