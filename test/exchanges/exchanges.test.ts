import { describe, expect, test } from 'vitest'
import { TCP_CLOSE, TCP_FIN_WAIT1, TCP_LAST_ACK, Traffic } from './traffic.ts'

const GET = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function aServer(config = {}) {
  const traffic = new Traffic(config)
  return { traffic, end: traffic.socket() }
}

function aClient(config = {}) {
  const traffic = new Traffic(config)
  return { traffic, end: traffic.socket({ role: 'client' }) }
}

describe('the listener', () => {
  test('hears of the operation first, then of what was read from it', () => {
    const { traffic, end } = aServer()
    end.receives(GET.slice(0, 10)).receives(GET.slice(10), { tid: 2 })
    end.sends(OK.slice(0, 8)).sends(OK.slice(8, -1), { tid: 2 }).sends('k')
    expect(traffic.said).toEqual([
      'operation in t1',
      'operation in t2',
      'opened 1',
      'carried 1 by 1',
      'carried 1 by 2',
      'operation out t1',
      'operation out t2',
      'answered 1',
      'carried 1 by 3',
      'carried 1 by 4',
      'operation out t1',
      'carried 1 by 5',
      'ended 1 answered',
    ])
    const [exchange] = traffic.hearing.exchanges
    const [first, , third, , fifth] = traffic.hearing.moments
    expect([exchange!.opened, exchange!.answered, exchange!.ended]).toEqual([first, third, fifth])
  })

  test('hears of each exchange that an operation carries', () => {
    const { traffic, end } = aServer()
    end.receives(GET + GET).sends(OK + OK)
    expect(traffic.said).toEqual([
      'operation in t1',
      'opened 1',
      'carried 1 by 1',
      'opened 2',
      'carried 2 by 1',
      'operation out t1',
      'answered 1',
      'carried 1 by 2',
      'ended 1 answered',
      'answered 2',
      'carried 2 by 2',
      'ended 2 answered',
    ])
  })

  test('hears that a provisional response was carried, not that it answers', () => {
    const { traffic, end } = aServer()
    end.receives('POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n')
    end.sends('HTTP/1.1 100 Continue\r\n\r\n').receives('hi').sends(OK)
    expect(traffic.said.filter((said) => !said.startsWith('operation'))).toEqual([
      'opened 1',
      'carried 1 by 1',
      'carried 1 by 2',
      'carried 1 by 3',
      'answered 1',
      'carried 1 by 4',
      'ended 1 answered',
    ])
  })

  test('hears of operations that nobody understands', () => {
    const { traffic, end } = aServer()
    end.receives('\x16\x03\x01').fails(11).sends('\x16\x03\x03')
    expect(traffic.said).toEqual(['operation in t1', 'operation in t1', 'operation out t1'])
  })

  test('hears when a socket is forgotten', () => {
    const { traffic, end } = aServer()
    end.receives(GET).sends(OK).closes(TCP_CLOSE)
    expect(traffic.said.at(-1)).toBe('ended 1 answered')
    traffic.wait(1000)
    expect(traffic.said.at(-1)).toBe('closed')
    expect(traffic.exchanges.sockets.size).toBe(0)
  })
})

describe('an exchange at the client', () => {
  test('has the client’s role and the same positions as at the server', () => {
    const { traffic, end } = aClient()
    end.sends(GET).receives(OK).sends(GET).receives(OK)
    const { exchanges } = traffic.hearing
    expect(exchanges.map(({ role }) => role)).toEqual(['client', 'client'])
    expect(exchanges.map(({ request }) => request.start)).toEqual([0, GET.length])
  })

  test('is timed out, reset or closed as its socket is', () => {
    for (const [error, outcome] of [
      [0, 'closed'],
      [104, 'reset'],
      [32, 'reset'],
      [110, 'timeout'],
    ] as const) {
      const { traffic, end } = aClient()
      end.sends(GET).closes(TCP_CLOSE, error)
      traffic.wait(1000)
      expect(traffic.results).toEqual([`GET /a - ${outcome}`])
      const gone = traffic.hearing.exchanges[0]!.ended!.time
      expect(traffic.now - gone).toBe(1_000_000_000)
    }
  })

  test('is closed when the server ends the stream without an answer', () => {
    const { traffic, end } = aClient()
    end.sends(GET).receivesEnd()
    expect(traffic.results).toEqual(['GET /a - closed'])
  })

  test('is reset when its read says so', () => {
    const { traffic, end } = aClient()
    end.sends(GET).fails(104)
    expect(traffic.results).toEqual(['GET /a - reset'])
  })

  test('goes on after a read that was interrupted or had nothing', () => {
    const { traffic, end } = aClient()
    end.sends(GET).fails(11).fails(4).receives(OK)
    expect(traffic.results).toEqual(['GET /a 200'])
  })

  test('is closed when its response breaks off', () => {
    const { traffic, end } = aClient()
    end.sends(GET).receives(OK.slice(0, -1)).receivesEnd()
    expect(traffic.results).toEqual(['GET /a 200 closed'])
  })

  test('is read to its end though the socket had gone before', () => {
    const { traffic, end } = aClient()
    end.sends(GET).closes(TCP_FIN_WAIT1).closes(TCP_CLOSE)
    end.receives(OK)
    traffic.wait(1000)
    expect(traffic.results).toEqual(['GET /a 200'])
  })

  test('waits a little for its request when another thread read the response', () => {
    const { traffic, end } = aClient()
    end.sends(GET).receives(OK)
    end.receives(OK, { tid: 2 })
    expect(traffic.results).toEqual(['GET /a 200'])
    end.sends(GET, { tid: 3 })
    expect(traffic.results).toEqual(['GET /a 200', 'GET /a 200'])
    end.receives(OK, { tid: 2 })
    traffic.wait(50)
    end.sends(GET, { tid: 3 })
    expect(traffic.results.at(-1)).toBe('GET /a - open')
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })
})

