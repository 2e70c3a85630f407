import { describe, expect, test } from 'vitest'
import type { MonotonicNs } from '../../src/base/time.ts'
import type { Outcome } from '../../src/exchanges/exchange.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { aProcess } from '../support/a-process.ts'
import { aSpanBuilder } from '../support/a-span-builder.ts'
import { anExchange, aPlace, type Told } from '../support/an-exchange.ts'
import { checkSpan } from '../support/check-span.ts'
import { ManualClock } from '../support/manual-clock.ts'

const shop = aProcess()

function build(told: Told = {}, config = {}) {
  return aSpanBuilder(config).build(anExchange(told), aPlace(), shop)
}

describe('a server span', () => {
  test('has everything that the conventions ask for', () => {
    const span = build()
    expect(span.name).toBe('GET /cart/{id}')
    expect(span.kind).toBe(1)
    expect(span.status).toEqual({ code: 0 })
    expect(span.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/cart/{id}',
      'url.scheme': 'http',
      'url.path': '/cart/17',
      'server.address': 'shop.example',
      'server.port': 8080,
      'client.address': '10.0.0.1',
      'client.port': 51_234,
      'user_agent.original': 'curl/8.5',
      'network.protocol.version': '1.1',
      'network.transport': 'tcp',
      'network.type': 'ipv4',
      'network.peer.address': '10.0.0.1',
      'network.peer.port': 51_234,
      'network.local.address': '10.0.0.2',
      'network.local.port': 8080,
      'underspan.unparented.reason': 'entry',
    })
    expect(checkSpan(span)).toEqual([])
  })

  test('tells proxies and their client apart', () => {
    const request = 'GET / HTTP/1.1\nHost: shop\nX-Forwarded-For: 203.0.113.7, 10.0.0.9'
    const { attributes } = build({ request })
    expect(attributes['client.address']).toBe('203.0.113.7')
    expect(attributes['client.port']).toBeUndefined()
    expect(attributes['network.peer.address']).toBe('10.0.0.1')
  })

  test('follows the route templates of the user', () => {
    expect(build({}, { routes: ['/cart/:id'] }).name).toBe('GET /cart/:id')
  })

  test('shows the query when asked to', () => {
    expect(build({}, { urlQuery: 'show' }).attributes['url.query']).toBe('q=shoes')
    expect(build({}, { urlQuery: 'keys' }).attributes['url.query']).toBe('q=REDACTED')
    expect(build().attributes['url.query']).toBeUndefined()
  })

  test('hides secrets in the path', () => {
    const token = 'AKIAIOSFODNN7EXAMPLE'
    const request = `GET /reset/${token} HTTP/1.1\nHost: shop`
    expect(build({ request }).attributes['url.path']).toBe('/reset/REDACTED')
    expect(build({ request }, { showSecrets: true }).attributes['url.path']).toBe(`/reset/${token}`)
  })

  test('on a Unix socket has paths for addresses and no ports', () => {
    const socket = {
      family: 'unix' as const,
      transport: 'unix' as const,
      localAddress: '/run/shop.sock',
      localPort: 0,
      remoteAddress: '',
      remotePort: 0,
    }
    const span = build({ socket, request: 'GET / HTTP/1.0' })
    expect(span.attributes).toMatchObject({
      'network.transport': 'unix',
      'network.local.address': '/run/shop.sock',
      'server.address': '/run/shop.sock',
    })
    for (const name of [
      'network.type',
      'network.peer.address',
      'network.peer.port',
      'server.port',
    ]) {
      expect(span.attributes).not.toHaveProperty([name])
    }
    expect(checkSpan(span)).toEqual([])
  })
})

