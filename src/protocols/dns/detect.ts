import type { Verdict } from '../protocol.ts'
import { HEADER_SIZE, isUsualQuestion, LEAST_SIZE, lookAtHead, TRUNCATED } from './header.ts'
import { isPlain, SHORT } from './name.ts'
import { Records } from './records.ts'

const OPCODE = 0x78
const records = new Records()

/** A datagram is a message if it is one to its last byte; a beginning of one needs the rest. */
export function detectDatagram(head: Uint8Array): Verdict {
  const kind = lookAtHead(head, 0, head.length)
  if (kind === 'no' || kind === 'need-more') return kind
  const verdict = endsWith(head, 0, head.length, head.length, kind)
  return verdict === 'no' && records.end === SHORT ? 'need-more' : verdict
}

/**
 * Anything may begin with a length: here a message has to be a plain query or its reply, with a name of
 * characters that are printed and a type that is known.
 */
export function detectStream(head: Uint8Array): Verdict {
  if (head.length < 2) return 'need-more'
  const length = (head[0]! << 8) | head[1]!
  if (length < LEAST_SIZE) return 'no'
  const end = Math.min(head.length, length + 2)
  if (end > 4 && (head[4]! & OPCODE) !== 0) return 'no'
  if (!isPlain(head, 2 + HEADER_SIZE, end)) return 'no'
  const kind = lookAtHead(head, 2, end)
  if (kind === 'no') return 'no'
  if (kind === 'need-more') return end === length + 2 ? 'no' : 'need-more'
  if (!isUsualQuestion(head, 2, end)) return 'no'
  return endsWith(head, 2, end, length + 2, kind)
}

/** Of the message bytes[base, end), which has to end at `length`. What did not fit may end anywhere. */
function endsWith(
  bytes: Uint8Array,
  base: number,
  end: number,
  length: number,
  kind: 'request' | 'response',
): Verdict {
  const behind = records.read(bytes, base, end).end
  if (behind === length) return kind
  if (behind !== SHORT) return 'no'
  if (end < length) return 'need-more'
  return (bytes[base + 2]! & TRUNCATED) !== 0 ? kind : 'no'
}
