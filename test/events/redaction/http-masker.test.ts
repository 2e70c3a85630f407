import { describe, expect, test } from 'vitest'
import { BodyMasker } from '../../../src/events/redaction/body-masker.ts'
import { HttpMasker } from '../../../src/events/redaction/http-masker.ts'
import { Pairing } from '../../../src/events/redaction/pairing.ts'

interface Options {
  readonly keepBodies?: boolean
  readonly keepQueries?: boolean
  readonly pairing?: Pairing
}

function open({ keepBodies, keepQueries, pairing }: Options = {}): HttpMasker {
  const body = keepBodies ? new BodyMasker() : undefined
  return new HttpMasker(pairing ?? new Pairing(), keepQueries ?? false, body)
}

/** Each string is an operation. */
function mask(masker: HttpMasker, ...operations: string[]): string {
  return operations
    .map((text) => {
      const bytes = Buffer.from(`..${text}..`, 'latin1')
      masker.operation(bytes, 2, bytes.length - 2)
      const masked = bytes.toString('latin1')
      expect(masked.slice(0, 2) + masked.slice(-2)).toBe('....')
      return masked.slice(2, -2)
    })
    .join('')
}

function lines(...all: string[]): string {
  return `${all.join('\r\n')}\r\n`
}

/** What is left of text in a body. */
function blanked(text: string): string {
  return text.replaceAll(/[\w!#$%&'*+.^`|~-]/g, 'x').replaceAll(/[^x\s]/g, '@')
}

const REQUEST = lines(
  'POST /cart/7?user=ann&token=abc&flag&n= HTTP/1.1',
  'Host: shop.example',
  'Authorization: Bearer eyJhbGciOi',
  'cookie: a=1; b=2',
  'X-Api-Key:k-123',
  'X-Long: one',
  '  two',
  'Proxy-Authorization: Basic Zm9v',
  ' YmFy',
  'Referer: https://ann:pw@shop.example/?q=1&r=2',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'Content-Length: 13',
  '',
)
const MASKED = lines(
  'POST /cart/7?user=xxx&token=xxx&flag&n= HTTP/1.1',
  'Host: shop.example',
  'Authorization: xxxxxx xxxxxxxxxx',
  'cookie: xxxx xxx',
  'X-Api-Key:xxxxx',
  'X-Long: one',
  '  two',
  'Proxy-Authorization: xxxxx xxxx',
  ' xxxx',
  'Referer: https://xxxxxx@shop.example/?q=x&r=x',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'Content-Length: 13',
  '',
)

describe('a request', () => {
  test('keeps its head but for the secrets, and its body is blanked', () => {
    const masker = open()
    expect(mask(masker, `${REQUEST}{"a":"b","c"}`)).toBe(MASKED + blanked('{"a":"b","c"}'))
  })

  test('is masked the same however operations cut it, but for the host of a URL', () => {
    const whole = `${REQUEST}{"a":"b","c"}GET /next?a=b HTTP/1.1\r\n\r\n`
    const expected = `${MASKED}@@x@@@x@@@x@@GET /next?a=x HTTP/1.1\r\n\r\n`
    const authority = whole.indexOf('https://') + 8
    for (let cut = 1; cut < whole.length; cut++) {
      if (cut > authority && cut <= authority + 'ann:pw@shop.example'.length) continue
      expect(mask(open(), whole.slice(0, cut), whole.slice(cut))).toBe(expected)
    }
    const cut = mask(open(), whole.slice(0, authority + 4), whole.slice(authority + 4))
    expect(cut).toContain('Referer: https://xxxxxx@shop.example/')
  })

  test('byte by byte leaves no secret readable', () => {
    const masked = mask(open(), ...`${REQUEST}{"a":"b","c"}`)
    for (const secret of ['ann', 'abc', 'eyJ', 'a=1', 'k-123', 'Zm9v', 'YmFy', ':pw', '"b"']) {
      expect(masked).not.toContain(secret)
    }
    expect(masked).toContain('Host: shop.example')
  })

  test('with a whole URL loses the user information', () => {
    expect(mask(open(), 'GET http://ann:pw@shop.example/a?b=c HTTP/1.1\r\n\r\n')).toBe(
      'GET http://xxxxxx@shop.example/a?b=x HTTP/1.1\r\n\r\n',
    )
    expect(mask(open(), 'GET http://shop.example/a HTTP/1.1\r\n\r\n')).toBe(
      'GET http://shop.example/a HTTP/1.1\r\n\r\n',
    )
  })

  test('keeps parameters without a secret name where they are wanted', () => {
    expect(mask(open({ keepQueries: true }), 'GET /?page=2&api_key=abc&x=y HTTP/1.1\r\n\r\n')).toBe(
      'GET /?page=2&api_key=xxx&x=y HTTP/1.1\r\n\r\n',
    )
  })

  test('keeps a body where it is wanted, but for its secrets', () => {
    const head = 'POST /login HTTP/1.1\r\nContent-Length: 33\r\n\r\n'
    const body = 'user=ann&password=hunter2&next=/a'
    expect(mask(open({ keepBodies: true }), head + body)).toBe(
      `${head}user=ann&password=xxxxxxx&next=/a`,
    )
  })
})

describe('a response', () => {
  test('keeps the framing of chunks, and its trailer', () => {
    const text =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nSet-Cookie: id=7\r\n\r\n' +
      '5;who=ann\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nX-Token: abc\r\n\r\n' +
      'HTTP/1.1 204 No Content\r\n\r\n'
    const expected =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nSet-Cookie: xxxx\r\n\r\n' +
      '5;xxxxxxx\r\nxxxxx\r\n1A\r\nxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n0\r\nX-Token: xxx\r\n\r\n' +
      'HTTP/1.1 204 No Content\r\n\r\n'
    for (let cut = 0; cut < text.length; cut++) {
      expect(mask(open(), text.slice(0, cut), text.slice(cut))).toBe(expected)
    }
  })

  test('to HEAD has no body, whatever its length says', () => {
    const pairing = new Pairing()
    mask(open({ pairing }), 'HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n')
    const text =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab'
    expect(mask(open({ pairing }), text)).toBe(text.replace('ab', 'xx'))
  })

  test('without a length lasts until the end', () => {
    const head = 'HTTP/1.0 200 OK\r\n\r\n'
    expect(mask(open(), `${head}HTTP/1.1 200 OK\r\n`, 'HTTP/1.1')).toBe(
      head + blanked('HTTP/1.1 200 OK\r\nHTTP/1.1'),
    )
  })

  test('that switches protocols ends what is readable, in both directions', () => {
    const pairing = new Pairing()
    const request = open({ pairing })
    const ask = 'GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'
    expect(mask(request, ask)).toBe(ask)
    const answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'
    expect(mask(open({ pairing }), `${answer}hello`)).toBe(`${answer}xxxxx`)
    expect(mask(request, 'GET / HTTP/1.1\r\n')).toBe('xxx @ xxxx@xxx\r\n')
  })

  test('to CONNECT opens a tunnel', () => {
    const pairing = new Pairing()
    const ask = 'CONNECT db.example:5432 HTTP/1.1\r\nProxy-Authorization: Basic abc\r\n\r\n'
    const request = open({ pairing })
    expect(mask(request, ask)).toBe(ask.replace('Basic abc', 'xxxxx xxx'))
    mask(open({ pairing }), 'HTTP/1.1 200 OK\r\n\r\n')
    expect(mask(request, 'user ann')).toBe('xxxx xxx')
  })
})

describe('what cannot be followed', () => {
  test('is blanked', () => {
    for (const text of [
      '*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n',
      'AUTH hunter2\r\n',
      'PASS http2\r\n',
      'get key\r\n',
      '\x16\x03\x01\x02\x00\x01',
      'SSH-2.0-OpenSSH\r\n',
      'LOOOOOOOOOOOOOOOOOOOOOONG /a HTTP/1.1\r\n',
    ]) {
      const masked = mask(open(), text)
      expect(masked).toHaveLength(text.length)
      expect(masked).not.toMatch(/hunter2|2\r|key|SSH|OOOO/)
    }
  })

  test('stays blank behind the preface of HTTP/2', () => {
    const masked = mask(open(), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nsecret')
    expect(masked).not.toContain('secret')
  })

  test('is blanked up to the next operation that begins with a head', () => {
    const masker = open()
    const head = 'GET /?a=b HTTP/1.1\r\n\r\n'
    expect(mask(masker, 'middle of a body', ' and more', head)).toBe(
      `${blanked('middle of a body and more')}GET /?a=x HTTP/1.1\r\n\r\n`,
    )
  })

  test('begins behind a gap in a head', () => {
    const masker = open()
    expect(mask(masker, 'GET / HTTP/1.1\r\nAuthoriz')).toBe('GET / HTTP/1.1\r\nAuthoriz')
    masker.skip(20)
    expect(mask(masker, 'abc\r\n\r\n')).toBe('xxx\r\n\r\n')
    expect(mask(masker, 'GET / HTTP/1.1\r\n\r\n')).toBe('GET / HTTP/1.1\r\n\r\n')
  })

  test('does not begin behind a gap within a body', () => {
    const masker = open()
    mask(masker, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc')
    masker.skip(90)
    expect(mask(masker, 'abcdefgHTTP/1.1 200 OK\r\n')).toBe('xxxxxxxHTTP/1.1 200 OK\r\n')
    const chunks = open()
    mask(chunks, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\n')
    chunks.skip(16)
    expect(mask(chunks, '\r\n3\r\nabc\r\n')).toBe('\r\n3\r\nxxx\r\n')
    chunks.skip(1)
    expect(mask(chunks, 'a\r\nabc\r\n')).toBe('x\r\nxxx\r\n')
  })

  test('is blanked where headers or chunks are none', () => {
    for (const text of [
      'GET / HTTP/1.1\r\nno header secret\r\n',
      'GET / HTTP/1.1\r\nContent-Length: 1x\r\nsecret',
      'GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\nsecret',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsecret',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcsecret',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\nsecret',
      'HTTP/1.1 2xx\r\nsecret',
      'HTTP/1.1 20\r\nsecret',
    ]) {
      expect(mask(open(), text)).not.toContain('secret')
      expect(mask(open(), ...text)).not.toContain('secret')
    }
  })

  test('of an answer whose request was not seen shows the next head wherever it begins', () => {
    const pairing = new Pairing()
    const asking = open({ pairing })
    const answering = open({ pairing })
    asking.skip(100) // HEAD / HTTP/1.1
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'
    expect(mask(answering, head, head)).toBe(head + head)
    expect(mask(answering, head.slice(0, 9), head.slice(9))).toBe(head)
    expect(mask(answering, 'HTTP, and ', 'more')).toBe('xxxx@ xxx xxxx')
  })

  test('keeps its place when a body only looked like a head', () => {
    const pairing = new Pairing()
    const masker = open({ pairing })
    open({ pairing }).skip(1)
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n'
    mask(masker, head, 'HTT')
    expect(mask(masker, 'P is', ' here')).toBe('x xx xxxx')
    expect(mask(masker, head)).toBe(head)
  })

  test('never throws on any bytes', () => {
    let state = 1
    for (let round = 0; round < 500; round++) {
      const masker = open({ keepBodies: round % 2 === 0 })
      for (let i = 0; i < 20; i++) {
        const text = Array.from({ length: 30 }, () => {
          state = (state * 1103515245 + 12345) & 0x7fffffff
          return REQUEST[state % REQUEST.length]!
        }).join('')
        expect(mask(masker, text)).toHaveLength(30)
        masker.skip(state % 3)
      }
    }
  })
})
