import type { Verdict } from '../protocol.ts'
import { Command } from './commands.ts'
import { HEADER, lengthAt, u16, u32 } from './packet.ts'

/** Longer ones are not taken for commands where nothing else tells. */
const MAX_LENGTH = 0xf_ffff
/** Bytes of a query's text that are looked at. */
const MAX_LOOKED_AT = 64
const STMT_EXECUTE_LENGTH = 10

/** First four letters of the statements of MySQL and MariaDB, in capitals. */
const VERBS = new Set(
  (
    'ALTE ANAL BACK BEGI BINL CACH CALL CHAN CHEC COMM CREA DEAL DECL DELE DESC DO_ DROP ' +
    'EXEC EXPL FLUS GET_ GRAN HAND HELP IMPO INSE INST KILL LOAD LOCK OPTI PREP PURG RELE RENA ' +
    'REPA REPL RESE RESI REST REVO ROLL SAVE SELE SET_ SHOW SHUT SIGN STAR STOP TABL TRUN UNIN ' +
    'UNLO UPDA USE_ VALU WITH XA_ (SEL ((SE (WIT'
  )
    .split(' ')
    .map(codeOf),
)

/** Lengths of payloads that hold nothing but a command and an id. */
const EXACT = new Map<number, number>([
  [Command.statistics, 1],
  [0x0e, 1], // COM_PING
  [Command.resetConnection, 1],
  [Command.stmtReset, 5],
  [Command.stmtFetch, 9],
])

/** Is what begins here, without all that came before, the packet of a command that gets an answer? */
export function lookAtCommand(bytes: Uint8Array, start: number, end: number): Verdict {
  let at = start
  // Closed statements get no answer: another command is often sent with them.
  while (isClose(bytes, at, end)) at += HEADER + 5
  if (end - at <= HEADER) return at === start && mayBeHeader(bytes, at, end) ? 'need-more' : 'no'
  const length = lengthAt(bytes, at)
  if (bytes[at + 3] !== 0 || length === 0 || length > MAX_LENGTH) return 'no'
  const command = bytes[at + HEADER]!
  const payloadEnd = Math.min(end, at + HEADER + length)
  switch (command) {
    case Command.query:
      return lookAtQuery(bytes, at + HEADER + 1, payloadEnd, length - 1)
    case Command.stmtPrepare:
      return lookAtText(bytes, at + HEADER + 1, payloadEnd, length - 1)
    case Command.stmtExecute:
      return length < STMT_EXECUTE_LENGTH ? 'no' : lookAtExecute(bytes, at + HEADER, end)
    case Command.stmtBulkExecute:
      return length < 7 ? 'no' : lookAtBulk(bytes, at + HEADER, end)
    default:
      return length === EXACT.get(command) && end === at + HEADER + length ? 'request' : 'no'
  }
}

function mayBeHeader(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at >= 3 && (bytes[at + 2]! > 0x0f || lengthAt(bytes, at) === 0)) return false
  return end - at < HEADER || bytes[at + 3] === 0
}

function isClose(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    end - at > HEADER &&
    lengthAt(bytes, at) === 5 &&
    bytes[at + 3] === 0 &&
    bytes[at + HEADER] === Command.stmtClose
  )
}

/** Before the text there may be the attributes of the query: their numbers, 0 and 1 as a rule. */
function lookAtQuery(bytes: Uint8Array, at: number, end: number, length: number): Verdict {
  if (at === end) return length > 0 ? 'need-more' : 'no'
  if (bytes[at]! > 8) return lookAtText(bytes, at, end, length)
  if (at + 1 < end && bytes[at + 1] !== 1) return 'no'
  if (bytes[at] === 0) return lookAtText(bytes, at + 2, end, length - 2)
  // One attribute at least: a bitmap, the flag that types follow, and a type.
  if (end - at < 7) return 'need-more'
  return bytes[at + 3] === 1 && bytes[at + 5]! <= 0x80 && length > 10 ? 'request' : 'no'
}

function lookAtText(bytes: Uint8Array, start: number, end: number, length: number): Verdict {
  const limit = Math.min(end, start + MAX_LOOKED_AT)
  let at = start
  while (at < limit && isBlank(bytes[at]!)) at++
  const first = bytes[at]
  for (let i = at; i < limit; i++)
    if ((bytes[i]! < 0x20 && !isBlank(bytes[i]!)) || bytes[i] === 0x7f) return 'no'
  if (length < at - start + 2) return 'no'
  if (at + 4 > limit && limit - start < length) return 'need-more'
  const isComment = first === 0x23 || (first === 0x2f && bytes[at + 1] === 0x2a) || first === 0x2d
  if (isComment) return limit - at >= 8 ? 'request' : limit - start < length ? 'need-more' : 'no'
  return VERBS.has(verbAt(bytes, at, limit)) ? 'request' : 'no'
}

/** Four letters in capitals; what is no letter behind the first counts as `_`, once. */
function verbAt(bytes: Uint8Array, at: number, end: number): number {
  let code = 0
  for (let i = at; i < at + 4; i++) {
    const byte = i < end ? bytes[i]! : 0x20
    const capital = byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte
    const isWord = (capital >= 0x41 && capital <= 0x5a) || capital === 0x28
    if (!isWord) return i === at ? 0 : code * 256 + 0x5f
    code = code * 256 + capital
  }
  return code
}

function codeOf(word: string): number {
  let code = 0
  for (let i = 0; i < word.length; i++) code = code * 256 + word.charCodeAt(i)
  return code
}

/** Statement, flags, and how often: always once. */
function lookAtExecute(bytes: Uint8Array, at: number, end: number): Verdict {
  if (end - at >= 6 && (bytes[at + 5]! > 0x0f || u32(bytes, at + 1) === 0)) return 'no'
  if (end - at < STMT_EXECUTE_LENGTH) return 'need-more'
  return u32(bytes, at + 6) === 1 ? 'request' : 'no'
}

/** Statement and flags: 64 results of each, 128 types follow. */
function lookAtBulk(bytes: Uint8Array, at: number, end: number): Verdict {
  if (end - at < 7) return 'need-more'
  return (u16(bytes, at + 5) & ~0xc0) === 0 && u32(bytes, at + 1) !== 0 ? 'request' : 'no'
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}
