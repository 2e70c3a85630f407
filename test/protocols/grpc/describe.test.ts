import { describe, expect, test } from 'vitest'
import { percentDecoded, statusMessage } from '../../../src/protocols/grpc/status-message.ts'
import { STATUSES } from '../../../src/protocols/grpc/statuses.ts'
import { timeoutMs } from '../../../src/protocols/grpc/timeout.ts'
import { Dialog } from '../http2/dialog.ts'
import { call, data, type Field, headers, indexed, literals, reset } from '../http2/frames.ts'

const CALL: readonly Field[] = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/shop.Cart/Get'],
  [':authority', 'cart:50051'],
  ['content-type', 'application/grpc+proto'],
]
const TYPE = ['content-type', 'application/grpc'] as const
const ANSWER: readonly Field[] = [[':status', '200'], TYPE]

function called(fields = CALL, type = ANSWER): Dialog {
  const dialog = Dialog.opened()
  dialog.client.hears(Buffer.concat([headers(1, literals(fields)), data(1, call('ask'), true)]))
  dialog.server.hears(headers(1, literals(type)))
  return dialog
}

function ended(status: string, message = ''): Dialog {
  const dialog = called()
  const trailers: Field[] = [['grpc-status', status]]
  if (message) trailers.push(['grpc-message', message])
  dialog.server.hears(headers(1, literals(trailers), true))
  return dialog
}

test('a call has exactly what the conventions ask for, and its messages', () => {
  const dialog = called([...CALL, ['grpc-timeout', '1500m']])
  const body = Buffer.concat([call('one'), call('two', 1), call('')])
  for (const byte of body) dialog.server.hears(data(1, Buffer.from([byte])))
  dialog.server.hears(headers(1, literals([['grpc-status', '0']]), true))
  for (const role of ['server', 'client'] as const) {
    expect(dialog.describe(1, { role })).toEqual({
      name: 'shop.Cart/Get',
      error: undefined,
      errorMessage: undefined,
      attributes: {
        'rpc.system.name': 'grpc',
        'rpc.method': 'shop.Cart/Get',
        'rpc.status_code': 'OK',
        'network.protocol.version': '2',
        'server.address': 'cart',
        'server.port': 50_051,
        'underspan.rpc.request.messages': 1,
        'underspan.rpc.response.messages': 3,
        'underspan.rpc.timeout_ms': 1500,
      },
    })
  }
})

describe('the status', () => {
  const OF_SERVER = [
    'UNKNOWN',
    'DEADLINE_EXCEEDED',
    'UNIMPLEMENTED',
    'INTERNAL',
    'UNAVAILABLE',
    'DATA_LOSS',
  ]

  test.each(STATUSES.map((name, number) => [number, name] as const))('%d is %s', (number, name) => {
    const dialog = ended(String(number))
    const { error, attributes } = dialog.describe(1, { role: 'client' })
    expect([attributes['rpc.status_code'], error]).toEqual([name, name === 'OK' ? undefined : name])
    expect(dialog.describe(1).error).toBe(OF_SERVER.includes(name) ? name : undefined)
  })

  test('without a name is its number, and nonsense is none', () => {
    expect(ended('77').describe(1, { role: 'client' }).error).toBe('77')
    expect(ended('nonsense').describe(1).attributes).not.toHaveProperty('rpc.status_code')
  })

  test('may come with the head alone', () => {
    const dialog = Dialog.opened()
    dialog.client.hears(headers(1, literals(CALL), true))
    dialog.server.hears(headers(1, literals([...ANSWER, ['grpc-status', '5']]), true))
    const { attributes } = dialog.describe(1)
    expect(attributes).toMatchObject({
      'rpc.status_code': 'NOT_FOUND',
      'underspan.rpc.response.messages': 0,
    })
  })

  test('is what a client makes of an answer that is not of gRPC', () => {
    const dialog = called(CALL, [[':status', '503']])
    const { error, attributes } = dialog.describe(1, { role: 'client' })
    expect(attributes['http.response.status_code']).toBe(503)
    expect(error).toBe('UNAVAILABLE')
  })

  test.each([
    ['CANCELLED', 8, 'cancelled'],
    ['UNAVAILABLE', 7, 'reset'],
    ['RESOURCE_EXHAUSTED', 11, 'reset'],
    ['INTERNAL', 2, 'reset'],
  ] as const)('is %s of a stream that was reset', (status, code, outcome) => {
    const dialog = called()
    dialog.client.hears(reset(1, code))
    const { error, attributes } = dialog.describe(1, { role: 'client', outcome })
    expect([error, attributes['rpc.status_code']]).toEqual([status, status])
  })

  test('is DEADLINE_EXCEEDED where the client gave up when its time was over', () => {
    const dialog = called([...CALL, ['grpc-timeout', '200m']])
    dialog.client.hears(reset(1, 8))
    const errorAfter = (ms: number) =>
      dialog.describe(1, { role: 'client', outcome: 'cancelled', duration: ms * 1e6 }).error
    expect([errorAfter(100), errorAfter(201)]).toEqual(['CANCELLED', 'DEADLINE_EXCEEDED'])
  })

  test('is not known where the trailers are not', () => {
    const dialog = called()
    dialog.conversation.resync('response')
    dialog.server.hears(headers(1, indexed(70), true))
    const { error, attributes } = dialog.describe(1, { role: 'client' })
    expect(error).toBeUndefined()
    expect(attributes).not.toHaveProperty('rpc.status_code')
    expect(attributes).not.toHaveProperty('underspan.rpc.response.messages')
    expect(attributes['underspan.headers.unknown']).toBe(true)
  })
})

