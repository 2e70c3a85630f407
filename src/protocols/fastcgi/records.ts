// Records of FastCGI 1.0.
// https://fastcgi-archives.github.io/FastCGI_Specification.html, section 3.3

export const RecordType = {
  beginRequest: 1,
  abortRequest: 2,
  endRequest: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  stderr: 7,
  data: 8,
  /** Of the connection, with id 0, as all above. */
  getValues: 9,
  getValuesResult: 10,
  unknownType: 11,
} as const

export const VERSION = 1
export const HEADER = 8
/** Content of a begin and of an end. */
export const FIXED = 8

/** The header that was looked at last. */
export const record = { type: 0, id: 0, length: 0, padding: 0 }

/** False: no header stands there. All of its bytes have to be there. */
export function lookAtHeader(bytes: Uint8Array, at: number): boolean {
  record.type = bytes[at + 1]!
  record.id = bytes[at + 2]! * 256 + bytes[at + 3]!
  record.length = bytes[at + 4]! * 256 + bytes[at + 5]!
  record.padding = bytes[at + 6]!
  const isOfConnection = record.type >= RecordType.getValues
  return (
    bytes[at] === VERSION &&
    record.type >= RecordType.beginRequest &&
    record.type <= RecordType.unknownType &&
    (record.id === 0) === isOfConnection
  )
}
