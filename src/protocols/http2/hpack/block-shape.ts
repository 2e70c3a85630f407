import { decodeHuffman } from './huffman.ts'
import { integers, readInteger } from './integers.ts'
import { LAST_OF_REQUEST, LAST_OF_STATUS, STATIC_ENTRIES } from './static-table.ts'

/** What a header block is of, as far as its static entries say. */
export type BlockKind = 'request' | 'response' | 'either' | 'no'

/** Indexes that no usual table reaches. */
const MAX_INDEX = STATIC_ENTRIES + 2048

const COLON = 0x3a

const scratch = new Uint8Array(4096)
let kind: BlockKind = 'either'

/** Whether bytes[start, end) can be a header block, without any table: all fields end where it does. */
export function shapeOfBlock(bytes: Uint8Array, start: number, end: number): BlockKind {
  kind = 'either'
  let at = start
  let isFirst = true
  while (at < end) {
    const byte = bytes[at]!
    const isUpdate = (byte & 0xe0) === 0x20
    if (isUpdate) at = isFirst ? readInteger(bytes, at, end, 5) : -1
    else if (byte >= 0x80) at = passIndex(bytes, at, end, 7)
    else at = passLiteral(bytes, at, end, byte >= 0x40 ? 6 : 4)
    if (at < 0) return 'no'
    if (!isUpdate) isFirst = false
  }
  return isFirst ? 'no' : kind
}

function passIndex(bytes: Uint8Array, start: number, end: number, bits: number): number {
  const at = readInteger(bytes, start, end, bits)
  if (at < 0 || integers.value > MAX_INDEX) return -1
  if (integers.value === 0) return bits === 7 ? -1 : at
  if (integers.value > LAST_OF_STATUS) return at
  return isOf(integers.value > LAST_OF_REQUEST) ? at : -1
}

/** No block has pseudo header fields of both. */
function isOf(response: boolean): boolean {
  const found = response ? 'response' : 'request'
  if (kind !== 'either' && kind !== found) return false
  kind = found
  return true
}

function passLiteral(bytes: Uint8Array, start: number, end: number, bits: number): number {
  let at = passIndex(bytes, start, end, bits)
  if (at > 0 && integers.value === 0) at = passString(bytes, at, end, true)
  return at < 0 ? at : passString(bytes, at, end, false)
}

function passString(bytes: Uint8Array, start: number, end: number, isName: boolean): number {
  const at = readInteger(bytes, start, end, 7)
  const length = integers.value
  if (at < 0 || length > end - at || (isName && length === 0)) return -1
  if (isName && bytes[at] === COLON && !isOf(bytes[at + 1] === 0x73 && bytes[at + 2] === 0x74))
    return -1
  if (bytes[start]! >= 0x80)
    return decodeHuffman(bytes, at, at + length, scratch) < 0 ? -1 : at + length
  for (let i = at; i < at + length; i++) if (!isText(bytes[i]!, isName)) return -1
  return at + length
}

/** Names have no blanks and no upper case; values no control characters. */
function isText(byte: number, isName: boolean): boolean {
  if (!isName) return byte >= 0x20 || byte === 0x09
  return byte > 0x20 && byte < 0x7f && (byte < 0x41 || byte > 0x5a)
}
