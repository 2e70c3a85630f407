import { describe, expect, test } from 'vitest'
import { data, frame, headers, literals, OK, PREFACE, SETTINGS } from '../protocols/http2/frames.ts'
import { Traffic } from './traffic.ts'

const ASK = 'GET /a HTTP/1.1\r\nHost: b\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n'
const GRANTED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'
const ANSWER = Buffer.concat([headers(1, literals(OK)), data(1, 'hello', true)])

function upgraded() {
  const traffic = new Traffic()
  const end = traffic.socket().receives(`${ASK}\r\n`).sends(GRANTED)
  return { traffic, end }
}

describe('a request that asks for HTTP/2', () => {
  test('is answered on stream 1, once', () => {
    const { traffic, end } = upgraded()
    end.receives(Buffer.concat([PREFACE, SETTINGS])).sends(SETTINGS)
    expect(traffic.results).toEqual(['GET /a - open'])
    end.sends(ANSWER)
    expect(traffic.results).toEqual(['GET /a 200'])
    expect(traffic.said.filter((words) => words.startsWith('ended'))).toEqual(['ended 1 answered'])
    end.receives(
      headers(
        3,
        literals([
          [':method', 'GET'],
          [':path', '/c'],
        ]),
        true,
      ),
    )
    end.sends(Buffer.concat([headers(3, literals(OK), true)]))
    expect(traffic.results).toEqual(['GET /a 200', 'GET /c 200'])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(0)
  })

  test('is answered by the operation that grants it, when its body was read', () => {
    const traffic = new Traffic()
    const end = traffic.socket().receives(`${ASK}Content-Length: 8\r\n\r\nfour`)
    end.sends(Buffer.concat([Buffer.from(GRANTED), SETTINGS, ANSWER]))
    end.receives(Buffer.concat([Buffer.from('more'), PREFACE, SETTINGS]))
    expect(traffic.results).toEqual(['GET /a 200'])
  })

  test('is reset on stream 1', () => {
    const { traffic, end } = upgraded()
    end.sends(SETTINGS).sends(frame(3, 0, 1, Buffer.from([0, 0, 0, 2])))
    expect(traffic.results).toEqual(['GET /a - reset'])
  })

  test('has no answer if the connection ends before', () => {
    const { traffic, end } = upgraded()
    end.closes()
    traffic.wait(2000)
    expect(traffic.results).toEqual(['GET /a - closed'])
    expect(traffic.exchanges.open).toBe(0)
  })

  test.each([
    ['something unknown', '\0\x01', '\0\x02'],
    ['another protocol', '*1\r\n$4\r\nPING\r\n', '+PONG\r\n'],
  ])('has lost its answer if %s comes instead', (_what, asked, answered) => {
    const { traffic, end } = upgraded()
    for (let i = 0; i < 20; i++) end.receives(asked).sends(answered)
    expect(traffic.results[0]).toBe('GET /a - answer-lost damaged')
  })

  test('is answered as any other if the server does not want to', () => {
    const traffic = new Traffic()
    const end = traffic.socket().receives(`${ASK}\r\n`)
    end.sends('HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n')
    expect(traffic.results).toEqual(['GET /a 200'])
  })
})
