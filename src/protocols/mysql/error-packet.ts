import type { MySqlResponse } from './message.ts'
import { u16 } from './packet.ts'

/** MariaDB reports progress as an error of this number. */
const PROGRESS = 0xffff
const MARK = 0x23

/** Is the packet whose first byte, FF, stands at `at` no error at all? */
export function isProgress(bytes: Buffer, at: number, end: number): boolean {
  return end - at >= 3 && u16(bytes, at + 1) === PROGRESS
}

/** Its words are not read: they quote what users sent. */
export function readError(bytes: Buffer, at: number, end: number, response: MySqlResponse): void {
  if (end - at < 3) return
  response.error = u16(bytes, at + 1)
  if (end - at >= 9 && bytes[at + 3] === MARK)
    response.sqlState = bytes.toString('latin1', at + 4, at + 9)
}
