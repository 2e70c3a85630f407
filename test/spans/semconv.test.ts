import { describe, expect, test } from 'vitest'
import * as names from '../../src/spans/attributes.ts'
import { aProcess } from '../support/a-process.ts'
import { aSpanBuilder } from '../support/a-span-builder.ts'
import { anExchange, aPlace } from '../support/an-exchange.ts'
import { checkSpan } from '../support/check-span.ts'
import { isDeprecated, isRegistered } from '../support/semconv-registry.ts'
import { type CheckedSpan, RESOURCE, UNDERSPAN } from '../support/semconv-table.ts'

function span(
  changes: Record<string, unknown> = {},
  others: Partial<CheckedSpan> = {},
): CheckedSpan {
  const built = aSpanBuilder().build(anExchange(), aPlace(), aProcess())
  const attributes: Record<string, unknown> = { ...built.attributes, ...changes }
  for (const name in attributes) if (attributes[name] === undefined) delete attributes[name]
  const { name, kind, status, resource } = built
  return { name, kind, status, resource, ...others, attributes }
}

const REQUESTS = [
  'GET / HTTP/1.0',
  'GET /cart HTTP/1.1\nHost: shop',
  'POST /cart/17/items?token=x HTTP/1.1\nHost: shop:8080\nContent-Length: 3',
  'HEAD http://ann:pw@shop/x HTTP/1.1\nHost: other',
  'OPTIONS * HTTP/1.1\nHost: shop',
  'BREW /pot HTTP/1.1\nHost: shop',
  'GET /a/b HTTP/1.1\nHost: [::1]:80\nForwarded: for=203.0.113.7;host=till.example;proto=https',
  'GET /%00%ff HTTP/1.1\nHost: a_b.c',
]

describe('every span', () => {
  for (const request of REQUESTS) {
    for (const role of ['server', 'client'] as const) {
      for (const urlQuery of ['hide', 'keys', 'show'] as const) {
        test(`of a ${role} for "${request.split('\n')[0]}" (${urlQuery}) keeps to the conventions`, () => {
          const builder = aSpanBuilder({ urlQuery })
          const built = builder.build(anExchange({ role, request }), aPlace(), aProcess())
          expect(checkSpan(built)).toEqual([])
        })
      }
    }
  }
})

describe('names of attributes', () => {
  for (const [constant, name] of Object.entries(names)) {
    if (constant === 'SCHEMA_URL' || typeof name !== 'string') continue
    test(`${name} is registered, or ours and in the table`, () => {
      const ours = name in UNDERSPAN.rows || name in RESOURCE.rows
      expect(name.startsWith('underspan.') ? ours : isRegistered(name) && !isDeprecated(name)).toBe(
        true,
      )
    })
  }

  test('that were given up are told from those in use', () => {
    expect(isRegistered('http.method') && isDeprecated('http.method')).toBe(true)
    expect(isDeprecated('http.request.method')).toBe(false)
    expect(isRegistered('http.request.header.x-id')).toBe(true)
    expect(isRegistered('http.request.id')).toBe(false)
  })
})

const DEPARTURES: [what: string, problem: string, span: CheckedSpan][] = [
  ['an unregistered name', 'http.id is not registered', span({ 'http.id': 'x' })],
  ['a deprecated name', 'http.method is deprecated', span({ 'http.method': 'GET' })],
  [
    'a name that is not for this span',
    'db.namespace is not in the table',
    span({ 'db.namespace': 'x' }),
  ],
  [
    'an own name that the table lacks',
    'underspan.x is not in the table',
    span({ 'underspan.x': 1 }),
  ],
  ['a number as text', 'server.port is no int', span({ 'server.port': '80' })],
  ['a number too large', 'server.port is no int', span({ 'server.port': 80n })],
  ['an empty text', 'url.path is empty', span({ 'url.path': '' })],
  [
    'a value that is not known',
    'network.transport has an unknown value',
    span({ 'network.transport': 'quic' }),
  ],
  [
    'a reason off the list',
    'underspan.unparented.reason has an unknown',
    span({ 'underspan.unparented.reason': 'x' }),
  ],
  ['no method', 'is not in the table', span({ 'http.request.method': undefined })],
  ['no scheme', 'url.scheme is missing', span({ 'url.scheme': undefined })],
  ['no peer', 'network.peer.address is missing', span({ 'network.peer.address': undefined })],
  [
    'an unknown method without the original',
    'method_original is missing',
    span({ 'http.request.method': '_OTHER' }),
  ],
  [
    'neither parent nor reason',
    'underspan.unparented.reason is missing',
    span({ 'underspan.unparented.reason': undefined }),
  ],
  ['both', 'has a parent and a reason', span({ 'underspan.parent.model': 'thread' })],
  ['a raw path for a name', 'the name is "GET /cart/17"', span({}, { name: 'GET /cart/17' })],
  ['an internal kind', 'kind 0 is neither', span({}, { kind: 0 })],
  ['the status OK', 'status 1 is for people', span({}, { status: { code: 1 } })],
  [
    'a description',
    'the status has a description',
    span({}, { status: { code: 0, message: 'x' } }),
  ],
  ['an error without a type', 'error.type is missing', span({}, { status: { code: 2 } })],
  ['a type without an error', 'error.type without an error', span({ 'error.type': 'timeout' })],
  ['500 without an error', '500 is no error here', span({ 'http.response.status_code': 500 })],
  [
    'another type than the status',
    'error.type is not 500',
    span({ 'http.response.status_code': 500, 'error.type': 'x' }, { status: { code: 2 } }),
  ],
  [
    '404 as an error of the server',
    '404 is an error here',
    span({ 'http.response.status_code': 404, 'error.type': '404' }, { status: { code: 2 } }),
  ],
  [
    'a resource without a service',
    'service.name is missing',
    span({}, { resource: { attributes: {} } }),
  ],
]

describe('a span is caught with', () => {
  for (const [what, problem, wrong] of DEPARTURES) {
    test(what, () => {
      expect(checkSpan(wrong).join('\n')).toContain(problem)
    })
  }

  test('credentials in its URL', () => {
    const built = aSpanBuilder().build(anExchange({ role: 'client' }), aPlace(), aProcess())
    const { name, kind, status, resource } = built
    const attributes = { ...built.attributes, 'url.full': 'http://ann:pw@shop/' }
    expect(checkSpan({ name, kind, status, resource, attributes })).toEqual([
      'url.full shows credentials',
    ])
  })
})
