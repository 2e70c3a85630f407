import { describe, expect, test } from 'vitest'
import { type End, TCP_CLOSE, Traffic } from './traffic.ts'

const ask = (n: number) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`
const answer = (status: number, body = 'ok') =>
  `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const LOST = { lost: true }

/** A server's end on which one exchange has gone well. */
function aConnection(): { traffic: Traffic; end: End } {
  const traffic = new Traffic()
  const end = traffic.socket()
  end.receives(ask(0)).sends(answer(200))
  return { traffic, end }
}

/** What came of the requests after the first. */
function rest(traffic: Traffic): string[] {
  return traffic.results.slice(1)
}

describe('an answer of which the events were lost', () => {
  test('is lost for its request, and the next answer is the next request’s', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1)).sends(answer(500), LOST)
    end.receives(ask(2)).sends(answer(201))
    end.receives(ask(3)).sends(answer(202))
    expect(rest(traffic)).toEqual([
      'GET /1 - answer-lost damaged',
      'GET /2 201 damaged',
      'GET /3 202',
    ])
    expect(traffic.counters.dropped.total()).toBe(0)
  })

  test('with a body that was seen takes nobody else’s place', () => {
    const { traffic, end } = aConnection()
    end
      .receives(ask(1))
      .sends('HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n', LOST)
      .sends('some body')
    expect(rest(traffic)).toEqual(['GET /1 - answer-lost damaged'])
    end.receives(ask(2)).sends(answer(201))
    expect(rest(traffic)[1]).toBe('GET /2 201 damaged')
  })

  test('makes all lost when more than one is left that it may be', () => {
    const { traffic, end } = aConnection()
    end
      .receives(ask(1) + ask(2) + ask(3))
      .sends(answer(201), LOST)
      .sends(answer(202))
    expect(rest(traffic)).toEqual([1, 2, 3].map((n) => `GET /${n} - answer-lost damaged`))
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('of two sent at once leaves the other one its own', () => {
    const { traffic, end } = aConnection()
    end
      .receives(ask(1) + ask(2))
      .sends(answer(201), LOST)
      .sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /1 - answer-lost damaged', 'GET /2 202 damaged'])
  })

  test('on a connection that sends several at once makes the next second uncertain', () => {
    const { traffic, end } = aConnection()
    end
      .receives(ask(1) + ask(2))
      .sends(answer(201))
      .sends(answer(202))
    end.receives(ask(3) + ask(4) + ask(5))
    end.sends(answer(203), LOST).sends(answer(204))
    end.receives(ask(6)).sends(answer(205)).sends(answer(206))
    traffic.wait(1000)
    end.receives(ask(7)).sends(answer(207))
    expect(rest(traffic).filter((result) => !result.includes('answer-lost'))).toEqual([
      'GET /1 201',
      'GET /2 202',
      'GET /7 207',
    ])
    expect(traffic.counters.exchanges.get('answer-lost')).toBe(4)
  })

  test('is not taken for one that was sent before an unknown gap', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1)).sends(answer(201), { position: -1 })
    end.receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /1 - answer-lost damaged', 'GET /2 202 damaged'])
  })

  test('is not answered across a place that two operations claim', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1) + ask(2)).sends(answer(201), { position: 10 })
    end.sends(answer(202))
    expect(rest(traffic)).toEqual([1, 2].map((n) => `GET /${n} - answer-lost damaged`))
    end.receives(ask(3)).sends(answer(203))
    expect(rest(traffic)[2]).toMatch(/^GET \/3 203/)
  })
})

