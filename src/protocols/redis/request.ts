import type { Cursor } from '../cursor.ts'
import { type Command, commandAt, isNameShaped } from './commands.ts'
import { countWords, endOfLine, endOfWord, isText, MAX_INLINE, skipBlanks } from './inline.ts'
import type { RedisRequest } from './message.ts'
import * as resp from './resp.ts'

/** Of a request so many bytes are waited for and looked at. */
const MAX_HEAD = 1024
/** Of its words so many bytes are kept: the texts of queries are made of them. */
const MAX_WORDS = 512
const MAX_NAME = 64

/** What was found out about the request that was read last. */
class RequestHead {
  /** Index behind what was read of it. */
  end = 0
  /** Words to come, and bytes of the one that is being read. */
  words = 0
  bytes = 0
}

export const head = new RequestHead()

/** `nothing`: an empty line or array, which no answer follows. `head` says where it ends. */
export type RequestStep = RedisRequest | 'nothing' | 'need-more' | 'lost-sync'

export function readRequestHead(cursor: Cursor): RequestStep {
  const { bytes, at, end } = cursor
  if (bytes[at] !== resp.ARRAY) return readInline(cursor)
  const words = resp.readLength(bytes, at, end)
  if (words === resp.NEED_MORE) return 'need-more'
  if (words < resp.NULL_LENGTH) return 'lost-sync'
  const first = resp.behindLength(bytes, at)
  if (words <= 0) return nothing(first)
  return readArray(cursor, first, words)
}

function nothing(end: number): 'nothing' {
  head.end = end
  head.words = 0
  head.bytes = 0
  return 'nothing'
}

function readArray(cursor: Cursor, first: number, words: number): RequestStep {
  const { bytes, end, cut, readable } = cursor
  const walked = walk(bytes, first, end, words, cursor.at + MAX_HEAD)
  if (walked !== 'end' && !(walked === 'need-more' && (cut || readable >= MAX_HEAD))) return walked
  const length = resp.readLength(bytes, first, end)
  if (length < 0) return 'need-more'
  const name = resp.behindLength(bytes, first)
  if (name + length > end) return 'need-more'
  return request(cursor, name, name + length, words - 1)
}

/** Passes the words that are there, up to a limit. */
function walk(
  bytes: Uint8Array,
  start: number,
  end: number,
  words: number,
  limit: number,
): 'end' | 'need-more' | 'lost-sync' {
  head.end = start
  head.words = words
  head.bytes = 0
  while (head.words > 0 && head.end < limit) {
    if (head.end >= end) return 'need-more'
    if (bytes[head.end] !== resp.BULK) return 'lost-sync'
    const length = resp.readLength(bytes, head.end, end)
    if (length === resp.NEED_MORE) return 'need-more'
    if (length < 0) return 'lost-sync'
    const behind = resp.behindLength(bytes, head.end) + length
    head.words--
    head.end = Math.min(end, behind + 2)
    head.bytes = behind + 2 - head.end
    if (behind < end && bytes[behind] !== resp.CR) return 'lost-sync'
    if (behind + 1 < end && bytes[behind + 1] !== resp.LF) return 'lost-sync'
    if (head.bytes > 0) return 'need-more'
  }
  return 'end'
}

function request(cursor: Cursor, start: number, nameEnd: number, count: number): RedisRequest {
  const { bytes, position } = cursor
  const command = commandAt(bytes, start, nameEnd)
  const from = nameEnd + 2
  const second = command?.isContainer ? wordAt(bytes, from, head.end) : ''
  return {
    start: position,
    command,
    name: nameOf(command, second, bytes, start, nameEnd),
    count,
    words: command?.isSecret || count === 0 ? '' : keep(bytes, from, head.end),
    isInline: false,
    index: command?.effect === 'select' ? numberOf(wordAt(bytes, from, head.end)) : -1,
    // `CLIENT REPLY OFF`
    mayBeUnanswered: command?.effect === 'client' && isCut(),
  }
}

/** Words of the request read last are missing. */
function isCut(): boolean {
  return head.words > 0 || head.bytes > 0
}

function nameOf(
  command: Command | undefined,
  second: string,
  bytes: Buffer,
  start: number,
  end: number,
): string {
  if (command)
    return second && !isDigit(second.charCodeAt(0))
      ? `${command.name} ${second.toUpperCase()}`
      : command.name
  return isNameShaped(bytes, start, end) ? bytes.toString('latin1', start, end) : ''
}

/** The word at `at`, if it is all there and could be a name or a number; else ''. */
function wordAt(bytes: Buffer, at: number, end: number): string {
  if (at >= end || bytes[at] !== resp.BULK) return ''
  const length = resp.readLength(bytes, at, end)
  if (length <= 0 || length > MAX_NAME) return ''
  const start = resp.behindLength(bytes, at)
  return start + length <= end ? wordOf(bytes, start, start + length) : ''
}

function wordOf(bytes: Buffer, start: number, end: number): string {
  return isDigit(bytes[start]) || isNameShaped(bytes, start, end)
    ? bytes.toString('latin1', start, end)
    : ''
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

function keep(bytes: Buffer, from: number, end: number): string {
  return from < end ? bytes.toString('latin1', from, Math.min(end, from + MAX_WORDS)) : ''
}

/** Of a database. */
function numberOf(word: string): number {
  const number = Number(word)
  return word !== '' && Number.isInteger(number) ? number : -1
}

/** `PING CR LF`: words as people type them. */
function readInline(cursor: Cursor): RequestStep {
  const { bytes, at, end } = cursor
  const lineEnd = endOfLine(bytes, at, end)
  if (!isText(bytes, at, lineEnd) || lineEnd - at > MAX_INLINE) return 'lost-sync'
  const start = skipBlanks(bytes, at, lineEnd)
  if (lineEnd === end) return 'need-more'
  nothing(lineEnd + 1)
  if (start === lineEnd) return 'nothing'
  const nameEnd = endOfWord(bytes, start, lineEnd)
  if (!isNameShaped(bytes, start, nameEnd)) return 'lost-sync'
  return inline(cursor, start, nameEnd, lineEnd)
}

function inline(cursor: Cursor, start: number, nameEnd: number, lineEnd: number): RedisRequest {
  const { bytes, position } = cursor
  const command = commandAt(bytes, start, nameEnd)
  const from = skipBlanks(bytes, nameEnd, lineEnd)
  const first = wordOf(bytes, from, endOfWord(bytes, from, lineEnd))
  return {
    start: position,
    command,
    name: nameOf(command, command?.isContainer ? first : '', bytes, start, nameEnd),
    count: countWords(bytes, from, lineEnd),
    words: command?.isSecret ? '' : keep(bytes, from, lineEnd),
    isInline: true,
    index: command?.effect === 'select' ? numberOf(first) : -1,
  }
}