describe('a name', () => {
  test('that could not be known is none', () => {
    const dialog = new Dialog(true)
    dialog.client.hears(headers(1, Buffer.concat([indexed(3, 70), literals([TYPE])]), true))
    const { name, attributes } = dialog.describe(1)
    expect([name, attributes['rpc.method']]).toEqual(['grpc', undefined])
    expect(attributes['underspan.headers.unknown']).toBe(true)
  })

  test.each(['/a', '/a/b/c', '/a b/c', '/', '*'])('that is none is other: %s', (path) => {
    const fields = CALL.map(([name, value]): Field => [name, name === ':path' ? path : value])
    const { name, attributes } = called(fields).describe(1)
    expect([name, attributes['rpc.method']]).toEqual(['grpc', '_OTHER'])
  })

  test.each(['application/grpcx', 'application/connect+proto', 'application/json'])(
    'is that of HTTP for %s',
    (type) => {
      const fields = CALL.map(
        ([name, value]): Field => [name, value.startsWith('application') ? type : value],
      )
      expect(called(fields, [[':status', '200']]).describe(1).name).toBe('POST /shop.Cart/Get')
    },
  )
})

describe('the message of a status', () => {
  test('is decoded, and values in it are hidden', () => {
    const { errorMessage } = ended('5', 'no cart 4711 %E2%80%94 of "Ann"').describe(1, {
      role: 'client',
    })
    expect(errorMessage).toBe('no cart ? — of ?')
    const raw = ended('5', 'no cart 4711').describe(1, { role: 'client', queryText: 'raw' })
    expect(raw.errorMessage).toBe('no cart 4711')
    const off = ended('5', 'no cart').describe(1, { role: 'client', queryText: 'off' })
    expect(off.errorMessage).toBeUndefined()
  })

  test.each([
    ['100%', '100%'],
    ['%zz%4', '%zz%4'],
    ['a%20b%0A', 'a b\n'],
    ['%ff', '\ufffd'],
  ])('decodes %s', (sent, message) => expect(percentDecoded(sent)).toBe(message))

  test('hides addresses, paths and numbers, and is not endless', () => {
    expect(
      statusMessage('failed to connect to ipv4:127.0.0.1:80; ask a@b.example', 'parameterised'),
    ).toBe('failed to connect to ?; ask ?')
    expect(statusMessage('x'.repeat(9999), 'raw')).toHaveLength(256)
  })
})

test.each([
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['3S', 3000],
  ['4m', 4],
  ['5000u', 5],
  ['6000000n', 6],
  ['123456789m', undefined],
  ['1s', undefined],
])('the timeout %s is %s ms', (text, ms) => {
  const found = timeoutMs(text)
  if (ms === undefined) expect(found).toBeUndefined()
  else expect(found).toBeCloseTo(ms)
})

describe('gRPC-Web', () => {
  const WEB = CALL.map(
    ([name, value]): Field => [
      name,
      value.startsWith('app') ? 'application/grpc-web+proto' : value,
    ],
  )
  const type: readonly Field[] = [
    [':status', '200'],
    ['content-type', 'application/grpc-web+proto'],
  ]

  test('has its trailers in the body', () => {
    const dialog = called(WEB, type)
    const trailers = call('grpc-status: 5\r\ngrpc-message:no%20cart\r\n', 0x80)
    for (const byte of Buffer.concat([call('one'), trailers]))
      dialog.server.hears(data(1, Buffer.from([byte])))
    dialog.server.hears(data(1, '', true))
    expect(dialog.describe(1, { role: 'client' })).toMatchObject({
      error: 'NOT_FOUND',
      errorMessage: 'no cart',
      attributes: { 'underspan.rpc.response.messages': 1, 'rpc.status_code': 'NOT_FOUND' },
    })
  })

  test('in base64 has neither counts nor status', () => {
    const text: readonly Field[] = [
      [':status', '200'],
      ['content-type', 'application/grpc-web-text'],
    ]
    const dialog = called(WEB, text)
    dialog.server.hears(data(1, 'AAAAAAA=', true))
    const { attributes } = dialog.describe(1)
    expect(attributes).not.toHaveProperty('rpc.status_code')
    expect(attributes).not.toHaveProperty('underspan.rpc.response.messages')
  })
})