describe('a client span', () => {
  test('has everything that the conventions ask for', () => {
    const span = build({ role: 'client' })
    expect(span.name).toBe('GET')
    expect(span.kind).toBe(2)
    expect(span.attributes).toMatchObject({
      'http.request.method': 'GET',
      'url.full': 'http://shop.example:8080/cart/17',
      'server.address': 'shop.example',
      'server.port': 8080,
      'network.peer.address': '10.0.0.2',
      'network.local.port': 51_234,
    })
    expect(span.attributes).not.toHaveProperty(['client.address'])
    expect(checkSpan(span)).toEqual([])
  })

  test('hides the secrets of a URL', () => {
    const request = 'GET http://ann:pw@shop/?token=x HTTP/1.1\nHost: shop'
    const { attributes } = build({ role: 'client', request }, { urlQuery: 'show' })
    expect(attributes['url.full']).toBe('http://REDACTED:REDACTED@shop/?token=REDACTED')
  })

  test('is of the kind of its server and name', () => {
    const builder = aSpanBuilder()
    expect(builder.kindOf(anExchange({ role: 'client' }), shop)).toBe('shop.example:8080 GET')
  })
})

const OUTCOMES: [
  role: 'client' | 'server',
  outcome: Outcome,
  response: string | undefined,
  error: string | undefined,
][] = [
  ['server', 'answered', 'HTTP/1.1 200 OK', undefined],
  ['server', 'answered', 'HTTP/1.1 404 Not Found', undefined],
  ['server', 'answered', 'HTTP/1.1 503 Busy', '503'],
  ['client', 'answered', 'HTTP/1.1 302 Found', undefined],
  ['client', 'answered', 'HTTP/1.1 404 Not Found', '404'],
  ['client', 'answered', 'HTTP/1.1 500 Oops', '500'],
  ['client', 'reset', undefined, 'connection_reset'],
  ['client', 'timeout', undefined, 'timeout'],
  ['client', 'closed', undefined, 'connection_closed'],
  ['server', 'reset', undefined, 'connection_reset'],
  ['server', 'closed', undefined, 'connection_closed'],
  ['client', 'reset', 'HTTP/1.1 200 OK', 'connection_reset'],
  ['client', 'answer-lost', undefined, undefined],
  ['server', 'answer-lost', undefined, undefined],
  ['server', 'streaming-limit', 'HTTP/1.1 200 OK', undefined],
]

describe('the outcome', () => {
  for (const [role, outcome, response, error] of OUTCOMES) {
    const what = response ? ` with ${response}` : ''
    test(`${outcome}${what} is ${error ?? 'no error'} of a ${role}`, () => {
      const span = build({ role, outcome, response })
      expect(span.status).toEqual({ code: error === undefined ? 0 : 2 })
      expect(span.attributes['error.type']).toBe(error)
      expect(span.attributes['underspan.answer.lost']).toBe(outcome === 'answer-lost' || undefined)
      expect(span.attributes['underspan.still_open']).toBe(
        outcome === 'streaming-limit' || undefined,
      )
      expect(checkSpan(span)).toEqual([])
    })
  }
})

describe('the place of a span', () => {
  const traceId = aPlace().traceId

  test('gives it a parent and says what that rests on', () => {
    const parent = { spanId: 'fedcba9876543210', model: 'thread' as const, remote: false }
    const span = aSpanBuilder().build(anExchange(), aPlace({ parent, reason: undefined }), shop)
    expect(span.spanContext()).toEqual({ traceId, spanId: '0123456789abcdef', traceFlags: 1 })
    expect(span.parentSpanContext).toEqual({ traceId, spanId: 'fedcba9876543210', traceFlags: 1 })
    expect(span.attributes['underspan.parent.model']).toBe('thread')
    expect(span.attributes).not.toHaveProperty(['underspan.unparented.reason'])
    expect(checkSpan(span)).toEqual([])
  })

  test('is remote where a header told it, with the state that came along', () => {
    const parent = { spanId: 'fedcba9876543210', model: 'header' as const, remote: true }
    const place = aPlace({ parent, traceState: 'vendor=1,ot=th:8' })
    const span = aSpanBuilder().build(anExchange(), place, shop)
    expect(span.parentSpanContext?.isRemote).toBe(true)
    expect(span.spanContext().traceState?.serialize()).toBe('vendor=1,ot=th:8')
  })

  test('links work done after the answer', () => {
    const link = { traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) }
    const span = aSpanBuilder().build(
      anExchange(),
      aPlace({ link, reason: 'already-answered' }),
      shop,
    )
    expect(span.links).toEqual([{ context: { ...link, traceFlags: 1 } }])
    expect(span.attributes['underspan.unparented.reason']).toBe('already-answered')
  })

  test('names the other end for other hosts', () => {
    const place = aPlace({ peerId: 'abcdefabcdefabcd' })
    const span = aSpanBuilder().build(anExchange({ role: 'client' }), place, shop)
    expect(span.attributes['underspan.peer.id']).toBe('abcdefabcdefabcd')
  })
})

