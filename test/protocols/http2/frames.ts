/** Frames and header blocks as a plain encoder writes them: no Huffman, names and values as given. */

export type Field = readonly [name: string, value: string]

const NOTHING = new Uint8Array(0)

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
export const SETTINGS = frame(4, 0, 0, setting(4, 65_535))
export const SETTINGS_ACK = frame(4, 1, 0)
export const GET: readonly Field[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/cart/7?sku=1'],
  [':authority', 'shop.example:8080'],
]
export const OK: readonly Field[] = [[':status', '200']]

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = NOTHING) {
  const bytes = Buffer.alloc(9 + payload.length)
  bytes.writeUIntBE(payload.length, 0, 3)
  bytes[3] = type
  bytes[4] = flags
  bytes.writeUInt32BE(stream, 5)
  bytes.set(payload, 9)
  return bytes
}

export function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUInt16BE(id, 0)
  bytes.writeUInt32BE(value, 2)
  return bytes
}

export function integer(value: number, bits: number, above: number): number[] {
  const mask = 2 ** bits - 1
  if (value < mask) return [above | value]
  const bytes = [above | mask]
  let rest = value - mask
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}

function string(text: string): number[] {
  const bytes = Buffer.from(text, 'latin1')
  return [...integer(bytes.length, 7, 0), ...bytes]
}

/** Literal fields without indexing. */
export function literals(fields: readonly Field[]): Buffer {
  return Buffer.from(fields.flatMap(([name, value]) => [0, ...string(name), ...string(value)]))
}

/** Literal fields that enter the table. */
export function added(fields: readonly Field[]): Buffer {
  return Buffer.from(fields.flatMap(([name, value]) => [0x40, ...string(name), ...string(value)]))
}

export function indexed(...indexes: number[]): Buffer {
  return Buffer.from(indexes.flatMap((index) => integer(index, 7, 0x80)))
}

export function headers(stream: number, block: Uint8Array, end = false): Buffer {
  return frame(1, end ? 5 : 4, stream, block)
}

export function data(stream: number, payload: string | Uint8Array, end = false): Buffer {
  return frame(0, end ? 1 : 0, stream, Buffer.from(payload as string))
}

export function reset(stream: number, code: number): Buffer {
  return frame(3, 0, stream, Buffer.from([0, 0, 0, code]))
}

/** One message of gRPC. */
export function call(text: string, flags = 0): Buffer {
  const bytes = Buffer.alloc(5 + text.length)
  bytes[0] = flags
  bytes.writeUInt32BE(text.length, 1)
  bytes.write(text, 5, 'latin1')
  return bytes
}
