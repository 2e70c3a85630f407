import { fieldNumber, NO_FIELD } from '../../http/field-names.ts'

/** RFC 7541, appendix A: names by index from 1, and the values of those that have some. */
const TABLE =
  ':authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https ' +
  ':status=200 :status=204 :status=206 :status=304 :status=400 :status=404 :status=500 ' +
  'accept-charset accept-encoding=gzip,deflate accept-language accept-ranges accept ' +
  'access-control-allow-origin age allow authorization cache-control content-disposition ' +
  'content-encoding content-language content-length content-location content-range content-type ' +
  'cookie date etag expect expires from host if-match if-modified-since if-none-match if-range ' +
  'if-unmodified-since last-modified link location max-forwards proxy-authenticate ' +
  'proxy-authorization range referer refresh retry-after server set-cookie ' +
  'strict-transport-security transfer-encoding user-agent vary via www-authenticate'

const ENTRIES = TABLE.split(' ').map((entry) => entry.split('='))

export const STATIC_ENTRIES = ENTRIES.length

/** Number of the field by index, NO_FIELD if nobody asks for it; its name's length; its value. */
export const STATIC_FIELDS = Uint8Array.from([
  NO_FIELD,
  ...ENTRIES.map(([name]) => fieldNumber(Buffer.from(name!), 0, name!.length)),
])
export const STATIC_NAME_LENGTHS = Uint8Array.from([0, ...ENTRIES.map(([name]) => name!.length)])
export const STATIC_VALUES: readonly string[] = ['', ...ENTRIES.map(([, value]) => value ?? '')]

/** Indexes of pseudo header fields: those of requests, then :status. */
export const LAST_OF_REQUEST = 7
export const LAST_OF_STATUS = 14
