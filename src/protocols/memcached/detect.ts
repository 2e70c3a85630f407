import type { Verdict } from '../protocol.ts'
import { COMMANDS, type Command } from './commands.ts'
import { beginsWith, findLineEnd } from './line.ts'

/** Of a first line. */
const MAX_LINE = 2048
const SPACE = 0x20
const CR = 0x0d

/** Their lines are those of other protocols too. */
const COMMON = new Set(['stats', 'version', 'verbosity', 'mn', 'lru', 'slabs', 'watch'])

const REPLIES =
  'VALUE |VA |STAT |STORED\r\n|NOT_STORED\r\n|END\r\n|HD\r\n|EN\r\n|MN\r\n|CLIENT_ERROR |SERVER_ERROR '.split(
    '|',
  )

const NAMES: readonly (readonly [string, Command])[] = [...COMMANDS].filter(
  ([name]) => !COMMON.has(name),
)

/** A whole line of a command with as many words as it takes, or what only this server answers. */
export function detect(head: Uint8Array): Verdict {
  const first = head[0]
  if (first === undefined) return 'need-more'
  // Commands are small letters, replies are capitals.
  if (first >= 0x61 && first <= 0x7a) return lookAtCommand(head)
  return first >= 0x41 && first <= 0x5a ? lookAtReply(head, 0, head.length) : 'no'
}

function lookAtCommand(head: Uint8Array): Verdict {
  let possible = false
  for (const [name, command] of NAMES) {
    if (!beginsWith(head, 0, head.length, name)) continue
    if (head.length <= name.length) possible = true
    else if (head[name.length] === 0x20) return lookAtLine(head, name, command)
  }
  return possible ? 'need-more' : 'no'
}

function lookAtLine(head: Uint8Array, name: string, command: Command): Verdict {
  const limit = Math.min(head.length, MAX_LINE)
  const end = findLineEnd(head, name.length, limit)
  if (!isText(head, name.length, end === -1 ? limit : end)) return 'no'
  if (end === -1) return head.length < MAX_LINE ? 'need-more' : 'no'
  return isCommandLine(head, end, name, command) ? 'request' : 'no'
}

function isCommandLine(
  head: Uint8Array,
  end: number,
  name: string,
  { least, most, length }: Command,
): boolean {
  let words = 0
  let numbers = 0
  for (let at = 0; at < end; ) {
    const behind = endOfWord(head, at, end)
    if (behind > at && isNumber(head, at, behind)) numbers |= 1 << Math.min(words, 30)
    if (behind > at) words++
    at = behind + 1
  }
  if (words < least || words > most) return false
  if (length > 0) return (numbers & (1 << length)) !== 0
  // Other servers know jobs by number.
  return name !== 'delete' || (numbers & 2) === 0
}

function endOfWord(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== SPACE && bytes[at] !== CR) at++
  return at
}

function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < 0x30 || bytes[at]! > 0x39) return false
  return true
}

function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < SPACE && bytes[at] !== CR) return false
  return true
}

export function lookAtReply(bytes: Uint8Array, at: number, end: number): Verdict {
  for (const reply of REPLIES) {
    if (!beginsWith(bytes, at, end, reply)) continue
    return end - at < reply.length ? 'need-more' : 'response'
  }
  return 'no'
}
