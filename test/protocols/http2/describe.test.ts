import { describe, expect, test } from 'vitest'
import { Dialog } from './dialog.ts'
import { data, type Field, GET, headers, indexed, literals, reset } from './frames.ts'

function asked(fields: readonly Field[] = GET): Dialog {
  const dialog = Dialog.opened()
  dialog.client.hears(headers(1, literals(fields), true))
  return dialog
}

function answered(status: string): Dialog {
  const dialog = asked()
  dialog.server.hears(headers(1, literals([[':status', status]]), true))
  return dialog
}

test('a server span has exactly what the conventions ask for', () => {
  const dialog = asked([...GET, ['user-agent', 'curl/8'], ['x-forwarded-for', '203.0.113.9']])
  dialog.server.hears(headers(1, literals([[':status', '404']]), true))
  expect(dialog.describe(1)).toEqual({
    name: 'GET /cart/{id}',
    error: undefined,
    attributes: {
      'client.address': '203.0.113.9',
      'http.request.method': 'GET',
      'http.response.status_code': 404,
      'http.route': '/cart/{id}',
      'network.protocol.version': '2',
      'server.address': 'shop.example',
      'server.port': 8080,
      'url.path': '/cart/7',
      'url.query': 'sku=1',
      'url.scheme': 'http',
      'user_agent.original': 'curl/8',
    },
  })
})

test('a client span has the whole URL', () => {
  expect(answered('404').describe(1, { role: 'client' })).toEqual({
    name: 'GET',
    error: '404',
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 404,
      'network.protocol.version': '2',
      'server.address': 'shop.example',
      'server.port': 8080,
      'url.full': 'http://shop.example:8080/cart/7?sku=1',
    },
  })
})

test('the context of a caller is carried', () => {
  const carried: readonly Field[] = [
    ['traceparent', '00-a-b-01'],
    ['tracestate', 'a=1'],
    ['tracestate', 'b=2'],
    ['b3', '0'],
    ['sw8', '1-x'],
    ['uber-trace-id', '1:2:3:4'],
    ['authorization', 'secret'],
  ]
  expect(Object.fromEntries(asked([...GET, ...carried]).request(1).carrier!)).toEqual({
    traceparent: '00-a-b-01',
    tracestate: 'a=1,b=2',
    b3: '0',
    sw8: '1-x',
    'uber-trace-id': '1:2:3:4',
  })
})

describe('what could not be known is left out, and said', () => {
  test.each(['server', 'client'] as const)('of a %s', (role) => {
    const dialog = new Dialog(true)
    dialog.client.hears(headers(1, indexed(70, 71, 6), true))
    dialog.server.hears(headers(1, indexed(70), true))
    const { name, error, attributes } = dialog.describe(1, { role, serverAddress: '10.0.0.5' })
    expect([name, error]).toEqual(['HTTP', undefined])
    expect(attributes).toEqual({
      'network.protocol.version': '2',
      'server.address': '10.0.0.5',
      'server.port': 8080,
      'underspan.headers.unknown': true,
      ...(role === 'server' ? { 'url.scheme': 'http' } : {}),
    })
  })
})

describe('a stream that ends before its time', () => {
  test.each([
    ['REFUSED_STREAM', 7, 'client'],
    ['INTERNAL_ERROR', 2, 'server'],
    ['INTERNAL_ERROR', 99, 'server'],
  ] as const)('has %s for an error', (name, code, role) => {
    const dialog = asked()
    expect(dialog.server.hears(reset(1, code))).toEqual(['abort 1 reset'])
    expect(dialog.describe(1, { role, outcome: 'reset' }).error).toBe(name)
  })

  test('is an error of the client that gave it up unanswered, and of nobody else', () => {
    const dialog = asked()
    dialog.client.hears(reset(1, 8))
    expect(dialog.describe(1, { role: 'client', outcome: 'cancelled' }).error).toBe('CANCEL')
    expect(dialog.describe(1, { outcome: 'cancelled' }).error).toBeUndefined()
    const begun = asked()
    begun.server.hears(Buffer.concat([headers(1, indexed(8)), data(1, 'x')]))
    begun.client.hears(reset(1, 8))
    expect(begun.describe(1, { role: 'client', outcome: 'cancelled' }).error).toBeUndefined()
  })
})

test('a WebSocket over HTTP/2 is a CONNECT with a URL, a tunnel one without', () => {
  const connect: readonly Field[] = [
    [':method', 'CONNECT'],
    [':authority', 'shop.example:8080'],
  ]
  const socket = asked([
    ...connect,
    [':protocol', 'websocket'],
    [':scheme', 'http'],
    [':path', '/chat'],
  ])
  const full = { role: 'client' } as const
  expect(socket.describe(1, full).attributes['url.full']).toBe('http://shop.example:8080/chat')
  expect(asked(connect).describe(1, full).attributes['url.full']).toBe('shop.example:8080')
})
