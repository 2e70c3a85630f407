import type { Verdict } from '../protocol.ts'
import { type Command, commandAt, isModuleShaped, takesWords } from './commands.ts'
import { lookAtInline } from './inline.ts'
import * as resp from './resp.ts'

/** The longest name of a command that is known, and the digits of its length. */
const MAX_HEAD = 64
/** So many elements of a request are looked at. */
const MAX_ELEMENTS = 4
const MAX_NUMBER = 32

/**
 * A request is an array of strings that begins with a command that takes so many words. An array of
 * strings that does not may be either: no verdict. What else begins a reply is one if its frame holds.
 */
export function detect(head: Uint8Array): Verdict {
  if (head.length === 0) return 'need-more'
  if (head[0] !== resp.ARRAY) {
    const inline = lookAtInline(head, 0, head.length)
    return inline === 'no' ? lookAtReply(head, 0, head.length) : inline
  }
  const request = lookAtRequest(head, 0, head.length)
  if (request !== 'no') return request
  return isArrayOfStrings(head) ? 'no' : lookAtReply(head, 0, head.length)
}

/** An array of strings with a command that is known in front. */
export function lookAtRequest(bytes: Uint8Array, at: number, end: number): Verdict {
  const words = resp.readLength(bytes, at, end)
  if (words === resp.NEED_MORE) return 'need-more'
  if (words <= 0) return 'no'
  const start = resp.behindLength(bytes, at)
  const length = lengthOfString(bytes, start, end)
  if (length < 0) return length === resp.NEED_MORE ? 'need-more' : 'no'
  const name = resp.behindLength(bytes, start)
  if (length === 0 || length > MAX_HEAD) return 'no'
  if (name + length > end) return 'need-more'
  const command = commandAt(bytes, name, name + length)
  if (!command) return isModuleShaped(bytes, name, name + length) ? 'request' : 'no'
  if (!takesWords(command, words)) return 'no'
  return restOfRequest(bytes, name + length, end, words, command)
}

/** What is there of the other words must be strings. */
function restOfRequest(
  bytes: Uint8Array,
  start: number,
  end: number,
  words: number,
  command: Command,
): Verdict {
  // `*3 $9 subscribe $4 news :1` says that it was done.
  const seen = command.effect === 'subscription' ? words : Math.min(words, MAX_ELEMENTS)
  let at = start
  for (let i = 1; ; i++) {
    const line = lookAtLineEnd(bytes, at, end)
    if (line !== 'request') return line === 'need-more' && isSure(command) ? 'request' : line
    if (i >= seen) return 'request'
    const length = lengthOfString(bytes, at + 2, end)
    if (length === resp.NEED_MORE) return isSure(command) ? 'request' : 'need-more'
    if (length < 0) return 'no'
    at = resp.behindLength(bytes, at + 2) + length
    if (at >= end) return isSure(command) ? 'request' : 'need-more'
  }
}

function isSure({ effect }: Command): boolean {
  return effect !== 'subscription'
}

function lookAtLineEnd(bytes: Uint8Array, at: number, end: number): Verdict {
  if (at < end && bytes[at] !== resp.CR) return 'no'
  if (at + 1 < end && bytes[at + 1] !== resp.LF) return 'no'
  return at + 1 < end ? 'request' : 'need-more'
}

function lengthOfString(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return resp.NEED_MORE
  return bytes[at] === resp.BULK ? resp.readLength(bytes, at, end) : resp.MALFORMED
}

/** Whether the first element is a string, or may become one. Clients send empty arrays too. */
function isArrayOfStrings(bytes: Uint8Array): boolean {
  const length = resp.readLength(bytes, 0, bytes.length)
  if (length <= 0) return length === 0
  const first = resp.behindLength(bytes, 0)
  return first >= bytes.length || bytes[first] === resp.BULK
}

