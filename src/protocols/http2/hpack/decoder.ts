import { fieldNumber, limitOf, NO_FIELD, numberOf } from '../../http/field-names.ts'
import type { Fields } from '../../http/fields.ts'
import { DEFAULT_SIZE, DynamicTable, UNKNOWN_FIELD } from './dynamic-table.ts'
import { decodeHuffman } from './huffman.ts'
import { integers, NOT_THERE, readInteger } from './integers.ts'
import {
  STATIC_ENTRIES,
  STATIC_FIELDS,
  STATIC_NAME_LENGTHS,
  STATIC_VALUES,
} from './static-table.ts'

const INDEXED = 0x80
const WITH_INDEXING = 0x40
const SIZE_UPDATE = 0x20
const HUFFMAN = 0x80

const PATH = numberOf(':path')
/** What stands for what here: the frames say where a message ends. */
const WANTED = Uint8Array.from({ length: 256 }, (_, field) => field)
for (const name of ['content-length', 'transfer-encoding', 'upgrade'] as const)
  WANTED[numberOf(name)] = NO_FIELD

/** Longer strings are none that anybody here asks for; what does not fit is only counted. */
const scratch = Buffer.alloc(16_384)

/** Where a block is cut off nothing more can be read of it. */
export type Decoded = 'whole' | 'cut' | 'malformed'

/** Reads the header blocks of one direction: RFC 7541. Makes strings only of fields that are asked for. */
export class HpackDecoder {
  readonly table: DynamicTable
  /** The block had fields of which nobody knows which. */
  hasUnknown: boolean
  /** Its first field was one. */
  beginsUnknown: boolean
  /** Largest table that the other end is known to take. */
  #allowed: number
  /** The name read last. */
  #field: number
  #nameLength: number
  /** The value read last: its decoded length and, if its field is asked for, its text. */
  #valueLength: number
  #value: string

  constructor() {
    this.table = new DynamicTable()
    this.hasUnknown = false
    this.beginsUnknown = false
    this.#allowed = DEFAULT_SIZE
    this.#field = NO_FIELD
    this.#nameLength = 0
    this.#valueLength = 0
    this.#value = ''
  }

  /** The other end takes a table of this size. */
  allow(size: number): void {
    this.#allowed = Math.max(this.#allowed, size)
  }

  /** Blocks were lost. */
  forget(): void {
    this.table.forget()
    this.#allowed = Number.POSITIVE_INFINITY
  }

  /** A connection begins. */
  reset(): void {
    this.table.reset()
  }

  /** Takes the fields of the block bytes[start, end). */
  decode(bytes: Buffer, start: number, end: number, fields: Fields): Decoded {
    this.hasUnknown = false
    this.beginsUnknown = false
    let at = start
    let isFirst = true
    while (at < end) {
      const byte = bytes[at]!
      const isUpdate = (byte & 0xe0) === SIZE_UPDATE
      if (isUpdate && !isFirst) return 'malformed'
      at = this.#decodeOne(bytes, at, end, byte, fields)
      if (at < 0) return at === NOT_THERE ? 'cut' : 'malformed'
      if (isUpdate) continue
      if (isFirst) this.beginsUnknown = this.hasUnknown
      isFirst = false
    }
    return 'whole'
  }

  /** Returns the index behind the field, or why there is none. */
  #decodeOne(bytes: Buffer, start: number, end: number, byte: number, fields: Fields): number {
    if ((byte & INDEXED) !== 0) return this.#indexed(bytes, start, end, fields)
    if ((byte & WITH_INDEXING) !== 0) return this.#literal(bytes, start, end, 6, fields)
    if ((byte & SIZE_UPDATE) === 0) return this.#literal(bytes, start, end, 4, fields)
    const at = readInteger(bytes, start, end, 5)
    if (at < 0) return at
    if (integers.value > this.#allowed) return -1
    this.table.resize(integers.value)
    return at
  }

