import { describe, expect, test } from 'vitest'
import { http1 } from '../../../src/protocols/http1/index.ts'
import type { DescribeFacts } from '../../../src/protocols/protocol.ts'
import { readRequests, readResponses } from './reading.ts'

const FACTS: DescribeFacts = {
  role: 'server',
  serverAddress: '10.0.0.5',
  serverPort: 8080,
  route: (path) => path.replace(/\d+/g, '{id}'),
  queryText: 'parameterised',
  query: (raw) => raw.replace(/token=[^&]*/, 'token=REDACTED'),
}

function describeOf(request: string, response = '200 OK', facts: Partial<DescribeFacts> = {}) {
  const { messages } = readRequests(`${request}\r\n\r\n`)
  const answer =
    response && readResponses(`HTTP/1.1 ${response}\r\nContent-Length: 0\r\n\r\n`).messages[0]
  return http1.describe(messages[0]!, answer || undefined, { ...FACTS, ...facts })
}

describe('a server span', () => {
  test('has exactly what the conventions ask for', () => {
    expect(
      describeOf(
        'GET /cart/17?token=abc&a=1 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: curl/8',
        '404 Not Found',
      ),
    ).toEqual({
      name: 'GET /cart/{id}',
      error: undefined,
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 404,
        'http.route': '/cart/{id}',
        'network.protocol.version': '1.1',
        'server.address': 'shop.example',
        'server.port': 8080,
        'url.path': '/cart/17',
        'url.query': 'token=REDACTED&a=1',
        'url.scheme': 'http',
        'user_agent.original': 'curl/8',
      },
    })
  })

  test('without a Host names the connection', () => {
    expect(describeOf('GET / HTTP/1.0').attributes).toMatchObject({
      'server.address': '10.0.0.5',
      'server.port': 8080,
      'network.protocol.version': '1.0',
    })
  })

  test('leaves out a query that is hidden, and a route that is not known', () => {
    const { name, attributes } = describeOf('GET /a?b HTTP/1.1', '200 OK', {
      query: () => '',
      route: () => '',
    })
    expect(name).toBe('GET')
    expect(attributes).not.toHaveProperty('url.query')
    expect(attributes).not.toHaveProperty('http.route')
  })

  test.each([
    ['Host: [2001:db8::1]:9000', '2001:db8::1', 9000],
    ['Host: [::1]', '::1', 8080],
    ['Host: example.com:', 'example.com', 8080],
    ['Host: example.com:99999', 'example.com', 8080],
    ['Host: example.com:http', 'example.com', 8080],
    ['Host: user@example.com:81', 'example.com', 81],
  ])('reads %s', (field, address, port) => {
    expect(describeOf(`GET / HTTP/1.1\r\n${field}`).attributes).toMatchObject({
      'server.address': address,
      'server.port': port,
    })
  })

  test.each([
    [
      'X-Forwarded-For: 203.0.113.9, 10.1.1.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: www.example.com',
      { client: '203.0.113.9', scheme: 'https', address: 'www.example.com', port: 443 },
    ],
    [
      'Forwarded: For="[2001:db8:cafe::17]:4711";proto=https;host=api.example.com:8443, for=10.0.0.1\r\nX-Forwarded-For: 9.9.9.9',
      { client: '2001:db8:cafe::17', scheme: 'https', address: 'api.example.com', port: 8443 },
    ],
    [
      'X-Forwarded-For: 203.0.113.9:5050',
      { client: '203.0.113.9', scheme: 'http', address: 'a', port: 8080 },
    ],
    [
      'Forwarded: for=_hidden;proto="http"',
      { client: undefined, scheme: 'http', address: 'a', port: 8080 },
    ],
    ['X-Forwarded-For: unknown', { client: undefined, scheme: 'http', address: 'a', port: 8080 }],
  ])('believes the proxies on the way: %j', (fields, { client, scheme, address, port }) => {
    const { attributes } = describeOf(`GET / HTTP/1.1\r\nHost: a\r\n${fields}`)
    expect(attributes['client.address']).toBe(client)
    expect(attributes).toMatchObject({
      'url.scheme': scheme,
      'server.address': address,
      'server.port': port,
    })
  })

  test('fails by 5xx only', () => {
    expect(describeOf('GET / HTTP/1.1', '500 No').error).toBe('500')
    expect(describeOf('GET / HTTP/1.1', '404 No').error).toBeUndefined()
    expect(describeOf('GET / HTTP/1.1', '302 Found').error).toBeUndefined()
  })
})