describe('a body of which events were lost', () => {
  test('of known length ends where it should', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1)).sends('HTTP/1.1 200 X\r\nContent-Length: 30\r\n\r\n0123456789')
    end.sends('0123456789', LOST).sends('0123456789')
    end.receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /1 200 damaged', 'GET /2 202'])
  })

  test('together with the answer behind it loses that answer too', () => {
    const { traffic, end } = aConnection()
    end
      .receives(ask(1) + ask(2) + ask(3))
      .sends('HTTP/1.1 201 X\r\nContent-Length: 10\r\n\r\n01234')
    end.sends(`56789${answer(202)}`, LOST).sends(answer(203))
    expect(rest(traffic)).toEqual([
      'GET /1 201 damaged',
      'GET /2 - answer-lost damaged',
      'GET /3 203 damaged',
    ])
  })

  test('in chunks ends with the next request', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1)).sends('HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
    end.sends('5\r\nhello\r\n', LOST).sends('5\r\nhello\r\n0\r\n\r\n')
    expect(rest(traffic)).toEqual(['GET /1 200 open damaged'])
    end.receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /1 200 damaged', 'GET /2 202 damaged'])
  })

  test('in chunks ends when nothing more comes for a second', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1)).sends('HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
    end.sends('5\r\nhello\r\n', LOST).sends('5\r\nhello\r\n0\r\n\r\n')
    const last = traffic.hearing.moments.at(-2)!
    traffic.wait(500)
    expect(rest(traffic)).toEqual(['GET /1 200 open damaged'])
    traffic.wait(600)
    expect(rest(traffic)).toEqual(['GET /1 200 damaged'])
    expect(traffic.hearing.exchanges[1]!.ended!.time).toBe(last.time)
  })

  test('of a request does not hide the next request', () => {
    const { traffic, end } = aConnection()
    end.receives('POST /1 HTTP/1.1\r\nContent-Length: 20\r\n\r\n').receives('0123456789', LOST)
    end.receives('0123456789').sends(answer(201)).receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['POST /1 201 damaged', 'GET /2 202'])
  })
})

describe('a request of which the events were lost', () => {
  test('gives no exchange, and its answer is nobody’s', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1), LOST).sends(answer(201))
    end.receives(ask(2)).sends(answer(202)).receives(ask(3)).sends(answer(203))
    expect(rest(traffic)).toEqual(['GET /2 202 damaged', 'GET /3 203'])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('together with its answer leaves no trace', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1), LOST).sends(answer(201), LOST)
    end.receives(ask(2)).sends(answer(202)).receives(ask(3)).sends(answer(203))
    expect(rest(traffic)).toEqual(['GET /2 202 damaged', 'GET /3 203'])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(0)
  })

  test('that was sent together with another does not give it its answer', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1), LOST).receives(ask(2)).sends(answer(201)).sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /2 - answer-lost damaged'])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(2)
  })

  test('is found again only where an operation begins with one', () => {
    const { traffic, end } = aConnection()
    end.receives('POST /1 HTTP/1.1\r\nContent-Length: 30\r\n\r\n', LOST)
    end.receives('text in which a line GET /fake HTTP/1.1\r\n\r\n stands')
    end.sends(answer(201)).receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /2 202 damaged'])
  })

  test('is found again behind the rest of a body without line ends', () => {
    const { traffic, end } = aConnection()
    end.receives('POST /1 HTTP/1.1\r\nContent-Length: 5\r\n\r\n', LOST).receives('PATCH')
    end.sends(answer(201)).receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /2 202 damaged'])
  })

  test('does not take the answers of those before it', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1)).receives(ask(2), LOST).receives(ask(3)).sends(answer(201))
    expect(rest(traffic)[0]).toBe('GET /1 201')
  })
})

describe('every request that was seen', () => {
  test.each(['server', 'client'] as const)(
    'at a %s gives one exchange, with no answer but its own, and no other does, whatever is lost',
    (role) => {
      for (let pattern = 0; pattern < 1024; pattern++) {
        const traffic = new Traffic()
        const end = traffic.socket({ role })
        let seen = 0
        for (let n = 0; n < 5; n++) {
          const asking = { lost: (pattern & (1 << n)) !== 0 }
          const answering = { lost: (pattern & (32 << n)) !== 0 }
          if (!asking.lost) seen++
          if (role === 'server') end.receives(ask(n), asking).sends(answer(200 + n), answering)
          else end.sends(ask(n), asking).receives(answer(200 + n), answering)
        }
        end.closes(TCP_CLOSE)
        traffic.wait(2000)
        expect(traffic.results.length, `pattern ${pattern}`).toBe(seen)
        expect(traffic.exchanges.open).toBe(0)
        for (const result of traffic.results) {
          const [, n, status] = /^GET \/(\d) (\d+|-)/.exec(result)!
          if (status !== '-') expect(Number(status), `pattern ${pattern}`).toBe(200 + Number(n))
        }
      }
    },
  )
})

describe('after a loss', () => {
  test.each(['unter2GET', 'XGET', 'get'])('a request does not begin with %s', (method) => {
    const { traffic, end } = aConnection()
    end.receives(ask(1), LOST)
    end.receives(`${ask(2)}`.replace('GET', method)).sends(answer(500))
    end.receives(ask(3)).sends(answer(203))
    expect(rest(traffic).filter((result) => result.includes(method))).toEqual([])
    expect(rest(traffic).at(-1)).toBe('GET /3 203 damaged')
  })

  test('a request of WebDAV is found again', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1), LOST).sends(answer(200))
    end.receives('PROPFIND /2 HTTP/1.1\r\n\r\n').sends(answer(207))
    expect(rest(traffic)).toEqual(['PROPFIND /2 207 damaged'])
  })
})

