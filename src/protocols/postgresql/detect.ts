import type { Verdict } from '../protocol.ts'
import { lookAtRequests, lookAtResponses } from './look.ts'

/** A start-up packet is sure; what comes later must be messages that follow one another. */
export function detect(head: Uint8Array): Verdict {
  if (head.length === 0) return 'need-more'
  const request = lookAtRequests(head, 0, head.length)
  if (request === 'yes') return 'request'
  const response = lookAtResponses(head, 0, head.length)
  if (response === 'yes') return 'response'
  return request === 'need-more' || response === 'need-more' ? 'need-more' : 'no'
}
