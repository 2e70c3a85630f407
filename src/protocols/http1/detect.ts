import type { Verdict } from '../protocol.ts'
import { lookAtRequestLine, lookAtStatusLine } from './start-line.ts'

/** A client may send empty lines before its request: RFC 9112, section 2.2. */
const MAX_EMPTY = 8

/** A whole start line is evidence; less of it, as long as it fits, is not yet. */
export function detect(head: Uint8Array): Verdict {
  const start = skipEmptyLines(head, 0, head.length)
  if (start === head.length) return start > MAX_EMPTY ? 'no' : 'need-more'
  const response = lookAtStatusLine(head, start, head.length)
  return response === 'no' ? lookAtRequestLine(head, start, head.length) : response
}

/** Index of the first byte that is neither CR nor LF. */
export function skipEmptyLines(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && (bytes[at] === 0x0d || bytes[at] === 0x0a)) at++
  return at
}
