import type { Carrier } from '../protocol.ts'
import { fields } from './fields.ts'

/** Attributes of a query that are read. */
const MAX_ATTRIBUTES = 64
/** Names and values that are kept. */
const MAX_KEPT = 512

/** Bytes of a value by its type; those that are not here say their length themselves. */
const SIZES = new Map([
  [1, 1], // tiny
  [2, 2], // short
  [3, 4], // long
  [4, 4], // float
  [5, 8], // double
  [6, 0], // null
  [8, 8], // longlong
  [9, 4], // int24
  [13, 2], // year
])

/** What was read last. */
export const attributes = {
  /** traceparent and tracestate, which MySQL's connectors send. */
  carrier: undefined as Carrier | undefined,
  /** Index of the query's text; -1: it was not reached. */
  textAt: -1,
}

/**
 * Passes over what CLIENT_QUERY_ATTRIBUTES puts before the text of COM_QUERY. No text begins with
 * such a byte, so it needs not be known whether that was agreed on.
 */
export function readAttributes(bytes: Buffer, at: number, end: number): void {
  attributes.carrier = undefined
  attributes.textAt = at
  // Texts begin with a visible character or a blank.
  if (at >= end || bytes[at]! >= 0x09) {
    if (bytes[at] !== 0xfc) return
  }
  fields.aim(bytes, at, end)
  const count = fields.lenenc()
  fields.lenenc()
  if (count > 0) readValues(count)
  attributes.textAt = fields.short || count > MAX_ATTRIBUTES ? -1 : fields.at
}

function readValues(count: number): void {
  if (count > MAX_ATTRIBUTES) return
  const nulls = fields.at
  fields.skip((count + 7) >> 3)
  const typesBound = fields.u8()
  if (typesBound !== 1) fields.short = true
  const types: number[] = []
  const names: string[] = []
  for (let i = 0; i < count && !fields.short; i++) {
    types.push(fields.u16() & 0xff)
    names.push(fields.lenencText(MAX_KEPT))
  }
  for (let i = 0; i < count && !fields.short; i++) {
    const isNull = (fields.bytes[nulls + (i >> 3)]! >> (i & 7)) & 1
    if (!isNull) readValue(names[i]!.toLowerCase(), types[i]!)
  }
}

function readValue(name: string, type: number): void {
  const size = SIZES.get(type)
  if (size !== undefined) fields.skip(size)
  else if (name === 'traceparent' || name === 'tracestate') {
    const carrier = new Map(attributes.carrier)
    carrier.set(name, fields.lenencText(MAX_KEPT))
    attributes.carrier = carrier
  } else fields.skip(fields.lenenc())
}