describe('the times of a span', () => {
  const clock = () => {
    const manual = new ManualClock()
    manual.offset = 1_795_407_705_999_999_999n
    return manual
  }

  test('are on the wall clock, to the nanosecond', () => {
    const builder = aSpanBuilder({}, clock())
    const told = { opened: 1_000_000_001, answered: 2_000_000_000, ended: 3_123_456_789 }
    const span = builder.build(anExchange(told), aPlace(), shop)
    expect(span.startTime).toEqual([1_795_407_707, 0])
    expect(span.endTime).toEqual([1_795_407_709, 123_456_788])
    expect(span.duration).toEqual([2, 123_456_788])
  })

  test('are not bent by a step of the clock within a trace', () => {
    const stepping = clock()
    const builder = aSpanBuilder({}, stepping)
    const child = builder.build(anExchange({ role: 'client' }), aPlace(), shop)
    stepping.offset -= 3_600_000_000_000n
    const root = builder.build(anExchange({ ended: 9_000_000_000 }), aPlace(), shop)
    expect(root.startTime).toEqual(child.startTime)
    const later = builder.build(
      anExchange(),
      aPlace({ traceId: 'a'.repeat(32), began: 10e9 as MonotonicNs }),
      shop,
    )
    expect(later.startTime[0]).toBe(root.startTime[0] - 3600)
  })

  test('end with the answer or at once where the end was not seen', () => {
    const answered = build({ opened: 1e9, answered: 2e9, ended: undefined })
    expect(answered.duration).toEqual([1, 0])
    expect(build({ opened: 1e9, answered: undefined, ended: undefined }).duration).toEqual([0, 0])
  })

  test('never end before they start', () => {
    expect(build({ opened: 5e9, ended: 4e9 }).duration).toEqual([0, 0])
  })
})

describe('limits', () => {
  test('cut the number of attributes, ours first, and count what went', () => {
    const limits = { attributeCount: 5, attributeValueLength: Number.POSITIVE_INFINITY }
    const span = build({}, { limits })
    expect(Object.keys(span.attributes)).toHaveLength(5)
    expect(span.droppedAttributesCount).toBe(13)
    expect(span.attributes['http.request.method']).toBe('GET')
  })

  test('cut the length of text', () => {
    const span = build({}, { limits: { attributeCount: 128, attributeValueLength: 4 } })
    expect(span.attributes['url.path']).toBe('/car')
    expect(span.attributes['server.port']).toBe(8080)
    expect(span.droppedAttributesCount).toBe(0)
  })
})

describe('excluded paths', () => {
  test('are known before a span is built, of server requests only', () => {
    const builder = aSpanBuilder({ excludePaths: ['/cart/*'] })
    expect(builder.isExcluded(anExchange())).toBe(true)
    expect(builder.isExcluded(anExchange({ role: 'client' }))).toBe(false)
    expect(builder.isExcluded(anExchange({ request: 'GET /other HTTP/1.1\nHost: shop' }))).toBe(
      false,
    )
    expect(builder.isExcludedPath('/cart/1')).toBe(true)
    expect(aSpanBuilder().isExcluded(anExchange())).toBe(false)
  })
})

describe('built spans', () => {
  test('are counted', () => {
    const counters = new Counters()
    const builder = aSpanBuilder({}, new ManualClock(), counters)
    builder.build(anExchange(), aPlace(), shop)
    builder.build(anExchange(), aPlace(), shop)
    expect(counters.spans.get('built')).toBe(2)
  })

  test('of one process share resource and scope', () => {
    const builder = aSpanBuilder()
    const first = builder.build(anExchange(), aPlace(), shop)
    const second = builder.build(anExchange({ role: 'client' }), aPlace(), shop)
    const other = builder.build(anExchange(), aPlace(), aProcess({ tgid: 8 }))
    expect(second.resource).toBe(first.resource)
    expect(other.resource).not.toBe(first.resource)
    expect(other.instrumentationScope).toBe(first.instrumentationScope)
  })
})
