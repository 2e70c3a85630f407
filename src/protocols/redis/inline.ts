import type { Verdict } from '../protocol.ts'
import { commandAt, takesWords } from './commands.ts'
import { LF } from './resp.ts'

/** The longest line that Redis takes. */
export const MAX_INLINE = 65_536
/** Of a line that may be a first command. */
const MAX_LINE = 512
const MAX_NAME = 16

/** Names that no other protocol of lines has. */
const DOUBTLESS = new Set(
  `BGSAVE BLPOP BRPOP CLIENT CONFIG DBSIZE EXPIRE FLUSHALL FLUSHDB HGET HGETALL HLEN HMGET HSET LASTSAVE
  LLEN LPUSH LRANGE PEXPIRE PSUBSCRIBE RPUSH SADD SCARD SETEX SETNX SLOWLOG SMEMBERS XADD XLEN ZADD ZCARD
  ZRANGE ZSCORE`.split(/\s+/),
)

/** A line that only Redis takes for a command. */
export function lookAtInline(bytes: Uint8Array, start: number, end: number): Verdict {
  const name = endOfWord(bytes, start, Math.min(end, start + MAX_NAME + 1))
  if (name === start || name - start > MAX_NAME || !isLetters(bytes, start, name)) return 'no'
  if (name === end) return 'need-more'
  const command = commandAt(bytes, start, name)
  if (!command || !DOUBTLESS.has(command.name)) return 'no'
  const lineEnd = endOfLine(bytes, name, Math.min(end, start + MAX_LINE))
  if (lineEnd - start === MAX_LINE) return 'no'
  if (lineEnd === end) return 'need-more'
  return takesWords(command, countWords(bytes, start, lineEnd)) ? 'request' : 'no'
}

/** Index of the line feed, or `end`. */
export function endOfLine(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== LF) at++
  return at
}

/** Index of the first byte from `start` on that ends a word, which may be in quotes. */
export function endOfWord(bytes: Uint8Array, start: number, end: number): number {
  const quote = bytes[start]
  if (quote === 0x22 || quote === 0x27) return endOfQuotes(bytes, start + 1, end, quote)
  let at = start
  while (at < end && !isBlank(bytes[at]!)) at++
  return at
}

function endOfQuotes(bytes: Uint8Array, start: number, end: number, quote: number): number {
  let at = start
  while (at < end && bytes[at] !== quote) at += bytes[at] === 0x5c ? 2 : 1
  return Math.min(end, at + 1)
}

export function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isBlank(bytes[at]!)) at++
  return at
}

/** Whether a line holds text and nothing else. */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte < 0x20 && !isBlank(byte)) return false
  }
  return true
}

export function countWords(bytes: Uint8Array, start: number, end: number): number {
  let words = 0
  let at = skipBlanks(bytes, start, end)
  while (at < end) {
    words++
    at = skipBlanks(bytes, endOfWord(bytes, at, end), end)
  }
  return words
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === LF
}

function isLetters(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const letter = bytes[at]! | 0x20
    if (letter < 0x61 || letter > 0x7a) return false
  }
  return true
}
