// What is read of ErrorResponse and CommandComplete.
// https://www.postgresql.org/docs/current/protocol-error-fields.html

import { endOfText } from './bytes.ts'
import type { PgResponse } from './message.ts'

const CODE = 0x43
const SEVERITY = 0x53
const SEVERITY_UNTRANSLATED = 0x56
const SQLSTATE_LENGTH = 5
const SPACE = 0x20

/** Reads severity and SQLSTATE; the rest may hold data of users. */
export function readError(bytes: Buffer, at: number, end: number, response: PgResponse): void {
  let from = at
  while (from < end && bytes[from] !== 0) {
    const field = bytes[from]!
    const close = endOfText(bytes, from + 1, end)
    const fieldEnd = close === -1 ? end : close
    if (field === CODE && fieldEnd - from - 1 === SQLSTATE_LENGTH)
      response.sqlState ||= bytes.toString('latin1', from + 1, fieldEnd)
    else if (field === SEVERITY || field === SEVERITY_UNTRANSLATED)
      response.isFatal ||= isFatal(bytes, from + 1)
    from = fieldEnd + 1
  }
  // Internal error: what a server says that gives no code.
  response.sqlState ||= 'XX000'
}

/** FATAL and PANIC end the connection; no other severity begins with F or P. */
function isFatal(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0x46 || bytes[at] === 0x50
}

/** `INSERT 0 5`: the words before the numbers. */
export function readCommand(bytes: Buffer, at: number, end: number, response: PgResponse): void {
  response.commands++
  let wordsEnd = at
  for (let i = at; i < end && bytes[i] !== 0 && !isDigit(bytes[i]!); i++)
    if (bytes[i] !== SPACE) wordsEnd = i + 1
  const command = bytes.toString('latin1', at, wordsEnd)
  response.command = response.commands === 1 ? command : ''
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}