/** The beginning of a reply: its first line, and of a short string its end. */
export function lookAtReply(bytes: Uint8Array, at: number, end: number): Verdict {
  if (at >= end) return 'need-more'
  switch (bytes[at]) {
    case resp.BULK:
    case resp.VERBATIM:
    case resp.BULK_ERROR:
      return lookAtString(bytes, at, end)
    case resp.ARRAY:
    case resp.SET:
    case resp.PUSH:
    case resp.MAP:
    case resp.ATTRIBUTE:
      return verdictOf(resp.readLength(bytes, at, end))
    case resp.NUMBER:
    case resp.DOUBLE:
    case resp.BIG_NUMBER:
      return lookAtNumber(bytes, at + 1, end)
    case resp.SIMPLE:
      return lookAtStatus(bytes, at + 1, end)
    case resp.ERROR:
      return lookAtError(bytes, at + 1, end)
    case resp.NULL:
      return asReply(lookAtLineEnd(bytes, at + 1, end))
    case resp.BOOLEAN:
      return lookAtBoolean(bytes, at + 1, end)
    default:
      return 'no'
  }
}

function verdictOf(length: number): Verdict {
  if (length === resp.NEED_MORE) return 'need-more'
  return length === resp.MALFORMED ? 'no' : 'response'
}

function asReply(verdict: Verdict): Verdict {
  return verdict === 'request' ? 'response' : verdict
}

function lookAtString(bytes: Uint8Array, at: number, end: number): Verdict {
  const length = resp.readLength(bytes, at, end)
  if (length < 0) return verdictOf(length)
  const behind = resp.behindLength(bytes, at) + length
  return behind >= end ? 'response' : noNeedOfMore(lookAtLineEnd(bytes, behind, end))
}

function noNeedOfMore(verdict: Verdict): Verdict {
  return verdict === 'no' ? 'no' : 'response'
}

/** Digits, signs, a point, an exponent, `inf` and `nan`. */
function lookAtNumber(bytes: Uint8Array, start: number, end: number): Verdict {
  let at = start
  while (at < end && isOfNumber(bytes[at]!)) at++
  if (at - start > MAX_NUMBER || (at === start && at < end)) return 'no'
  return asReply(lookAtLineEnd(bytes, at, end))
}

const OF_NUMBERS = new Uint8Array(256)
for (const byte of Buffer.from('0123456789+-.einfa')) OF_NUMBERS[byte] = 1

function isOfNumber(byte: number): boolean {
  return OF_NUMBERS[byte] === 1
}

/** `t` or `f`. */
function lookAtBoolean(bytes: Uint8Array, at: number, end: number): Verdict {
  if (at < end && bytes[at] !== 0x74 && bytes[at] !== 0x66) return 'no'
  return at < end ? asReply(lookAtLineEnd(bytes, at + 1, end)) : 'need-more'
}

/** Other servers answer with `+` and `-` too: only what they do not say. */
const STATUSES = wordsOf('OK PONG QUEUED RESET NOKEY none string list set zset hash stream', '\r\n')
const ERRORS = wordsOf(
  `ASK BUSY BUSYGROUP BUSYKEY CLUSTERDOWN CROSSSLOT EXECABORT LOADING MASTERDOWN MISCONF MOVED NOAUTH
  NOGOODSLAVE NOGROUP NOMASTERLINK NOPERM NOPROTO NOREPLICAS NOSCRIPT NOTBUSY OOM READONLY TRYAGAIN
  UNBLOCKED UNKILLABLE WRONGPASS WRONGTYPE`,
  ' ',
)

function wordsOf(words: string, ending: string): readonly Buffer[] {
  return words.split(/\s+/).map((word) => Buffer.from(word + ending))
}

function lookAtStatus(bytes: Uint8Array, at: number, end: number): Verdict {
  return lookForWord(STATUSES, bytes, at, end)
}

function lookAtError(bytes: Uint8Array, at: number, end: number): Verdict {
  return lookForWord(ERRORS, bytes, at, end)
}

function lookForWord(
  words: readonly Buffer[],
  bytes: Uint8Array,
  at: number,
  end: number,
): Verdict {
  for (const word of words) {
    const compared = Math.min(word.length, end - at)
    let same = 0
    while (same < compared && bytes[at + same] === word[same]) same++
    if (same === compared) return compared === word.length ? 'response' : 'need-more'
  }
  return 'no'
}