describe('what is not captured', () => {
  test('of a long head does not keep it from being read', () => {
    const { traffic, end } = aConnection()
    const long = `GET /1 HTTP/1.1\r\nHost: a\r\nCookie: ${'c'.repeat(9000)}\r\n\r\n`
    end.receives(long, { captured: 4096 }).sends(answer(201))
    end.receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /1 201', 'GET /2 202'])
  })

  test.each(['server', 'client'] as const)(
    'of many commands in one write leaves those before it paired, and counts the answers to the others, at the %s',
    (role) => {
      const traffic = new Traffic()
      const end = traffic.socket({ role, localPort: 6379 })
      const asks = (text: string, settings = {}) =>
        role === 'server' ? end.receives(text, settings) : end.sends(text, settings)
      const answers = (text: string) => (role === 'server' ? end.sends(text) : end.receives(text))
      const key = (i: number) => `k${1000 + i}`
      const ping = () => {
        asks('*1\r\n$4\r\nPING\r\n')
        answers('+PONG\r\n')
      }
      ping()
      const commands = Array.from(
        { length: 800 },
        (_, i) => `*2\r\n$4\r\nINCR\r\n$5\r\n${key(i)}\r\n`,
      )
      asks(commands.join(''), { captured: 16_384 })
      for (let i = 0; i < 800; i++) answers(`:${i}\r\n`)
      ping()
      const whole = Math.floor(16_384 / commands[0]!.length)
      const known = Array.from({ length: whole }, (_, i) => `INCR | ok | INCR ${key(i)}`)
      expect(traffic.results.slice(0, whole + 1)).toEqual(['PING | ok | PING', ...known])
      expect(traffic.results.at(-1)).toBe('PING | ok | PING')
      // The command that is cut is known by its name.
      const unseen = 800 - (traffic.results.length - 2)
      expect(traffic.counters.dropped.get('unpaired-response')).toBe(unseen)
    },
  )

  test('of a long response head leaves its end to be guessed', () => {
    const { traffic, end } = aConnection()
    const long = `HTTP/1.1 201 X\r\nSet-Cookie: ${'c'.repeat(9000)}\r\nContent-Length: 3\r\n\r\nabc`
    end.receives(ask(1)).sends(long, { captured: 4096 })
    expect(rest(traffic)).toEqual(['GET /1 201 open'])
    end.receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['GET /1 201', 'GET /2 202'])
  })

  test('of bodies is passed over', () => {
    const { traffic, end } = aConnection()
    end.receives(`POST /1 HTTP/1.1\r\nContent-Length: 100000\r\n\r\n`)
    for (let i = 0; i < 10; i++) end.receives('', { captured: 0, length: 10_000 })
    end.sends('HTTP/1.1 201 X\r\nContent-Length: 50000\r\n\r\nabc', { length: 8192 })
    end.sends('', { captured: 0, length: 50_000 - (8192 - 42) })
    end.receives(ask(2)).sends(answer(202))
    expect(rest(traffic)).toEqual(['POST /1 201', 'GET /2 202'])
  })

  test('of chunks is passed over, the last one included', () => {
    const { traffic, end } = aConnection()
    const head = 'HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n'
    end.receives(ask(1)).sends(head, { length: head.length + 0x2000 + 2 + 5 })
    expect(rest(traffic)).toEqual(['GET /1 201'])
  })

  test('hides where a stream of chunks ends, so it ends in silence', () => {
    const { traffic, end } = aConnection()
    const head = 'HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n'
    end.receives(ask(1)).sends(head, { length: head.length + 5000 })
    end.sends('rest of chunks')
    traffic.wait(1100)
    expect(rest(traffic)).toEqual(['GET /1 201'])
  })

  test('of several requests in one operation is lost with them', () => {
    const { traffic, end } = aConnection()
    end.receives(ask(1) + ask(2), { captured: ask(1).length })
    end.sends(answer(201)).sends(answer(202))
    end.receives(ask(3)).sends(answer(203))
    expect(rest(traffic)[0]).toBe('GET /1 201')
    expect(rest(traffic)).toHaveLength(2)
  })
})
