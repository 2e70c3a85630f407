import type { DescribeFacts } from '../protocol.ts'

const MAX_MESSAGE = 256

/**
 * A grpc-message in words: its percent-encoded bytes are UTF-8, and what does not decode stays as it is.
 * Words that look like values of users (digits, quotes, addresses) are hidden unless texts are wanted raw.
 */
export function statusMessage(sent: string, wanted: DescribeFacts['queryText']): string {
  if (wanted === 'off' || sent === '') return ''
  const message = percentDecoded(sent).slice(0, MAX_MESSAGE)
  return wanted === 'raw' ? message : hideValues(message)
}

export function percentDecoded(sent: string): string {
  if (!sent.includes('%')) return sent
  const bytes = Buffer.alloc(sent.length)
  let length = 0
  for (let at = 0; at < sent.length; at++) {
    const digits = sent.charCodeAt(at) === 0x25 ? sent.slice(at + 1, at + 3) : ''
    const byte = /^[\da-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : -1
    bytes[length++] = byte < 0 ? sent.charCodeAt(at) : byte
    if (byte >= 0) at += 2
  }
  return bytes.toString('utf8', 0, length)
}

function hideValues(message: string): string {
  return message
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '?')
    .replace(/[^\s,;()[\]{}]*[\d@/=\\][^\s,;()[\]{}]*/g, '?')
}