  #indexed(bytes: Buffer, start: number, end: number, fields: Fields): number {
    const at = readInteger(bytes, start, end, 7)
    if (at < 0) return at
    const index = integers.value
    if (!this.#lookUp(index)) return -1
    const field = this.#field
    if (field === UNKNOWN_FIELD) this.hasUnknown = true
    else if (field !== NO_FIELD) fields.take(field, this.#valueAt(index))
    return at
  }

  /** A literal field, of which a name with six bits of index enters the table. */
  #literal(bytes: Buffer, start: number, end: number, bits: 4 | 6, fields: Fields): number {
    let at = readInteger(bytes, start, end, bits)
    if (at < 0) return at
    if (integers.value === 0) {
      at = this.#readName(bytes, at, end)
      if (at < 0) return at
    } else if (!this.#lookUp(integers.value)) return -1
    const field = this.#field
    at = this.#readValue(bytes, at, end, bits === 6)
    if (at < 0) return at
    if (field === UNKNOWN_FIELD) this.hasUnknown = true
    else if (field !== NO_FIELD) fields.take(field, this.#value)
    if (bits === 6) this.table.add(field, this.#nameLength, this.#valueLength, this.#value)
    return at
  }

  /** Finds field and length of an entry's name; false where there can be no entry. */
  #lookUp(index: number): boolean {
    if (index <= STATIC_ENTRIES) {
      if (index === 0) return false
      this.#field = WANTED[STATIC_FIELDS[index]!]!
      this.#nameLength = STATIC_NAME_LENGTHS[index]!
      return true
    }
    const place = index - STATIC_ENTRIES - 1
    const isKnown = place < this.table.count
    this.#field = isKnown ? this.table.fieldAt(place) : UNKNOWN_FIELD
    this.#nameLength = isKnown ? this.table.nameLengthAt(place) : 0
    return isKnown || this.table.hasOlder
  }

  #valueAt(index: number): string {
    if (index <= STATIC_ENTRIES) return STATIC_VALUES[index]!
    return this.table.valueAt(index - STATIC_ENTRIES - 1)
  }

  #readName(bytes: Buffer, start: number, end: number): number {
    const at = readInteger(bytes, start, end, 7)
    if (at < 0) return at
    const length = integers.value
    if (length > end - at) return NOT_THERE
    if ((bytes[start]! & HUFFMAN) === 0) {
      this.#nameLength = length
      this.#field = WANTED[fieldNumber(bytes, at, length)]!
      return at + length
    }
    this.#nameLength = decodeHuffman(bytes, at, at + length, scratch)
    if (this.#nameLength < 0) return -1
    this.#field = WANTED[fieldNumber(scratch, 0, this.#nameLength)]!
    return at + length
  }

  /** `counted`: its decoded length is needed even if nobody asks for it. */
  #readValue(bytes: Buffer, start: number, end: number, counted: boolean): number {
    this.#value = ''
    if (start >= end) return NOT_THERE
    const at = readInteger(bytes, start, end, 7)
    if (at < 0) return at
    const length = integers.value
    if (length > end - at) return NOT_THERE
    this.#valueLength = length
    const isWanted = this.#field !== NO_FIELD && this.#field !== UNKNOWN_FIELD
    if ((bytes[start]! & HUFFMAN) === 0) {
      if (isWanted) this.#value = textOf(this.#field, bytes, at, length)
    } else if (isWanted || counted) {
      this.#valueLength = decodeHuffman(bytes, at, at + length, scratch)
      if (this.#valueLength < 0) return -1
      if (isWanted) this.#value = textOf(this.#field, scratch, 0, this.#valueLength)
    }
    return at + length
  }
}

function textOf(field: number, bytes: Buffer, start: number, length: number): string {
  const end = start + Math.min(length, limitOf(field))
  return bytes.toString(field === PATH ? 'utf8' : 'latin1', start, end)
}