describe('a client span', () => {
  const client = { role: 'client' } as const

  test('has exactly what the conventions ask for', () => {
    expect(
      describeOf(
        'POST /pay/17?token=abc HTTP/1.1\r\nHost: pay.example:8443\r\nUser-Agent: curl/8',
        '402 No',
        client,
      ),
    ).toEqual({
      name: 'POST',
      error: '402',
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 402,
        'network.protocol.version': '1.1',
        'server.address': 'pay.example',
        'server.port': 8443,
        'url.full': 'http://pay.example:8443/pay/17?token=REDACTED',
      },
    })
  })

  test.each([
    ['GET / HTTP/1.0', 'http://10.0.0.5:8080/', '10.0.0.5', 8080],
    ['OPTIONS * HTTP/1.1\r\nHost: a', 'http://a', 'a', 8080],
    [
      'GET https://me:pw@b.example/x HTTP/1.1\r\nHost: proxy:3128',
      'https://REDACTED:REDACTED@b.example/x',
      'b.example',
      443,
    ],
    [
      'GET http://b.example:81/x?token=1 HTTP/1.1',
      'http://b.example:81/x?token=REDACTED',
      'b.example',
      81,
    ],
    ['CONNECT c.example:443 HTTP/1.1\r\nHost: c.example:443', 'c.example:443', 'c.example', 443],
  ])('to %j names %s', (request, full, address, port) => {
    expect(describeOf(request, '200 OK', client).attributes).toMatchObject({
      'url.full': full,
      'server.address': address,
      'server.port': port,
    })
  })

  test('over a socket without addresses has the usual port', () => {
    const facts = { ...client, serverAddress: '', serverPort: 0 }
    expect(
      describeOf('GET /v1 HTTP/1.1\r\nHost: docker', '200 OK', facts).attributes,
    ).toMatchObject({
      'server.address': 'docker',
      'server.port': 80,
      'url.full': 'http://docker/v1',
    })
  })

  test('names an IPv6 server in its URL with brackets', () => {
    const facts = { ...client, serverAddress: '::1', serverPort: 80 }
    expect(describeOf('GET / HTTP/1.0', '200 OK', facts).attributes['url.full']).toBe(
      'http://[::1]/',
    )
  })

  test.each([
    ['reset', 'connection_reset'],
    ['timeout', 'timeout'],
    ['closed', 'connection_closed'],
    ['answer-lost', undefined],
    ['streaming-limit', undefined],
    ['answered', undefined],
  ] as const)('without an answer, %s, says %s', (outcome, error) => {
    expect(describeOf('GET / HTTP/1.1\r\nHost: a', '', { ...client, outcome })).toMatchObject({
      error,
    })
  })

  test('says the status when an error response was cut off', () => {
    expect(describeOf('GET / HTTP/1.1', '500 No', { ...client, outcome: 'reset' }).error).toBe(
      '500',
    )
    expect(describeOf('GET / HTTP/1.1', '200 OK', { ...client, outcome: 'reset' }).error).toBe(
      'connection_reset',
    )
  })
})

describe('a method', () => {
  test.each(['PROPFIND', 'get', 'M-SEARCH'])(
    'that the conventions do not know is HTTP: %s',
    (method) => {
      const { name, attributes } = describeOf(`${method} /a HTTP/1.1\r\nHost: a`)
      expect(name).toBe('HTTP /a')
      expect(attributes).toMatchObject({
        'http.request.method': '_OTHER',
        'http.request.method_original': method,
      })
    },
  )

  test.each(['GET', 'QUERY', 'PATCH', 'TRACE'])('that they know is itself: %s', (method) => {
    const { attributes } = describeOf(`${method} /a HTTP/1.1\r\nHost: a`)
    expect(attributes['http.request.method']).toBe(method)
    expect(attributes).not.toHaveProperty('http.request.method_original')
  })

  test('is known if the operator says so', () => {
    const facts = { knownMethods: new Set(['PROPFIND']) }
    expect(describeOf('PROPFIND /a HTTP/1.1', '200 OK', facts).name).toBe('PROPFIND /a')
    expect(describeOf('GET /a HTTP/1.1', '200 OK', facts).name).toBe('HTTP /a')
  })
})