describe('an exchange at the server', () => {
  test('is closed when the server hangs up without an answer', () => {
    const { traffic, end } = aServer()
    end.receives(GET).closes(TCP_LAST_ACK)
    expect(traffic.results).toEqual(['GET /a - closed'])
  })

  test('may be answered after the client stopped sending', () => {
    const { traffic, end } = aServer()
    end.receives(GET).receivesEnd().sends(OK)
    expect(traffic.results).toEqual(['GET /a 200'])
  })

  test('may be answered before its body has come', () => {
    const { traffic, end } = aServer()
    end.receives('POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nab').sends(OK).receives('cd')
    end.receives(GET).sends(OK)
    expect(traffic.results).toEqual(['POST /a 200', 'GET /a 200'])
    expect(traffic.said.filter((said) => said.startsWith('carried 1'))).toHaveLength(2)
  })

  test('ends with the stream when its response has no length', () => {
    const { traffic, end } = aServer()
    end.receives(GET).sends('HTTP/1.0 200 OK\r\n\r\nsome').sends('thing')
    expect(traffic.results).toEqual(['GET /a 200 open'])
    end.closes(TCP_FIN_WAIT1)
    expect(traffic.results).toEqual(['GET /a 200'])
    expect(traffic.hearing.exchanges[0]!.ended!.time).toBe(traffic.now)
  })

  test('has no part in an answer that nobody asked for', () => {
    const { traffic, end } = aServer()
    end.receives(GET).sends(OK)
    end.sends('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n').closes(TCP_FIN_WAIT1)
    expect(traffic.results).toEqual(['GET /a 200'])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })
})

describe('an exchange of several threads', () => {
  test('is read in the order of positions', () => {
    const { traffic, end } = aServer()
    end.receives(GET).sends(OK)
    end.receives(GET)
    end.sends('k', { tid: 2, position: OK.length * 2 - 1 })
    end.sends(OK.slice(0, -1), { tid: 3, position: OK.length })
    expect(traffic.results).toEqual(['GET /a 200', 'GET /a 200'])
    expect(traffic.counters.gaps.total()).toBe(0)
  })

  test('does not wait for what the same thread must have done before', () => {
    const { traffic, end } = aServer()
    end.receives(GET, { tid: 1 }).sends(OK, { tid: 1 })
    end.receives(GET, { tid: 2 }).sends(OK, { tid: 2 })
    end.receives(GET, { tid: 2, lost: true })
    end.receives(GET, { tid: 2 })
    expect(traffic.results).toHaveLength(2)
    end.sends(OK, { tid: 2 })
    expect(traffic.results).toHaveLength(3)
  })
})

describe('the number of open exchanges', () => {
  test('is limited: the oldest is given up', () => {
    const { traffic, end } = aServer({ maxOpenExchanges: 2 })
    end.receives(GET + GET + GET)
    expect(traffic.results).toEqual(['GET /a - streaming-limit', 'GET /a - open', 'GET /a - open'])
    end.sends(OK + OK + OK)
    expect(traffic.results).toEqual(['GET /a - streaming-limit', 'GET /a 200', 'GET /a 200'])
    expect(traffic.counters.dropped.get('too-many-open')).toBe(1)
  })

  test('of one connection is limited too', () => {
    const { traffic, end } = aServer({ maxOpenExchanges: 10_000 })
    for (let i = 0; i < 1500; i++) end.receives(GET)
    expect(traffic.exchanges.open).toBe(1500 - 1024)
    expect(traffic.counters.exchanges.get('answer-lost')).toBe(1024)
  })

  test('is kept down by age: a stream ends as a span, and its connection goes on', () => {
    const { traffic, end } = aServer({ streamLimitSeconds: 10 })
    end.receives(GET)
    end.sends(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    traffic.wait(9000)
    end.sends('3\r\nabc\r\n')
    expect(traffic.results).toEqual(['GET /a 200 open'])
    traffic.wait(1000)
    expect(traffic.results).toEqual(['GET /a 200 streaming-limit'])
    end.sends('0\r\n\r\n').receives(GET).sends(OK)
    expect(traffic.results).toEqual(['GET /a 200 streaming-limit', 'GET /a 200'])
    expect(traffic.said.filter((said) => said.startsWith('ended 1'))).toHaveLength(1)
  })

  test('is none after the end of all', () => {
    const { traffic, end } = aServer()
    end.receives(GET)
    traffic.exchanges.finish(traffic.now as never)
    expect(traffic.results).toEqual(['GET /a - streaming-limit'])
    expect(traffic.exchanges.open).toBe(0)
  })
})

test('a mistake of ours costs one socket, not the agent', () => {
  const { traffic, end } = aServer()
  const other = traffic.socket()
  traffic.hearing.answered = () => {
    throw new Error('a mistake')
  }
  end.receives(GET)
  expect(() => end.sends(OK)).toThrow('a mistake')
  Reflect.deleteProperty(traffic.hearing, 'answered')
  end.receives(GET).sends(OK)
  other.receives(GET).sends(OK)
  expect(traffic.results).toEqual(['GET /a 200 answer-lost damaged', 'GET /a 200'])
})
