import { describe, expect, test } from 'vitest'
import { http1 } from '../../../src/protocols/http1/index.ts'

const detect = (text: string) => http1.detect(Buffer.from(text, 'latin1'))

describe('the first bytes', () => {
  test.each([
    'GET / HTTP/1.1\r\n',
    'POST /cart?x=1 HTTP/1.0\r\n',
    'OPTIONS * HTTP/1.1\r\n',
    'GET http://example.com/x HTTP/1.1\r\n',
    'CONNECT example.com:443 HTTP/1.1\r\n',
    'M-SEARCH * HTTP/1.1\r\n',
    'purge /x HTTP/1.1\r\n',
    'GET  /x  HTTP/1.1\n',
    '\r\n\r\nGET / HTTP/1.1\r\n',
    'GET /caf\xc3\xa9 HTTP/1.1\r\n',
  ])('of a request are one: %j', (text) => {
    expect(detect(text)).toBe('request')
    for (let length = 0; length < text.trimEnd().length; length++) {
      expect(detect(text.slice(0, length)), `${length} bytes`).toBe('need-more')
    }
  })

  test.each([
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.0 404 Not Found\n',
    'HTTP/1.1 204\r\n',
    'HTTP/1.1 299 \r\n',
  ])('of a response are one: %j', (text) => {
    expect(detect(text)).toBe('response')
    for (let length = 0; length < text.trimEnd().length; length++) {
      expect(detect(text.slice(0, length)), `${length} bytes`).toBe('need-more')
    }
  })

  test.each([
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['Redis', '*1\r\n$4\r\nPING\r\n'],
    ['Redis inline', 'PING\r\n'],
    ['a Redis error', '-ERR unknown command\r\n'],
    ['PostgreSQL', '\x00\x00\x00\x08\x04\xd2\x16\x2f'],
    ['MySQL', 'J\x00\x00\x00\n8.0.36\x00'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['SMTP', '220 mail.example.com ESMTP Postfix\r\n'],
    ['SMTP from the client', 'EHLO client.example.com\r\n'],
    ['memcached', 'get key\r\n'],
    ['SIP', 'INVITE sip:bob@example.com SIP/2.0\r\n'],
    ['RTSP', 'DESCRIBE rtsp://example.com/a RTSP/1.0\r\n'],
    ['FTP', 'USER anonymous\r\n'],
    ['HTTP/0.9', 'GET /x\r\n'],
    ['a line with more in it', 'GET /a b HTTP/1.1\r\n'],
    ['a status that is none', 'HTTP/1.1 2000 OK\r\n'],
    ['a method without a name', ' / HTTP/1.1\r\n'],
    ['a method too long', `${'A'.repeat(33)} / HTTP/1.1\r\n`],
    ['a target too long', `GET /${'a'.repeat(40_000)}`],
    ['zeros', '\0'.repeat(64)],
    ['empty lines', '\r\n'.repeat(20)],
  ])('of %s are neither', (_, text) => {
    expect(detect(text)).toBe('no')
  })
})
