import { describe, expect, test } from 'vitest'
import { Reading, readRequests, readResponses } from './reading.ts'

const BEGIN_END = ['begin', 'end']

describe('a request', () => {
  test('tells what it asks for', () => {
    const { messages } = readRequests(
      'POST /cart/7?sku=1&q= HTTP/1.1\r\nHOST:shop.example:8080 \r\nuser-agent:\t a/1 (b)\r\n' +
        'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    )
    expect(messages[0]).toMatchObject({
      start: 0,
      method: 'POST',
      target: '/cart/7?sku=1&q=',
      path: '/cart/7',
      query: 'sku=1&q=',
      host: 'shop.example:8080',
      version: '1.1',
      userAgent: 'a/1 (b)',
      contentType: 'application/json',
      contentLength: 2,
      carrier: undefined,
    })
  })

  test('carries trace context in any spelling, and nothing else', () => {
    const { messages } = readRequests(
      'GET / HTTP/1.1\r\nTraceParent: 00-a-b-01\r\ntracestate: a=1\r\nTRACESTATE: b=2\r\nb3: 0\r\n' +
        'X-B3-TraceId: 1\r\nx-b3-spanid: 2\r\nX-B3-ParentSpanId: 3\r\nX-B3-Sampled: 1\r\nX-B3-Flags: 1\r\n' +
        'Authorization: Bearer secret\r\nsw8: 1-x\r\nuber-trace-id: 1:2:3:4\r\n\r\n',
    )
    expect(Object.fromEntries(messages[0]!.carrier!)).toEqual({
      traceparent: '00-a-b-01',
      tracestate: 'a=1,b=2',
      b3: '0',
      'x-b3-traceid': '1',
      'x-b3-spanid': '2',
      'x-b3-parentspanid': '3',
      'x-b3-sampled': '1',
      'x-b3-flags': '1',
      sw8: '1-x',
      'uber-trace-id': '1:2:3:4',
    })
    expect(JSON.stringify(messages)).not.toContain('secret')
  })

  test.each([
    ['http://user:word@example.com:81/a?b=c', 'http', 'example.com:81', true, '/a', 'b=c'],
    ['https://example.com', 'https', 'example.com', false, '/', ''],
    ['http://example.com?x=/@', 'http', 'example.com', false, '/', 'x=/@'],
    ['*', '', 'fallback', false, '*', ''],
    ['/a?b?c', '', 'fallback', false, '/a', 'b?c'],
    ['/go?to=http://else.where/', '', 'fallback', false, '/go', 'to=http://else.where/'],
  ])('may have the target %s', (target, scheme, host, credentials, path, query) => {
    const { messages } = readRequests(`GET ${target} HTTP/1.1\r\nHost: fallback\r\n\r\n`)
    expect(messages[0]).toMatchObject({ target, scheme, host, credentials, path, query })
  })

  test.each([
    ['empty lines before it', '\r\n\r\nGET / HTTP/1.1\r\n\r\n'],
    ['bare line feeds', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['no fields', 'GET / HTTP/1.0\r\n\r\n'],
    [
      'lines that are no fields',
      'GET / HTTP/1.1\r\nnonsense\r\n : x\r\nHost : y\r\nHost: a\r\n\r\n',
    ],
  ])('may have %s', (_, text) => {
    const { steps, unread } = readRequests(text)
    expect([steps, unread]).toEqual([BEGIN_END, 0])
  })

  test('may have folded values', () => {
    const { messages } = readRequests(
      'GET / HTTP/1.1\r\nUser-Agent: one\r\n\t two\r\n  three\r\nHost: a\r\n\r\n',
    )
    expect(messages[0]).toMatchObject({ userAgent: 'one two three', host: 'a' })
  })

  test('is not kept whole when it is very long', () => {
    const { messages } = readRequests(
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nUser-Agent: ${'b'.repeat(20_000)}\r\n\r\n`,
    )
    expect(messages[0]!.target.length).toBe(8192)
    expect(messages[0]!.userAgent.length).toBe(1024)
  })

  test('follows the one before it', () => {
    const { steps, messages } = readRequests(
      'POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n',
    )
    expect(steps).toEqual([...BEGIN_END, ...BEGIN_END, ...BEGIN_END])
    expect(messages.map(({ target, start }) => [target, start])).toEqual([
      ['/1', 0],
      ['/2', 42],
      ['/3', 61],
    ])
  })

  test('with Transfer-Encoding and Content-Length is chunked', () => {
    const { steps, unread } = readRequests(
      'POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    )
    expect([steps, unread]).toEqual([BEGIN_END, 0])
  })

  test.each([
    'Content-Length: 5, 5',
    'Content-Length: 5\r\nContent-Length: 5',
    'Content-Length: 00005',
  ])('of one length said twice has that length: %j', (field) => {
    expect(readRequests(`POST / HTTP/1.1\r\n${field}\r\n\r\nhello`)).toMatchObject({
      steps: BEGIN_END,
      unread: 0,
    })
  })

  test.each([
    'Content-Length: -1',
    'Content-Length: 1e3',
    'Content-Length: 0x10',
    'Content-Length: 99999999999999999999',
    'Content-Length: 5, 6',
    'Content-Length: 5\r\nContent-Length: 7',
    'Content-Length:',
    'Transfer-Encoding: gzip',
    'Transfer-Encoding: chunked, identity',
  ])('whose end nobody can know still counts: %j', (field) => {
    const { steps, messages } = readRequests(`POST /x HTTP/1.1\r\n${field}\r\n\r\nhello`)
    expect(steps).toEqual(['begin', 'lost-sync'])
    expect(messages[0]!.target).toBe('/x')
  })

  test('asks for more at every cut, and takes nothing', () => {
    const text = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
    for (let cut = 0; cut < text.length; cut++) {
      const reading = new Reading('request').add(text.slice(0, cut))
      expect(reading.step(), `cut at ${cut}`).toBe('need-more')
      expect(reading.position).toBe(0)
    }
  })
})

describe('a request with a gap in its head', () => {
  test('counts with what was seen of it', () => {
    const reading = new Reading('request').add(
      'GET /x?y HTTP/1.1\r\nHost: a\r\ntraceparent: 00-1\r\nCookie: abc',
    )
    reading.gap = 1000
    expect(reading.steps()).toEqual(['begin', 'lost-sync'])
    expect(reading.messages[0]).toMatchObject({ target: '/x?y', host: 'a' })
  })

  test('counts if the gap is in a long target', () => {
    const reading = new Reading('request').add('GET /search?q=aaaaaaaaaaaa')
    reading.gap = 1000
    expect(reading.steps()).toEqual(['begin', 'lost-sync'])
    expect(reading.messages[0]).toMatchObject({ method: 'GET', path: '/search', version: '' })
  })

  test.each(['GET ', 'GE', 'hello world', 'foo /bar', 'GET bar'])(
    'is none if only %j was seen',
    (text) => {
      const reading = new Reading('request').add(text)
      reading.gap = 1000
      expect(reading.steps()).toEqual(['lost-sync'])
    },
  )

  test('of more than 64 KB counts too', () => {
    const reading = new Reading('request').add(`GET /x HTTP/1.1\r\nCookie: ${'c'.repeat(70_000)}`)
    expect(reading.steps()).toEqual(['begin', 'lost-sync'])
  })
})

describe('a response', () => {
  test('tells its status', () => {
    const { messages } = readResponses(
      'HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n',
    )
    expect(messages[0]).toMatchObject({
      status: 404,
      version: '1.1',
      contentType: 'text/html',
      contentLength: 0,
    })
  })

  test.each([
    ['HEAD', '200 OK', 'Content-Length: 500'],
    ['HEAD', '200 OK', 'Transfer-Encoding: chunked'],
    ['GET', '204 No Content', ''],
    ['GET', '304 Not Modified', 'Content-Length: 500'],
  ])('to %s with %s has no body, whatever it says', (method, status, field) => {
    const { steps, unread } = readResponses(
      `HTTP/1.1 ${status}\r\n${field ? `${field}\r\n` : ''}\r\n`,
      method,
    )
    expect([steps, unread]).toEqual([BEGIN_END, 0])
  })

  test('comes after any number of provisional ones', () => {
    const { steps } = readResponses(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    )
    expect(steps).toEqual(['interim', 'interim', ...BEGIN_END])
  })

  test('without a length lasts until the stream ends', () => {
    const reading = new Reading('response').add(
      'HTTP/1.0 200 OK\r\n\r\nall of it HTTP/1.1 200 OK\r\n\r\n',
    )
    expect(reading.steps()).toEqual(['begin'])
    expect(reading.conversation.endOfStream('response')).toMatchObject({ kind: 'end' })
    expect(reading.conversation.endOfStream('response')).toBe('need-more')
  })

  test('that is cut off by the end of the stream has no end', () => {
    const reading = new Reading('response').add('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
    expect(reading.steps()).toEqual(['begin'])
    expect(reading.conversation.endOfStream('response')).toBe('lost-sync')
  })

  test('asks for more at every cut of its head', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    for (let cut = 0; cut < text.length; cut++) {
      expect(new Reading('response').add(text.slice(0, cut)).step(), `cut at ${cut}`).toBe(
        'need-more',
      )
    }
  })

  test('counts with its status when a gap hides the rest of its head', () => {
    const reading = new Reading('response').add('HTTP/1.1 503 Serv')
    reading.gap = 100
    expect(reading.steps()).toEqual(['begin', 'lost-sync'])
    expect(reading.messages[0]).toMatchObject({ status: 503 })
  })
})

describe('a body of known length', () => {
  test('is passed over though nobody captured it', () => {
    const reading = new Reading('response').add(
      'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nstart',
    )
    reading.gap = 995
    expect(reading.steps()).toEqual(BEGIN_END)
    expect([reading.gap, reading.position]).toEqual([0, 1041])
  })

  test('is all that is passed of a larger gap', () => {
    const reading = new Reading('response').add('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n')
    reading.gap = 100
    expect(reading.steps()).toEqual(BEGIN_END)
    expect(reading.gap).toBe(90)
  })

  test('need not be copied', () => {
    const reading = new Reading('response').add(
      'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n12345',
    )
    expect(reading.conversation.skippable('response')).toBe(0)
    reading.steps()
    expect(reading.conversation.skippable('response')).toBe(995)
    expect(reading.conversation.skippable('request')).toBe(0)
  })
})

describe('a chunked body', () => {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

  test.each([
    ['plain', '5\r\nhello\r\n0\r\n\r\n'],
    ['in upper case with leading zeros', '0000000000000000A\r\n0123456789\r\n000\r\n\r\n'],
    ['with extensions', '5;name="a;b";x\r\nhello\r\n0;last\r\n\r\n'],
    ['with blanks behind the size', '5  \r\nhello\r\n0 \r\n\r\n'],
    ['with trailers', '1\r\na\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n'],
    ['with bare line feeds', '1\na\n0\n\n'],
    ['empty', '0\r\n\r\n'],
    ['of line ends', '4\r\n\r\n\r\n\r\n0\r\n\r\n'],
  ])('%s ends where it says', (_, body) => {
    const { steps, unread } = readResponses(
      `${head}${body}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
    )
    expect([steps, unread]).toEqual([[...BEGIN_END, ...BEGIN_END], 0])
    const bytewise = new Reading('response')
    const kinds: string[] = []
    for (const byte of head + body) kinds.push(...bytewise.add(byte).steps())
    expect(kinds).toEqual(BEGIN_END)
  })

  test.each([
    ['a size that is none', 'x\r\n'],
    ['a negative size', '-1\r\n'],
    ['a size beyond 2^52', '10000000000000\r\nabc'],
    ['a size of too many digits', 'ffffffffffffffffffffffff\r\nabc'],
    ['no size', '\r\nhello'],
    ['more data than said', '1\r\nabc\r\n'],
    ['a carriage return alone', '1\r\na\r\r\n'],
    ['an extension without end', `5;${'e'.repeat(10_000)}`],
    ['a trailer without end', `0\r\nX: ${'e'.repeat(10_000)}`],
  ])('with %s is given up', (_, body) => {
    expect(readResponses(head + body).steps).toEqual(['begin', 'lost-sync'])
  })

  test('is followed through chunks that nobody captured', () => {
    const reading = new Reading('response').add(`${head}1000\r\nstart`)
    reading.gap = 0x1000 - 5 + 2
    expect(reading.steps()).toEqual(['begin'])
    expect(reading.gap).toBe(0)
    expect(reading.add('0\r\n\r\n').steps()).toEqual(['end'])
  })

  test('ends where exactly the last chunk is all that was not seen', () => {
    const reading = new Reading('response').add(`${head}1000\r\nstart`)
    reading.gap = 0x1000 - 5 + 2 + 5
    expect(reading.steps()).toEqual(BEGIN_END)
    expect(reading.gap).toBe(0)
  })

  test('stops before a gap that hides the size of a chunk', () => {
    const reading = new Reading('response').add(`${head}1000\r\nstart`)
    reading.gap = 5000
    expect(reading.steps()).toEqual(['begin'])
    expect(reading.gap).toBe(5000 - 0x1000 + 5 - 2)
  })

  test('need not be copied up to the end of a chunk', () => {
    const reading = new Reading('response').add(`${head}1000\r\nstart`)
    reading.steps()
    expect(reading.conversation.skippable('response')).toBe(0x1000 - 5 + 2)
  })
})

describe('a connection that becomes another protocol', () => {
  function exchange(request: string, response: string, requestMore = '') {
    const requests = new Reading('request').add(request + requestMore)
    const first = requests.steps()
    const responses = new Reading('response', requests.conversation).add(response)
    responses.request = requests.messages[0] as never
    return [first, responses.steps(), requests.steps()]
  }

  test('by an upgrade is left', () => {
    expect(
      exchange(
        'GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n',
        'HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x05',
        '\x81\x85',
      ),
    ).toEqual([BEGIN_END, [...BEGIN_END, 'leave'], ['leave']])
  })

  test('by CONNECT is left', () => {
    expect(
      exchange(
        'CONNECT a:443 HTTP/1.1\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\x16\x03',
        '\x16\x03\x01',
      ),
    ).toEqual([BEGIN_END, [...BEGIN_END, 'leave'], ['leave']])
  })

  test('stays as it is when the server does not want to', () => {
    expect(
      exchange(
        'GET /ws HTTP/1.1\r\nUpgrade: h2c\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
        'GET /next HTTP/1.1\r\n\r\n',
      ),
    ).toEqual([BEGIN_END, BEGIN_END, BEGIN_END])
    expect(
      exchange(
        'CONNECT a:443 HTTP/1.1\r\n\r\n',
        'HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n',
        'GET /next HTTP/1.1\r\n\r\n',
      ),
    ).toEqual([BEGIN_END, BEGIN_END, BEGIN_END])
  })
})

test('a head that comes byte by byte is looked at once, not once per byte', () => {
  const reading = new Reading('request')
  const text = `GET / HTTP/1.1\r\nCookie: ${'c'.repeat(30_000)}\r\n\r\n`
  reading.add(text.slice(0, -1))
  for (let i = 0; i < 30_000; i++) reading.step()
  expect(reading.add('\n').steps()).toEqual(BEGIN_END)
})
