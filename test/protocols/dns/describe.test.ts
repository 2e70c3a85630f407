import { expect, test } from 'vitest'
import { dnsDatagram } from '../../../src/protocols/dns/index.ts'
import type { DnsResponse } from '../../../src/protocols/dns/message.ts'
import type { DescribeFacts } from '../../../src/protocols/protocol.ts'

const FACTS: DescribeFacts = {
  role: 'client',
  serverAddress: '10.0.0.53',
  serverPort: 53,
  route: (path) => path,
  query: (raw) => raw,
  queryText: 'parameterised',
}
const query = (name: string, type: number) => ({
  start: 0,
  id: 1,
  opcode: 0,
  question: { name, type },
})
const answer = (changes: Partial<DnsResponse> = {}): DnsResponse => ({
  ...query('web.test', 1),
  rcode: 0,
  truncated: false,
  addresses: [],
  ttl: 0,
  ...changes,
})

test('a lookup is named by what was asked, and tells the addresses', () => {
  const response = answer({ addresses: ['10.0.0.7', '::7'] })
  expect(dnsDatagram.describe(query('web.test', 1), response, FACTS)).toEqual({
    name: 'A web.test',
    error: undefined,
    attributes: {
      'network.protocol.name': 'dns',
      'dns.question.name': 'web.test',
      'underspan.dns.question.type': 'A',
      'dns.answers': ['10.0.0.7', '::7'],
      'underspan.dns.response.code': 'NOERROR',
    },
  })
})

test('a lookup by address is named by its type alone', () => {
  const span = dnsDatagram.describe(query('8.0.0.127.in-addr.arpa', 12), answer(), FACTS)
  expect(span.name).toBe('PTR')
  expect(span.attributes['dns.question.name']).toBe('8.0.0.127.in-addr.arpa')
})

test('a type without a name has its number', () => {
  expect(dnsDatagram.describe(query('a.b', 65_280), undefined, FACTS).name).toBe('TYPE65280 a.b')
})

test('an answer that did not fit says so', () => {
  const { attributes } = dnsDatagram.describe(query('a.b', 16), answer({ truncated: true }), FACTS)
  expect(attributes['underspan.dns.truncated']).toBe(true)
})

test.each([
  [2, 'SERVFAIL', 'SERVFAIL'],
  [3, 'NXDOMAIN', undefined],
  [4, 'NOTIMP', 'NOTIMP'],
  [5, 'REFUSED', undefined],
  [23, 'BADCOOKIE', undefined],
  [3841, 'RCODE3841', undefined],
] as const)('code %d is %s to whoever asked, and to the server %s', (rcode, client, server) => {
  const told = (role: 'client' | 'server') =>
    dnsDatagram.describe(query('a.b', 1), answer({ rcode }), { ...FACTS, role })
  expect(told('client').error).toBe(client)
  expect(told('server').error).toBe(server)
  expect(told('server').attributes['underspan.dns.response.code']).toBe(client)
})

test.each([
  ['timeout', 'timeout'],
  ['reset', 'connection_reset'],
  ['answer-lost', undefined],
] as const)('%s without a reply is %s', (outcome, error) => {
  expect(dnsDatagram.describe(query('a.b', 1), undefined, { ...FACTS, outcome }).error).toBe(error)
})

test('a query that was not read has no name but that of the protocol', () => {
  const unread = dnsDatagram.unreadRequest!()
  const span = dnsDatagram.describe(unread, undefined, { ...FACTS, outcome: 'timeout' })
  expect(span).toEqual({
    name: 'DNS',
    error: 'timeout',
    attributes: { 'network.protocol.name': 'dns' },
  })
})

test('addresses have the name that was asked, where addresses were asked', () => {
  const response = answer({ addresses: ['10.0.0.7'], ttl: 30 })
  const named = { name: 'web.test', addresses: ['10.0.0.7'], seconds: 30 }
  expect(dnsDatagram.resolvedBy!(query('web.test', 28), response)).toEqual(named)
  expect(dnsDatagram.resolvedBy!(query('web.test', 255), response)).toBeUndefined()
  expect(dnsDatagram.resolvedBy!(query('web.test', 1), answer())).toBeUndefined()
})
