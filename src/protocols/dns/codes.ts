/** https://www.iana.org/assignments/dns-parameters: types of records and questions. */
const TYPES = new Map([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [10, 'NULL'],
  [11, 'WKS'],
  [12, 'PTR'],
  [13, 'HINFO'],
  [15, 'MX'],
  [16, 'TXT'],
  [17, 'RP'],
  [18, 'AFSDB'],
  [24, 'SIG'],
  [25, 'KEY'],
  [28, 'AAAA'],
  [29, 'LOC'],
  [33, 'SRV'],
  [35, 'NAPTR'],
  [36, 'KX'],
  [37, 'CERT'],
  [39, 'DNAME'],
  [41, 'OPT'],
  [42, 'APL'],
  [43, 'DS'],
  [44, 'SSHFP'],
  [45, 'IPSECKEY'],
  [46, 'RRSIG'],
  [47, 'NSEC'],
  [48, 'DNSKEY'],
  [49, 'DHCID'],
  [50, 'NSEC3'],
  [51, 'NSEC3PARAM'],
  [52, 'TLSA'],
  [53, 'SMIMEA'],
  [55, 'HIP'],
  [59, 'CDS'],
  [60, 'CDNSKEY'],
  [61, 'OPENPGPKEY'],
  [62, 'CSYNC'],
  [63, 'ZONEMD'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [99, 'SPF'],
  [108, 'EUI48'],
  [109, 'EUI64'],
  [249, 'TKEY'],
  [250, 'TSIG'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [253, 'MAILB'],
  [254, 'MAILA'],
  [255, 'ANY'],
  [256, 'URI'],
  [257, 'CAA'],
])

/** The same registry: response codes, those of RFC 6895 and of EDNS. */
const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
  'DSOTYPENI',
]
const EXTENDED_RCODES = new Map([
  [16, 'BADVERS'],
  [17, 'BADKEY'],
  [18, 'BADTIME'],
  [19, 'BADMODE'],
  [20, 'BADNAME'],
  [21, 'BADALG'],
  [22, 'BADTRUNC'],
  [23, 'BADCOOKIE'],
])

export const Type = { a: 1, soa: 6, aaaa: 28, opt: 41, ixfr: 251, axfr: 252 } as const
export const Rcode = { noError: 0, servFail: 2, notImp: 4 } as const
export const Opcode = { query: 0, notify: 4, update: 5 } as const

/** Of types without a name: RFC 3597, section 5. */
export function typeName(type: number): string {
  return TYPES.get(type) ?? `TYPE${type}`
}

export function rcodeName(rcode: number): string {
  return RCODES[rcode] ?? EXTENDED_RCODES.get(rcode) ?? `RCODE${rcode}`
}

export function isKnownType(type: number): boolean {
  return TYPES.has(type)
}

/** IN, CH, HS, NONE, ANY. The top bit is multicast DNS's. */
export function isKnownClass(code: number): boolean {
  return code === 1 || code === 3 || code === 4 || code === 254 || code === 255
}
